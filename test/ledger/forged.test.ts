import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AccessEvent, EventOf } from '../../src/access/event.ts';
import { backUpDatabase } from '../../src/database.ts';
import { canonicalJson, GENESIS, linkHash } from '../../src/ledger/chain.ts';
import { parseRecorded } from '../../src/ledger/history.ts';
import type { LedgerRow } from '../../src/ledger/tables.ts';
import { approve, ask, declare, extend, file, start } from '../support/access-commands.ts';
import {
  ANN,
  cara,
  DAY,
  EVE,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  OTTO,
  RITA,
  worldOf,
} from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { folder, testLedger } from '../support/test-ledger.ts';

/** TSA-1 is in use and waits for more time, TSA-2 waits for a yes, TSA-3 waits for an engineer, TSA-4 is an emergency. */
async function lived(): Promise<TestLedger> {
  const g = testLedger();
  const no = await g.given(RITA, file());
  await g.given(ANN, approve(), no);
  await g.given(GUS, start, no);
  await g.given(GUS, extend(), no);
  await g.given(RITA, file({ tenantId: 'corp', durationMs: 30 * MINUTE }));
  await g.given(cara, ask());
  await g.given(EVE, declare());
  expect(await g.verify()).toMatchObject({ ok: true });
  return g;
}

function rowsOf(g: TestLedger): readonly LedgerRow[] {
  return g.ledger.raw.prepare('select * from ledger_event order by seq').all() as LedgerRow[];
}

/** The fact of that type of that request, as it stands. */
function fact<T extends AccessEvent['type']>(g: TestLedger, no: number, type: T): EventOf<T> {
  const row = rowsOf(g).find((one) => one.request_no === no && one.type === type);
  if (row === undefined) throw new Error(`no ${type} of TSA-${no}`);
  return parseRecorded(row).event as EventOf<T>;
}

/** Adds an event to the end as somebody who has the file can: with its hash, and no trigger in the way. */
function forge(g: TestLedger, no: number, event: AccessEvent, actor = 'UEVIL'): void {
  const last = rowsOf(g).at(-1);
  const version = g.count(`select coalesce(max(version), 0) + 1 from ledger_event where request_no = ${no}`);
  const [seq, at, body] = [(last?.seq ?? 0) + 1, g.clock.now(), canonicalJson(event)];
  const prev = last?.hash ?? GENESIS;
  const link = { seq, requestNo: no, version, type: event.type, actor, at, body, owed: null };
  g.ledger.raw
    .prepare('insert into ledger_event values (?, ?, ?, ?, ?, ?, ?, null, ?, ?)')
    .run(seq, no, version, event.type, actor, at, body, prev, linkHash(prev, link));
}

const yes = { type: 'approval.given', seat: ANN, by: ANN, narrowed: null, tookMs: 1 } as const;

