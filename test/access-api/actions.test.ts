import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isAfterEnd } from '../../src/access/actions.ts';
import { hashOfActions } from '../../src/ledger/actions.ts';
import { MINUTE, NOW } from '../keys/fixtures.ts';
import { testAccessApi } from './fixtures.ts';

const PATH = '/v1/sessions/TSA-42/actions';

function action(change: object = {}) {
  return {
    id: 'a1',
    at: '2026-03-02T12:05:00.000Z',
    what: 'Reset the login cache',
    on: 'login service',
    level: 'change',
    outcome: 'done',
    ...change,
  };
}

describe('What was done', () => {
  it('is recorded as it was told', async () => {
    const { post, batches, keys } = await testAccessApi();
    const response = await post(PATH, {
      actions: [action(), action({ id: 'a2', on: undefined, level: 'read' })],
    });
    expect(await response.json()).toEqual({ stored: 2, repeated: 0, after_end: 0 });
    expect(batches).toEqual([
      {
        requestNo: 42,
        product: { keyId: keys.list()[0]?.id, name: 'the console' },
        mayAskAbout: expect.any(Function) as unknown,
        actions: [
          {
            id: 'a1',
            at: NOW + 5 * MINUTE,
            what: 'Reset the login cache',
            on: 'login service',
            level: 'change',
            outcome: 'done',
          },
          {
            id: 'a2',
            at: NOW + 5 * MINUTE,
            what: 'Reset the login cache',
            on: null,
            level: 'read',
            outcome: 'done',
          },
        ],
      },
    ]);
  });

  it('told again has no second effect, in one batch or in two', async () => {
    const { post, recorded } = await testAccessApi();
    await post(PATH, { actions: [action(), action({ what: 'Something else' })] });
    const again = await post(PATH, { actions: [action(), action({ id: 'a2' })] });
    expect(await again.json()).toEqual({ stored: 1, repeated: 1, after_end: 0 });
    expect(recorded.get(42)?.map(({ id, what }) => [id, what])).toEqual([
      ['a1', 'Reset the login cache'],
      ['a2', 'Reset the login cache'],
    ]);
  });

  it('may be a thousand at once, and no more', async () => {
    const { post } = await testAccessApi();
    const actions = Array.from({ length: 1_001 }, (_one, n) => action({ id: `a${n}` }));
    expect((await post(PATH, { actions })).status).toBe(400);
    expect(await (await post(PATH, { actions: actions.slice(1) })).json()).toMatchObject({ stored: 1_000 });
  });

  it('after the end is kept, and is told to be an alarm', async () => {
    const { post, ended, recorded } = await testAccessApi();
    ended.set(42, NOW + 5 * MINUTE);
    const actions = [
      action({ id: 'before', at: '2026-03-02T12:04:59.999Z' }),
      action({ id: 'at the end'.replaceAll(' ', '-'), at: '2026-03-02T12:05:00.000Z' }),
      action({ id: 'after', at: '2026-03-02T12:06:00.000Z' }),
    ];
    expect(await (await post(PATH, { actions })).json()).toEqual({ stored: 3, repeated: 0, after_end: 2 });
    expect(recorded.get(42)).toHaveLength(3);
  });

  it.each(['read', 'change', 'admin', 'danger'])('may go as far as %s', async (level) => {
    const { post } = await testAccessApi();
    expect((await post(PATH, { actions: [action({ level })] })).status).toBe(200);
  });

  it.each([
    ['no batch', {}, 'actions'],
    ['an empty one', { actions: [] }, 'actions'],
    ['an unknown level', { actions: [action({ level: 'huge' })] }, 'actions.0.level'],
    ['an unknown outcome', { actions: [action(), action({ id: 'b', outcome: '?' })] }, 'actions.1.outcome'],
    ['an id with a space', { actions: [action({ id: 'a b' })] }, 'actions.0.id'],
    ['no id', { actions: [action({ id: '' })] }, 'actions.0.id'],
    ['no words', { actions: [action({ what: ' \n ' })] }, 'actions.0.what'],
    ['a time without a zone', { actions: [action({ at: '2026-03-02T12:05:00' })] }, 'actions.0.at'],
    ['no time', { actions: [action({ at: 'now' })] }, 'actions.0.at'],
    ['a time to come', { actions: [action({ at: '2026-03-02T12:15:01Z' })] }, 'actions.0.at'],
  ])('is refused whole where it holds %s, and it is said where', async (_what, body, at) => {
    const { post, recorded } = await testAccessApi();
    const response = await post(PATH, body);
    expect(response.status).toBe(400);
    const { errors } = z
      .object({ errors: z.array(z.object({ at: z.string() })) })
      .parse(await response.json());
    expect(errors.map((error) => error.at)).toContain(at);
    expect(recorded.size).toBe(0);
  });

  it('by a clock that is five minutes ahead is taken', async () => {
    const { post } = await testAccessApi();
    expect((await post(PATH, { actions: [action({ at: '2026-03-02T12:15:00Z' })] })).status).toBe(200);
  });

  it('is kept as one plain line, so that no product turns our screens around', async () => {
    const { post, recorded } = await testAccessApi();
    await post(PATH, { actions: [action({ what: `Reset\n\u202ethe ${'x'.repeat(900)}`, on: '\ud800' })] });
    const [kept] = recorded.get(42) ?? [];
    expect(kept?.what).toMatch(/^Reset the x{488,}…$/);
    expect(kept?.what).toHaveLength(500);
    expect(kept?.on?.isWellFormed()).toBe(true);
  });

  it.each(['42', 'TSA-0', 'TSA-042', 'tsa-42', 'TSA-43', 'TSA-9999999999', 'acc_7Q'])(
    'in a session “%s” that there is not is not found',
    async (id) => {
      const { post } = await testAccessApi();
      expect((await post(`/v1/sessions/${id}/actions`, { actions: [action()] })).status).toBe(404);
    },
  );
});

describe('The hash of a batch', () => {
  const kept = { id: 'a1', at: NOW, what: 'x', on: null, level: 'read', outcome: 'done' } as const;

  it('is another for every other batch', () => {
    const hashes = [
      hashOfActions(42, 'console', [kept]),
      hashOfActions(43, 'console', [kept]),
      hashOfActions(42, 'other', [kept]),
      hashOfActions(42, 'console', []),
      hashOfActions(42, 'console', [kept, { ...kept, id: 'a2' }]),
      hashOfActions(42, 'console', [{ ...kept, id: 'a2' }, kept]),
      ...[{ at: NOW + 1 }, { what: 'y' }, { on: '' }, { level: 'danger' }, { outcome: 'failed' }].map(
        (change) => hashOfActions(42, 'console', [{ ...kept, ...(change as Partial<typeof kept>) }]),
      ),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('and the end of a session are half-open: what was done at the end was done after it', () => {
    expect(isAfterEnd(kept, NOW, NOW)).toBe(true);
    expect(isAfterEnd(kept, NOW + 1, NOW + 1)).toBe(false);
  });

  it('what is told of before the end was done before it, however far ahead the product’s clock is', () => {
    expect(isAfterEnd({ at: NOW + 5 * MINUTE }, NOW + 1, NOW)).toBe(false);
  });
});
