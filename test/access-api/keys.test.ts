import Database from 'better-sqlite3';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openKeyBook } from '../../src/access-api/key-book.ts';
import { MINUTE } from '../keys/fixtures.ts';
import type { TestAccessApi } from './fixtures.ts';
import { ENTER, testAccessApi, NORTHWIND, SAM } from './fixtures.ts';

const ONE = '/access/v1/evaluation';
const ACTIONS = '/v1/sessions/TSA-42/actions';
const QUESTION = { subject: SAM, action: ENTER, resource: NORTHWIND };
const BATCH = {
  actions: [
    { id: 'a1', at: '2026-03-02T12:05:00Z', what: 'Looked at the log', level: 'read', outcome: 'done' },
  ],
};

async function seen(response: Response): Promise<string> {
  const headers = [...response.headers].filter(([name]) => name !== 'retry-after');
  return JSON.stringify([response.status, headers, await response.text()]);
}

/** The key with its last character changed. */
function nearly(key: string): string {
  return `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
}

describe('A key', () => {
  it('opens what it is for, and is shown once: of it only a hash is kept', async () => {
    const { post, key, keyFile } = await testAccessApi();
    expect((await post(ONE, QUESTION)).status).toBe(200);
    expect((await post(ACTIONS, BATCH)).status).toBe(200);
    const [, , secret = ''] = key.split('_');
    const kept = readdirSync(dirname(keyFile)).map((name) => readFileSync(join(dirname(keyFile), name)));
    for (const bytes of kept) expect(bytes.includes(secret)).toBe(false);
  });

  it('that is missing, cut, wrong, unknown, another’s or revoked gets one and the same answer', async () => {
    const { post, newKey, keys, key, clock } = await testAccessApi();
    const { id, key: revoked } = newKey();
    keys.revoke(id, clock.at);
    const other = newKey();
    const [, , othersSecret = ''] = other.key.split('_');
    const wrong = [
      null,
      '',
      'nonsense',
      key.slice(0, -1),
      `${key}A`,
      nearly(key),
      `tsak_${'0'.repeat(12)}_${'A'.repeat(43)}`,
      key.replace(/_[^_]+$/, `_${othersSecret}`),
      key.replace(/^tsak_/, ''),
      revoked,
    ];
    const answers = new Set<string>();
    for (const one of wrong) {
      answers.add(await seen(await post(ONE, QUESTION, { key: one })));
      answers.add(await seen(await post(ACTIONS, BATCH, { key: one })));
    }
    expect(answers.size).toBe(1);
    expect([...answers][0]).toContain('401');
  });

  it('is no key in another place than its header', async () => {
    const { post, key } = await testAccessApi();
    for (const headers of [
      { authorization: `Basic ${key}` },
      { authorization: key },
      { 'x-api-key': key },
      { cookie: `key=${key}` },
    ])
      expect((await post(`${ONE}?key=${key}`, QUESTION, { key: null, headers })).status).toBe(401);
  });

  it('that is revoked is over for the very next question, also when another program revokes it', async () => {
    const { post, keys, keyFile, key, clock } = await testAccessApi();
    expect((await post(ONE, QUESTION)).status).toBe(200);
    const [one] = keys.list();
    const tool = openKeyBook(keyFile);
    expect(tool.revoke(one?.id ?? '', clock.at)).toBe(true);
    expect(tool.revoke(one?.id ?? '', clock.at)).toBe(false);
    tool.close();
    expect((await post(ONE, QUESTION, { key })).status).toBe(401);
  });

  it('that this program revokes is over at once, too', async () => {
    const { post, keys, clock } = await testAccessApi();
    expect((await post(ONE, QUESTION)).status).toBe(200);
    for (const { id } of keys.list()) keys.revoke(id, clock.at);
    expect((await post(ONE, QUESTION)).status).toBe(401);
  });

  it('can be revoked whatever the clock says', async () => {
    const { keys, newKey } = await testAccessApi();
    const { id } = newKey();
    expect(keys.revoke(id, 0)).toBe(true);
  });

  it('for one kind of question is not for the other', async () => {
    const { post, newKey } = await testAccessApi();
    const asks = newKey({ questions: ['evaluate'] }).key;
    const reports = newKey({ questions: ['report_actions'] }).key;
    expect((await post(ONE, QUESTION, { key: asks })).status).toBe(200);
    expect((await post(ACTIONS, BATCH, { key: asks })).status).toBe(403);
    expect((await post(ONE, QUESTION, { key: reports })).status).toBe(403);
    expect((await post(ACTIONS, BATCH, { key: reports })).status).toBe(200);
  });

  it('of one product learns and changes nothing of another’s tenants', async () => {
    const { post, newKey, recorded } = await testAccessApi();
    const { key } = newKey({ tenants: ['contoso'] });
    const own = await post(ONE, { ...QUESTION, resource: { type: 'tenant', id: 'none' } }, { key });
    const others = await post(ONE, QUESTION, { key });
    expect(await others.text()).toBe(await own.text());
    // Of sessions that are there and of those that are not, the same is said.
    const there = await seen(await post(ACTIONS, BATCH, { key }));
    const nowhere = await seen(await post('/v1/sessions/TSA-999/actions', BATCH, { key }));
    expect(there).toBe(nowhere);
    expect(there).toContain('404');
    expect(recorded.size).toBe(0);
  });

  it('shows when it was last used, to the minute', async () => {
    const { post, keys, clock } = await testAccessApi();
    const lastUse = () => keys.list()[0]?.lastUsedAt;
    const start = clock.at;
    expect(lastUse()).toBeNull();
    await post(ONE, QUESTION);
    expect(lastUse()).toBe(start);
    clock.at = start + MINUTE - 1;
    await post(ONE, QUESTION);
    expect(lastUse()).toBe(start);
    clock.at = start + MINUTE;
    await post(ONE, QUESTION);
    expect(lastUse()).toBe(start + MINUTE);
  });

  it('keeps what it is for, and stays revoked, whoever writes to the file', async () => {
    const { keyFile, keys, clock } = await testAccessApi();
    const raw = new Database(keyFile);
    const wide = () => raw.prepare(`update api_key set tenants = '"any"', questions = '[]'`).run();
    const [one] = keys.list();
    keys.revoke(one?.id ?? '', clock.at);
    expect(wide).toThrow('never changed');
    expect(() => raw.prepare('update api_key set revoked_at = null').run()).toThrow('stays revoked');
    expect(() => raw.prepare('delete from api_key').run()).toThrow('not deleted');
    raw.close();
  });

  it('and its secret are in no line of the log, whatever happens', async () => {
    const g = await testAccessApi();
    g.breaks();
    await g.post(ONE, QUESTION);
    await g.post(ONE, QUESTION, { key: nearly(g.key) });
    expect(g.lines.length).toBeGreaterThan(0);
    expect(g.lines.join('')).not.toContain(g.key.slice(5, 40));
  });
});

describe('Too much', () => {
  const many = async (g: TestAccessApi, n: number, how: Parameters<TestAccessApi['post']>[2]) => {
    const statuses = [];
    for (let i = 0; i < n; i += 1) statuses.push(await g.post(ONE, QUESTION, how));
    return statuses;
  };

  it('guessing of one client is stopped, which a right key never notices', async () => {
    const g = await testAccessApi();
    const guesses = await many(g, 41, { key: nearly(g.key), from: '198.51.100.7' });
    expect(guesses.map(({ status }) => status)).toEqual([...Array<number>(40).fill(401), 429]);
    expect(Number(guesses.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await g.post(ONE, QUESTION, { from: '198.51.100.7' })).status).toBe(200);
    expect((await g.post(ONE, QUESTION, { key: null, from: '203.0.113.9' })).status).toBe(401);
  });

  it('asking of one key is put off, with how long, and leaves the others alone', async () => {
    const g = await testAccessApi();
    const other = g.newKey().key;
    const reports = Array.from({ length: 601 }, () => g.post('/v1/sessions/TSA-1/actions', {}));
    const statuses = (await Promise.all(reports)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    const late = await g.post(ACTIONS, BATCH);
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await g.post(ACTIONS, BATCH, { key: other })).status).toBe(200);
    expect((await g.post(ONE, QUESTION)).status).toBe(200);
  });

  it('at once is refused before it is read', async () => {
    const { post, recorded } = await testAccessApi();
    expect((await post(ONE, `{"x":"${'x'.repeat(64 * 1_024)}"}`)).status).toBe(413);
    expect((await post(ACTIONS, `{"x":"${'x'.repeat(1_024 * 1_024)}"}`)).status).toBe(413);
    expect((await post(ACTIONS, `{"x":"${'x'.repeat(1_024 * 1_024)}"}`, { key: null })).status).toBe(401);
    expect(recorded.size).toBe(0);
  });
});

it('Every refusal is a problem in JSON that says that nothing was changed, and may be kept by nobody', async () => {
  const { post, get, newKey } = await testAccessApi();
  const form = z.object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() });
  const refusals = [
    await post(ONE, {}),
    await post(ONE, QUESTION, { key: null }),
    await post(ONE, QUESTION, { key: newKey({ questions: [] }).key }),
    await post('/v1/sessions/TSA-7/actions', BATCH),
    await post('/v1/sessions/7/actions', BATCH),
    await post('/nothing', {}),
    await post(ONE, 'x'.repeat(70_000)),
    await get(ONE),
    await get(ACTIONS),
  ];
  for (const refusal of refusals) {
    expect(refusal.headers.get('content-type')).toBe('application/problem+json');
    const { status, detail } = form.parse(await refusal.json());
    expect(status).toBe(refusal.status);
    expect(detail.length).toBeGreaterThan(20);
  }
  expect(refusals.map(({ status }) => status)).toEqual([400, 401, 403, 404, 404, 404, 413, 405, 405]);
});
