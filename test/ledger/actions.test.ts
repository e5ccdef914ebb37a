import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/access/actions.ts';
import type { Batch } from '../../src/ledger/actions.ts';
import { createReportedActions, hashOfActions } from '../../src/ledger/actions.ts';
import { exportActions } from '../../src/ledger/export.ts';
import { approve, file, start } from '../support/access-commands.ts';
import { ANN, GUS, HOUR, MINUTE, RITA, worldOf } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

const POLICY = {
  channels: { ...worldOf().policy.channels, security: 'CSECURITY' },
};
const CONSOLE = { keyId: 'abcdefghijkl', name: 'the console' };

/** Gus is in acme. */
async function inside(): Promise<TestLedger & { readonly no: number }> {
  const g = testLedger();
  const no = await g.given(RITA, file());
  await g.given(ANN, approve(), no);
  await g.given(GUS, start, no);
  return { ...g, no };
}

function action(change: Partial<Action> & { readonly at: number }): Action {
  return {
    id: 'a1',
    what: 'Reset the login cache',
    on: null,
    level: 'change',
    outcome: 'done',
    ...change,
  };
}

function tell(
  g: TestLedger & { readonly no: number },
  actions: readonly Action[],
  more: Partial<Batch> = {},
): ReturnType<TestLedger['handler']['recordActions']> {
  const batch = { requestNo: g.no, product: CONSOLE, actions, mayAskAbout: () => true, ...more };
  return g.handler.recordActions(batch, POLICY);
}

const events = (g: TestLedger): readonly unknown[] =>
  g.ledger.raw
    .prepare("select cast(body as text) from ledger_event where type = 'actions.reported' order by seq")
    .pluck()
    .all()
    .map((body) => JSON.parse(String(body)) as unknown);
const owed = (g: TestLedger): readonly unknown[] =>
  g.ledger.raw
    .prepare("select destination from outbox where json_extract(body, '$.kind') = 'after_end' order by id")
    .pluck()
    .all();

describe('What products say was done', () => {
  it('is kept as it was told, and the ledger keeps its hash', async () => {
    const g = await inside();
    const told = [
      action({ at: g.clock.now(), on: 'login service' }),
      action({ id: 'a2', at: g.clock.now() + 1 }),
    ];
    expect(await tell(g, told)).toMatchObject({ stored: 2, repeated: 0, afterEnd: 0 });
    expect(events(g)).toEqual([
      {
        type: 'actions.reported',
        about: g.no,
        product: 'the console',
        count: 2,
        afterEnd: 0,
        hash: hashOfActions(g.no, 'the console', told),
      },
    ]);
    expect(g.count("select count(*) from ledger_event where actor = 'product:abcdefghijkl'")).toBe(1);
    const { count, newest } = await createReportedActions(g.ledger.db).newest(g.no, 1);
    expect([count, newest]).toEqual([2, [{ ...told[1], product: 'the console', afterEnd: false }]]);
    expect(await g.verify()).toMatchObject({ ok: true });
    expect(owed(g)).toEqual([]);
  });

  it('has one effect when it is told again, by that product; ids of another are its own', async () => {
    const g = await inside();
    const one = action({ at: g.clock.now() });
    await tell(g, [one]);
    expect(await tell(g, [{ ...one, what: 'Something else' }])).toMatchObject({
      stored: 0,
      repeated: 1,
      told: null,
    });
    expect(await tell(g, [one, { ...one, id: 'a2' }])).toMatchObject({ stored: 1, repeated: 1 });
    const other = { product: { keyId: 'mnopqrstuvwx', name: 'billing' } };
    expect(await tell(g, [one], other)).toMatchObject({ stored: 1, repeated: 0 });
    // Another key of the same product tells of the same actions.
    const renewed = { product: { keyId: 'newnewnewnew', name: 'the console' } };
    expect(await tell(g, [one], renewed)).toMatchObject({ stored: 0, repeated: 1 });
    expect(events(g)).toHaveLength(3);
    expect(g.count('select count(*) from reported_action')).toBe(3);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('when the session was over is kept, and is an alarm: once an hour for each session and channel', async () => {
    const g = await inside();
    const endAt = (await g.views.record(g.no))?.state;
    if (endAt?.phase !== 'active') throw new Error('nobody is in');
    const { expiresAt } = endAt.session;
    g.clock.set(expiresAt + MINUTE);
    const told = [
      action({ id: 'before', at: expiresAt - 1 }),
      action({ id: 'at-the-end', at: expiresAt }),
      action({ id: 'after', at: expiresAt + 1 }),
    ];
    expect(await tell(g, told)).toMatchObject({ stored: 3, afterEnd: 2 });
    const places = ['CALERT', 'CSECURITY'];
    expect(owed(g)).toEqual(places.map((channel) => `channel:${channel}`));
    await tell(g, [action({ id: 'more', at: expiresAt + 2 })]);
    expect(owed(g)).toHaveLength(places.length);
    g.clock.turn(HOUR);
    await tell(g, [action({ id: 'later', at: expiresAt + 3 })]);
    expect(owed(g)).toHaveLength(2 * places.length);
    // Told late of what was done in time is no alarm.
    g.clock.turn(HOUR);
    expect(await tell(g, [action({ id: 'in-time', at: expiresAt - 2 })])).toMatchObject({ afterEnd: 0 });
    expect(owed(g)).toHaveLength(2 * places.length);
  });

  it('is not taken for a session that there is not, that never began, or that is not theirs', async () => {
    const g = await inside();
    const waiting = await g.given(RITA, file({ tenantId: 'corp' }));
    const before = g.count('select max(seq) from ledger_event');
    const one = [action({ at: g.clock.now() })];
    expect(await tell(g, one, { requestNo: 99 })).toBeNull();
    expect(await tell(g, one, { requestNo: waiting })).toBeNull();
    expect(await tell(g, one, { mayAskAbout: (id) => id !== 'acme' })).toBeNull();
    expect(g.count('select max(seq) from ledger_event')).toBe(before);
    expect(g.count('select count(*) from reported_action')).toBe(0);
  });

  it('is read whole a page at a time, newest first, and exported whole', async () => {
    const g = await inside();
    const all = Array.from({ length: 1_001 }, (_, n) => action({ id: `a${n}`, at: g.clock.now() + (n % 7) }));
    await tell(g, all.slice(0, 600));
    await tell(g, all.slice(600));
    const read: Action[] = [];
    for await (const page of createReportedActions(g.ledger.db).all(g.no)) read.push(...page);
    expect(new Set(read.map(({ id }) => id)).size).toBe(1_001);
    expect(read.map(({ at }) => at)).toEqual(read.map(({ at }) => at).toSorted((a, b) => b - a));
    const lines: string[] = [];
    for await (const line of exportActions(g.ledger)) lines.push(line);
    expect(lines).toHaveLength(1_001);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ action_id: 'a0', product: 'the console', place: 0 });
  });
});

