import type Database from 'better-sqlite3';
import { openDatabase } from '../src/database.ts';
import type { AccessEvent } from '../src/access/event.ts';
import { evolve } from '../src/access/evolve.ts';
import { actorName } from '../src/access/people.ts';
import type { Policy } from '../src/access/policy.ts';
import type { Access } from '../src/access/state.ts';
import { canonicalJson, GENESIS, linkHash } from '../src/ledger/chain.ts';
import { loadRecords } from '../src/ledger/history.ts';
import { recentRow, stillCounted } from '../src/ledger/lately.ts';
import type { Ledger } from '../src/ledger/open.ts';
import { owedDigests } from '../src/ledger/owed-digest.ts';
import { projectRequest, projectSeats } from '../src/ledger/project.ts';
import type { Tables } from '../src/ledger/tables.ts';
import { nth, REASON, tenantOf } from './company.ts';

/** A ledger with years of history in it, written fast but valid: every link, every projection, triggers on. */

const YEARS_MS = 3 * 365 * 24 * 3_600_000;
const MINUTE_MS = 60_000;
const PER_TRANSACTION = 35_000;
/** One request in so many was denied. */
const DENIED_EACH = 10;
const SAMPLE = 500;

type Fact = readonly [at: number, actor: string, event: AccessEvent];

/** Fills a new ledger at `path` with at least that many events, checks a sample, and closes it. */
export async function fill(path: string, events: number, policy: Policy, overMs = YEARS_MS): Promise<number> {
  const ledger = openDatabase(path);
  try {
    const written = write(ledger, events, policy, overMs);
    await checkSample(ledger, written.requests);
    ledger.raw.exec('analyze');
    ledger.raw.pragma('wal_checkpoint(truncate)');
    return written.events;
  } finally {
    await ledger.close();
  }
}

function write(
  { raw }: Ledger,
  events: number,
  policy: Policy,
  overMs: number,
): { events: number; requests: number } {
  const put = (table: string, columns: number): Database.Statement =>
    raw.prepare(`insert into ${table} values (${Array.from({ length: columns }, () => '?').join(', ')})`);
  const link = put('ledger_event', 10);
  const seat = put('seat', 4);
  const told = raw.prepare(
    "insert into outbox (seq, key, destination, body, state, owed_at, next_at, settled_at) values (?, ?, ?, ?, 'sent', ?, ?, ?)",
  );
  const recent = put('recent_act', 5);
  /** What counts for the limits of an hour. */
  let lately: readonly Tables['recent_act'][] = [];
  const states = new Map<number, Access>();
  let request: Database.Statement | null = null;
  let prev: Buffer = GENESIS;
  let seq = 0;
  let requests = 0;
  const happened = inOrder(events, policy, overMs);
  let next = happened.next();
  const some = raw.transaction(() => {
    for (let i = 0; i < PER_TRANSACTION && next.done !== true; i += 1) {
      const { no, fact } = next.value;
      const [at, actor, event] = fact;
      next = happened.next();
      const state = evolve(states.get(no) ?? null, event, at);
      seq += 1;
      const { version } = state;
      const body = canonicalJson(event);
      const to = `person:${nth(no).engineer}`;
      const debt = {
        key: `card:${no}:${version}:${to}`,
        destination: to,
        body: `{"kind":"card","no":${no}}`,
      };
      const owed = owedDigests([debt]);
      const hash = linkHash(prev, { seq, requestNo: no, version, type: event.type, actor, at, body, owed });
      link.run(seq, no, version, event.type, actor, at, body, owed, prev, hash);
      prev = hash;
      const counted = recentRow({ seq, type: event.type, actor, at }, state.tenant.id);
      if (counted !== null) lately = stillCounted([...lately, counted]);
      told.run(seq, debt.key, debt.destination, debt.body, at, at, at);
      states.set(no, state);
      if (state.phase !== 'closed' && state.phase !== 'denied') continue;
      states.delete(no);
      requests += 1;
      const row = projectRequest(no, state, null);
      const columns = Object.keys(row);
      request ??= raw.prepare(
        `insert into request (${columns.join(', ')}) values (${columns.map((name) => `@${name}`).join(', ')})`,
      );
      request.run(row);
      for (const { request_no, holder, given_by, took_ms } of projectSeats(no, state))
        seat.run(request_no, holder, given_by, took_ms);
    }
  });
  while (next.done !== true) some();
  for (const one of lately) recent.run(one.seq, one.what, one.actor, one.tenant_id, one.at);
  return { events: seq, requests };
}

/** At least so many facts of years, each when it happened: lives overlap. */
function* inOrder(
  events: number,
  policy: Policy,
  overMs: number,
): Generator<{ no: number; fact: Fact }, undefined> {
  const perRequest = (7 * (DENIED_EACH - 1) + 2) / DENIED_EACH;
  const step = overMs / (events / perRequest);
  const from = Date.now() - overMs - 4 * 60 * MINUTE_MS;
  let waiting: { no: number; fact: Fact }[] = [];
  for (let no = 1, all = 0; all < events; no += 1) {
    const filedAt = Math.floor(from + no * step);
    const { due = [], later = [] } = Object.groupBy(waiting, ({ fact }) =>
      fact[0] <= filedAt ? 'due' : 'later',
    );
    yield* due;
    const life = historyOf(no, filedAt, policy).map((fact) => ({ no, fact }));
    all += life.length;
    waiting = [...later, ...life].sort((a, b) => a.fact[0] - b.fact[0]);
  }
  yield* waiting;
  return undefined;
}

