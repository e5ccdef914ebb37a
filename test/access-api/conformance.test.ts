import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BASE, ENTER, testAccessApi, NORTHWIND, SAM } from './fixtures.ts';

/**
 * The working group's own scenario for certifying a decision point (OpenID AuthZEN, Authorization API 1.0, levels Basic
 * Core, Batch Core and Discovery), on people and tenants instead of its users and records: what it asks for is what
 * other products' clients rely on. What it leaves to the implementer, who may what, is in evaluation.test.ts.
 */

const ONE = '/access/v1/evaluation';
const MANY = '/access/v1/evaluations';
const PERMITTED = { subject: SAM, action: ENTER, resource: NORTHWIND };
const NOOR = { type: 'user', id: 'noor@harbor.example' };

const single = z.strictObject({
  decision: z.boolean(),
  context: z.record(z.string(), z.unknown()).optional(),
});
const batch = z.strictObject({ evaluations: z.array(single) });

async function decided(response: Response): Promise<boolean> {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  return single.parse(await response.json()).decision;
}

async function allDecided(response: Response): Promise<readonly boolean[]> {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  return batch.parse(await response.json()).evaluations.map(({ decision }) => decision);
}

describe('One evaluation', () => {
  it('that permits, and one that denies, are both HTTP 200 with a boolean', async () => {
    const { post } = await testAccessApi();
    expect(await decided(await post(ONE, PERMITTED))).toBe(true);
    expect(await decided(await post(ONE, { ...PERMITTED, subject: NOOR }))).toBe(false);
  });

  it.each([
    ['a context', { ...PERMITTED, context: { time: '2025-06-27T18:03-07:00', ip: '192.168.1.1' } }],
    [
      'properties that nobody asked for',
      {
        subject: { ...SAM, properties: { department: 'Sales', role: 'manager' } },
        action: { ...ENTER, properties: { method: 'GET' } },
        resource: { ...NORTHWIND, properties: { status: 'active' } },
      },
    ],
    ['fields that are not known', { ...PERMITTED, foo: 'bar', futureField: { nested: true } }],
  ])('with %s is decided the same', async (_what, request) => {
    const { post } = await testAccessApi();
    expect(await decided(await post(ONE, request))).toBe(true);
  });

  it.each([
    ['without a subject', { action: ENTER, resource: NORTHWIND }],
    ['without an action', { subject: SAM, resource: NORTHWIND }],
    ['without a resource', { subject: SAM, action: ENTER }],
    ['whose subject has no type', { ...PERMITTED, subject: { id: SAM.id } }],
    ['whose subject has no id', { ...PERMITTED, subject: { type: 'user' } }],
    ['whose action has no name', { ...PERMITTED, action: {} }],
    ['whose resource has no type', { ...PERMITTED, resource: { id: NORTHWIND.id } }],
    ['whose resource has no id', { ...PERMITTED, resource: { type: 'tenant' } }],
    ['whose subject is a text', { ...PERMITTED, subject: 'sam' }],
    ['whose action’s name is a number', { ...PERMITTED, action: { name: 123 } }],
    ['whose context is a text', { ...PERMITTED, context: 'now' }],
    ['that is a list', [PERMITTED]],
    ['that is null', 'null'],
    ['that is not JSON', '{"subject":'],
    ['that is empty', ''],
  ])('%s is HTTP 400', async (_what, request) => {
    const { post } = await testAccessApi();
    expect((await post(ONE, request)).status).toBe(400);
    expect((await post(MANY, request)).status).toBe(400);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'sent as “%s” is HTTP 400',
    async (type) => {
      const { post } = await testAccessApi();
      expect((await post(ONE, PERMITTED, { headers: { 'content-type': type } })).status).toBe(400);
    },
  );

  it('sent as JSON with a charset is taken', async () => {
    const { post } = await testAccessApi();
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect(await decided(await post(ONE, PERMITTED, { headers }))).toBe(true);
  });

  it('asked again and again is decided the same', async () => {
    const { post } = await testAccessApi();
    const all = await Promise.all(Array.from({ length: 5 }, async () => decided(await post(ONE, PERMITTED))));
    expect(all).toEqual(Array(5).fill(true));
  });
});

describe('The caller’s id of a request', () => {
  it('stands in its answer, also when that is a refusal', async () => {
    const { post } = await testAccessApi();
    const headers = { 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' };
    for (const answer of [
      await post(ONE, PERMITTED, { headers }),
      await post(MANY, {}, { headers }),
      await post(ONE, PERMITTED, { headers, key: null }),
      await post('/nothing/here', {}, { headers }),
    ])
      expect(answer.headers.get('x-request-id')).toBe(headers['x-request-id']);
  });

  it('may be missing', async () => {
    const { post } = await testAccessApi();
    expect(await decided(await post(ONE, PERMITTED))).toBe(true);
  });
});

describe('Many evaluations', () => {
  it('take from beside the list what they leave out, and are answered in their order', async () => {
    const { post } = await testAccessApi();
    const asked = {
      subject: SAM,
      resource: NORTHWIND,
      evaluations: [{ action: ENTER }, { action: { name: 'admin' } }],
    };
    expect(await allDecided(await post(MANY, asked))).toEqual([true, false]);
    const turned = { ...asked, evaluations: asked.evaluations.toReversed() };
    expect(await allDecided(await post(MANY, turned))).toEqual([false, true]);
  });

  it('may say all by themselves', async () => {
    const { post } = await testAccessApi();
    const asked = { evaluations: [PERMITTED, { ...PERMITTED, subject: NOOR }] };
    expect(await allDecided(await post(MANY, asked))).toEqual([true, false]);
  });

  it('may have a context in common, and one of their own', async () => {
    const { post } = await testAccessApi();
    const asked = {
      subject: SAM,
      action: ENTER,
      context: { time: '2025-06-27T18:03-07:00' },
      evaluations: [{ resource: NORTHWIND }, { resource: NORTHWIND, context: { source: 'override' } }],
    };
    expect(await allDecided(await post(MANY, asked))).toEqual([true, true]);
  });

  it('take a missing type or id from beside the list, and nothing else of what they replace', async () => {
    const { post } = await testAccessApi();
    const asked = {
      subject: { type: 'user' },
      action: ENTER,
      resource: { type: 'tenant', id: 'contoso' },
      evaluations: [
        { subject: { id: SAM.id }, resource: { id: 'northwind' } },
        { subject: { id: SAM.id } },
        { subject: { id: NOOR.id }, resource: { id: 'northwind' } },
      ],
    };
    expect(await allDecided(await post(MANY, asked))).toEqual([true, false, false]);
  });

  it('of which one is not complete deny that one, and answer the others', async () => {
    const { post } = await testAccessApi();
    const response = await post(MANY, {
      subject: SAM,
      action: ENTER,
      evaluations: [{ resource: NORTHWIND }, {}],
    });
    const { evaluations } = batch.parse(await response.json());
    expect(evaluations).toMatchObject([
      { decision: true },
      { decision: false, context: { error: { status: 400 } } },
    ]);
  });

  it.each([
    ['without a list', PERMITTED],
    ['with an empty list', { ...PERMITTED, evaluations: [] }],
  ])('%s are one', async (_what, request) => {
    const { post } = await testAccessApi();
    expect(await decided(await post(MANY, request))).toBe(true);
  });

  it.each([
    ['execute_all', [true, false, true]],
    [undefined, [true, false, true]],
    ['deny_on_first_deny', [true, false]],
    ['permit_on_first_permit', [true]],
  ])('stop where %s says', async (evaluations_semantic, decisions) => {
    const { post } = await testAccessApi();
    const asked = {
      subject: SAM,
      resource: NORTHWIND,
      options: { evaluations_semantic, another_option: 'value' },
      evaluations: [{ action: ENTER }, { action: { name: 'admin' } }, { action: { name: 'read' } }],
    };
    expect(await allDecided(await post(MANY, asked))).toEqual(decisions);
  });

  it('that are to stop as nobody knows how, that are no objects, or that are too many, are HTTP 400', async () => {
    const { post } = await testAccessApi();
    for (const asked of [
      { ...PERMITTED, options: { evaluations_semantic: 'maybe' }, evaluations: [{}] },
      { ...PERMITTED, evaluations: ['enter'] },
      { ...PERMITTED, evaluations: 'enter' },
      { ...PERMITTED, evaluations: Array(101).fill({}) },
    ])
      expect((await post(MANY, asked)).status).toBe(400);
    expect((await post(MANY, { ...PERMITTED, evaluations: Array(100).fill({}) })).status).toBe(200);
  });
});

it('The metadata says where all this is, to everybody, and nothing of what there is not', async () => {
  const { get } = await testAccessApi();
  const response = await get('/.well-known/authzen-configuration');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(response.headers.get('cache-control')).toMatch(/max-age=\d+/);
  expect(await response.json()).toEqual({
    policy_decision_point: BASE,
    access_evaluation_endpoint: `${BASE}${ONE}`,
    access_evaluations_endpoint: `${BASE}${MANY}`,
  });
});