it.each<[string, (g: TestLedger) => readonly [number, AccessEvent], RegExp]>([
  [
    'less that is more: other words',
    (g) => {
      const { scope, offLimits, durationMs } = fact(g, 2, 'request.filed').ask;
      const narrowed = { scope, offLimits, durationMs, allowedActions: ['Delete everything.'] };
      return [2, { ...yes, narrowed }];
    },
    /approved as less is more/,
  ],
  [
    'less that is more: fewer limits, for longer',
    (g) => {
      const { scope, allowedActions, durationMs } = fact(g, 2, 'request.filed').ask;
      return [2, { ...yes, narrowed: { scope, allowedActions, offLimits: [], durationMs: durationMs + 1 } }];
    },
    /approved as less is more/,
  ],
  ['a yes of somebody who was not asked', () => [2, { ...yes, seat: OTTO, by: OTTO }], /was not asked/],
  [
    'a grant without a yes',
    (g) => {
      const { ask: asked, terms } = fact(g, 2, 'request.filed');
      const startBy = terms.latestEndAt - asked.durationMs;
      return [2, { type: 'grant.issued', ask: asked, startBy, latestEndAt: terms.latestEndAt }];
    },
    /before all had said yes/,
  ],
  [
    'a yes to more time of somebody who was not asked',
    () => [1, { type: 'extension.agreed', seat: OTTO, by: OTTO }],
    /to more time who was not asked/,
  ],
  [
    'more time asked of nobody',
    (g) => {
      const asked = fact(g, 1, 'extension.asked');
      return [1, { ...asked, approvers: [] }];
    },
    /fewer people than the request was/,
  ],
  [
    'more time asked of whoever owns it',
    (g) => [1, { ...fact(g, 1, 'extension.asked'), approvers: [OLA] }],
    /asked for, will hold, or own/,
  ],
  [
    'more time than the terms say',
    (g) => {
      const asked = fact(g, 1, 'extension.asked');
      return [1, { ...asked, durationMs: DAY, newExpiresAt: asked.newExpiresAt - asked.durationMs + DAY }];
    },
    /than its terms let be asked for/,
  ],
  [
    'terms that go on for longer than the ask',
    (g) => {
      const filed = fact(g, 2, 'request.filed');
      return [5, { ...filed, terms: { ...filed.terms, latestEndAt: filed.terms.latestEndAt + DAY } }];
    },
    /terms do not follow/,
  ],
  [
    'a request whose requester is to approve it',
    (g) => [5, { ...fact(g, 2, 'request.filed'), approvers: [RITA] }],
    /is to decide about what they asked for/,
  ],
  [
    'a customer’s yes for longer than two days',
    (g) => {
      const filed = fact(g, 3, 'customer_request.filed');
      const lapseAt = g.clock.now() + 3 * DAY;
      return [5, { ...filed, terms: { ...filed.terms, lapseAt, latestEndAt: lapseAt } }];
    },
    /terms do not follow/,
  ],
  [
    'an emergency of somebody else',
    (g) => {
      const declared = fact(g, 4, 'emergency.declared');
      return [5, { ...declared, ask: { ...declared.ask, grantee: OTTO } }];
    },
    /for somebody else/,
  ],
  [
    'an emergency that its owner is to judge',
    (g) => [5, { ...fact(g, 4, 'emergency.declared'), owner: fact(g, 4, 'emergency.declared').reviewer }],
    /is to decide about what they asked for/,
  ],
  [
    'a reminder before its time',
    (g) => [2, { type: 'approver.reminded', approvers: [ANN], at: g.clock.now() }],
    /reminded of what was not due/,
  ],
  [
    'a warning before its time',
    (g) => [1, { type: 'session.warned', expiresAt: g.clock.now() + HOUR }],
    /reminded of what was not due/,
  ],
  ['a request that lapsed early', () => [2, { type: 'request.lapsed', why: 'undecided' }], /before its time/],
  [
    'a number that is not the next',
    (g) => [9, fact(g, 2, 'request.filed')],
    /TSA-9 was filed where TSA-5 was next/,
  ],
  ['a life that begins in the middle', () => [5, yes], /begins with something else/],
])(
  'What the rules could not have written is found, though every hash fits: %s',
  async (_what, made, wrong) => {
    const g = await lived();
    const [no, event] = made(g);
    forge(g, no, event);
    const verdict = await g.verify();
    expect(verdict).toMatchObject({ ok: false, wrong: expect.stringMatching(wrong) as string });
    expect(verdict.ok ? 0 : verdict.seq).toBe(rowsOf(g).length);
  },
);

it('and so is a start while nobody had confirmed that they know what a backup leaves out', async () => {
  const g = testLedger();
  const no = await g.given(RITA, file());
  await g.given(ANN, approve(), no);
  const copy = join(folder(), 'tsa.sqlite');
  await backUpDatabase(g.path, copy, g.clock.now());
  const after = testLedger(worldOf(), copy, g.clock);
  expect(await after.verify()).toMatchObject({ ok: true });
  const startedAt = g.clock.now();
  const { durationMs } = fact(after, no, 'request.filed').ask;
  forge(after, no, { type: 'session.started', by: GUS, startedAt, expiresAt: startedAt + durationMs }, GUS);
  expect(await after.verify()).toMatchObject({
    ok: false,
    wrong: 'a session started while nobody had confirmed that they know what is missing',
  });
});