/** One request's whole life, as the rules would have written it. */
function historyOf(no: number, at: number, policy: Policy): readonly Fact[] {
  const { engineer, approver, tenantId } = nth(no);
  const { id, name, environment, region, channel } = tenantOf(policy, tenantId);
  const { limits } = policy;
  const [scope] = policy.scopes;
  if (scope === undefined) throw new Error('the policy has no scope');
  const durationMs = 60 * MINUTE_MS;
  const ask = {
    grantee: engineer,
    scope: { id: scope.id, name: scope.name, allows: scope.allows, highRisk: scope.highRisk },
    allowedActions: ['Look at the import log and the invoices'],
    offLimits: ['Everything else'],
    durationMs,
    notBefore: null,
    roles: [],
  };
  const lapseAt = at + limits.lapseAfterMs;
  const filed: Fact = [
    at,
    engineer,
    {
      type: 'request.filed',
      requester: engineer,
      owner: engineer,
      tenant: { id, name, environment, region, channel },
      reason: REASON,
      caseRef: `CASE-${no}`,
      terms: {
        lapseAt,
        startWindowMs: limits.startWindowMs,
        latestEndAt: lapseAt + limits.startWindowMs + durationMs,
        warnBeforeMs: limits.warnBeforeMs,
        reminderFirstMs: limits.approverReminderFirstMs,
        reminderEveryMs: limits.approverReminderEveryMs,
        extensionMs: limits.extensionMs,
        extensions: limits.extensions,
        closeoutReminderFirstMs: limits.closeoutReminderFirstMs,
        closeoutReminderEveryMs: limits.closeoutReminderEveryMs,
        closeoutAcceptedAfterMs: limits.closeoutAcceptedAfterMs,
      },
      roleNotes: ['The requester will hold the access.', 'The requester is the owner.'],
      repeatCount: 1,
      ask,
      approvers: [approver],
      consent: false,
    },
  ];
  const decided = at + 5 * MINUTE_MS;
  const tookMs = 5 * MINUTE_MS;
  if (no % DENIED_EACH === 0)
    return [
      filed,
      [decided, approver, { type: 'request.denied', by: approver, reason: 'Ask billing first.', tookMs }],
    ];
  const startedAt = decided + MINUTE_MS;
  const expiresAt = startedAt + durationMs;
  const endedAt = startedAt + 55 * MINUTE_MS;
  const given = { type: 'approval.given', seat: approver, by: approver, narrowed: null, tookMs } as const;
  const startBy = decided + limits.startWindowMs;
  const issued = { type: 'grant.issued', ask, startBy, latestEndAt: startBy + durationMs } as const;
  const closed: AccessEvent = {
    type: 'closeout.filed',
    by: engineer,
    fixed: 'yes',
    changed: 'Removed the duplicates of March and looked at the import log',
    removed: [],
    productProblem: '',
    next: null,
    confirmedBy: 'Erika Muster',
    checked: 'The invoices.',
    summary: '',
    notes: '',
  };
  return [
    filed,
    [decided, approver, given],
    [decided, approver, issued],
    [startedAt, engineer, { type: 'session.started', by: engineer, startedAt, expiresAt }],
    [startedAt + 50 * MINUTE_MS, actorName({ kind: 'timer' }), { type: 'session.warned', expiresAt }],
    [endedAt, engineer, { type: 'session.ended', how: 'ended', by: engineer, reason: '', endedAt }],
    [endedAt + MINUTE_MS, engineer, closed],
  ];
}

/** Reads some requests as the program would, and the end of the chain as an auditor would. @throws if anything is off */
async function checkSample({ db }: Ledger, requests: number): Promise<void> {
  const numbers = Array.from({ length: SAMPLE }, (_, i) => 1 + Math.floor((i * requests) / SAMPLE));
  const records = await loadRecords(db, numbers);
  const rows = await db.selectFrom('request').selectAll().where('request_no', 'in', numbers).execute();
  const shown = new Map(rows.map((row) => [row.request_no, keyed(row)]));
  for (const { no, state } of records)
    if (shown.get(no) !== keyed(projectRequest(no, state, null)))
      throw new Error(`TSA-${no} is shown otherwise than the ledger tells`);
  if (records.length !== numbers.length) throw new Error('requests of the sample are missing');
  const tail = await db.selectFrom('ledger_event').selectAll().orderBy('seq', 'desc').limit(SAMPLE).execute();
  for (const { request_no: requestNo, prev_hash: prev, hash, ...rest } of tail)
    if (!linkHash(prev, { requestNo, ...rest }).equals(hash))
      throw new Error(`event ${rest.seq} is not linked`);
}

function keyed(row: object): string {
  return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}