describe('Whatever tool writes to the file', () => {
  it.each([
    ['changed', "update reported_action set what = 'Nothing' where place = 0"],
    ['deleted', 'delete from reported_action where place = 0'],
    [
      'added without an event',
      "insert into reported_action select 1, 9, request_no, product, 'z', at, what, target, level, outcome, late from reported_action where place = 0",
    ],
    [
      'added to an older batch',
      "insert into reported_action select seq, 9, request_no, product, 'z', at, what, target, level, outcome, late from reported_action where place = 0",
    ],
    [
      'replaced',
      "replace into reported_action select seq, place, request_no, product, action_id, at, 'Nothing', target, level, outcome, late from reported_action where place = 1",
    ],
  ])('an action cannot be %s', async (_what, sql) => {
    const g = await inside();
    const two = [action({ at: g.clock.now() }), action({ id: 'a2', at: g.clock.now() })];
    await tell(g, two);
    if (sql.startsWith('insert')) await g.given(RITA, file({ tenantId: 'corp' }));
    for (const recursive of ['on', 'off']) {
      g.ledger.raw.pragma(`recursive_triggers = ${recursive}`);
      expect(() => g.ledger.raw.exec(sql)).toThrow('reported_action:');
    }
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it.each([
    ['changed', "update reported_action set what = 'Nothing' where place = 0", /^the actions of event 5 /],
    ['that is missing', 'delete from reported_action where place = 1', /^the actions of event 5 /],
    [
      'put into another session',
      'update reported_action set request_no = 2 where place = 0',
      /^the actions of event 5 /,
    ],
    [
      'moved in its batch',
      'update reported_action set place = 7 where place = 0',
      /^the actions of event 5 /,
    ],
    [
      'that nobody told',
      "insert into reported_action select 1, 0, request_no, 'x', 'z', at, what, target, level, outcome, late from reported_action where place = 0",
      /^3 actions are kept where the ledger tells of 2$/,
    ],
  ])('verify finds an action %s', async (_what, sql, wrong) => {
    const g = await inside();
    await tell(g, [action({ at: g.clock.now() }), action({ id: 'a2', at: g.clock.now() })]);
    await g.given(RITA, file({ tenantId: 'corp' }));
    for (const name of ['with_event', 'no_update', 'no_delete'])
      g.ledger.raw.exec(`drop trigger reported_action_${name}`);
    g.ledger.raw.exec(sql);
    expect(await g.verify()).toEqual({ ok: false, seq: null, wrong: expect.stringMatching(wrong) as string });
  });
});
