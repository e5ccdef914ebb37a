import { getRequestListener } from '@hono/node-server';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { listen } from '../keys/fixtures.ts';
import { inspect, launch } from '../support/browser.ts';
import { ENTER, testAccessApi, NORTHWIND, SAM } from './fixtures.ts';

const media = z.object({ schema: z.record(z.string(), z.unknown()), example: z.unknown() });
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.unknown()),
  requestBody: z.object({ content: z.record(z.string(), media) }).optional(),
  responses: z.record(
    z.string(),
    z.object({
      content: z.record(z.string(), media).optional(),
    }),
  ),
});
const document = z.object({
  openapi: z.literal('3.1.0'),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

async function described() {
  const g = await testAccessApi();
  const json: unknown = await (await g.get('/openapi.json')).json();
  return { ...g, json, document: document.parse(json) };
}

const ANSWERED: readonly (readonly [path: string, method: string, body: unknown])[] = [
  ['/access/v1/evaluation', 'post', { subject: SAM, action: ENTER, resource: NORTHWIND }],
  [
    '/access/v1/evaluations',
    'post',
    { subject: SAM, action: ENTER, evaluations: [{ resource: NORTHWIND }, {}] },
  ],
  [
    '/v1/sessions/{id}/actions',
    'post',
    { actions: [{ id: 'a', at: '2026-03-02T12:05:00Z', what: 'x', level: 'read', outcome: 'done' }] },
  ],
  ['/.well-known/authzen-configuration', 'get', null],
  ['/.well-known/jwks.json', 'get', null],
];

describe('The description', () => {
  it('is right OpenAPI 3.1, by a validator that is not ours', async () => {
    const { json } = await described();
    const validator = new Validator();
    const found = await validator.validate(z.record(z.string(), z.unknown()).parse(json));
    expect(found).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('would not be, were something wrong with it', async () => {
    const { json } = await described();
    const broken = { ...z.record(z.string(), z.unknown()).parse(json), info: { title: 'no version' } };
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  it('describes everything that is served, and nothing else', async () => {
    const { document: said } = await described();
    const all = Object.entries(said.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [path, method]),
    );
    expect(all).toEqual(ANSWERED.map(([path, method]) => [path, method]));
  });

  it.each(ANSWERED)('holds for what is really asked and answered at %s', async (path, method, body) => {
    const { document: said, get, post } = await described();
    const { requestBody, responses } = operation.parse(said.paths[path]?.[method]);
    const real = path.replace('{id}', 'TSA-42');
    const response = method === 'get' ? await get(real) : await post(real, body);
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    const answered = z.fromJSONSchema(responses['200']?.content?.[type]?.schema ?? { not: {} });
    const json: unknown = await response.json();
    expect(answered.safeParse(json)).toMatchObject({ success: true });
    expect(answered.safeParse('something else')).toMatchObject({ success: false });
    if (method === 'get') return;
    const asked = z.fromJSONSchema(requestBody?.content['application/json']?.schema ?? { not: {} });
    expect(asked.safeParse(body)).toMatchObject({ success: true });
    expect(asked.safeParse('something else')).toMatchObject({ success: false });
  });

  it('gives examples that are taken and answered as it says', async () => {
    const { document: said, post } = await described();
    for (const [path, methods] of Object.entries(said.paths))
      for (const { requestBody, responses } of Object.values(methods)) {
        const sent = requestBody?.content['application/json'];
        if (sent !== undefined)
          expect((await post(path.replace('{id}', 'TSA-42'), sent.example)).status).toBe(200);
        const [answer] = Object.values(responses['200']?.content ?? {});
        const form = z.fromJSONSchema(answer?.schema ?? { not: {} });
        expect(form.safeParse(answer?.example)).toMatchObject({ success: true });
      }
  });

  it('says which questions need a key, and they do', async () => {
    const { document: said, get, post } = await described();
    for (const [path, methods] of Object.entries(said.paths))
      for (const [method, { security }] of Object.entries(methods)) {
        const real = path.replace('{id}', 'TSA-42');
        const response = method === 'get' ? await get(real) : await post(real, {}, { key: null });
        expect(response.status === 401).toBe(security.length > 0);
      }
  });
});

describe('The page of it', () => {
  it('says the same to people, without scripts, and with nothing from anywhere else', async () => {
    const { get, document: said } = await described();
    const response = await get('/openapi');
    const text = await response.text();
    for (const [path, methods] of Object.entries(said.paths))
      for (const [method, { summary }] of Object.entries(methods)) {
        expect(text).toContain(`${method.toUpperCase()} ${path}`);
        expect(text).toContain(summary);
      }
    for (const field of ['resource.id', 'evaluations[]', 'actions[].level', 'read | change | admin | danger'])
      expect(text).toContain(field);
    expect(text).not.toMatch(/<script|javascript:|src=|@import|url\(/);
    expect([...text.matchAll(/href="([^"#]+)"/g)].map(([, to]) => to)).toEqual([
      'openapi.css',
      'openapi.json',
    ]);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await get('/openapi.css')).headers.get('content-type')).toContain('text/css');
  });

  it('can be read by everybody, on every screen', async () => {
    const { app } = await testAccessApi();
    const serve = getRequestListener((request) => app.fetch(request), { overrideGlobalObjects: false });
    const url = await listen((request, response) => {
      serve(request, response).catch(() => response.destroy());
    });
    const browser = await launch();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`${url}/openapi`);
    await inspect(page, 'openapi');
  });
});
