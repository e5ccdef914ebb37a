import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Absence } from '../access/people.ts';
import { START_WITHIN_MS } from '../access/limits.ts';
import type { UserId } from '../access/policy.ts';
import type { OpenPhase } from '../access/state.ts';
import { GENESIS } from './chain.ts';
import type { GapViews } from './gap.ts';
import { createGapViews } from './gap.ts';
import type { FullRecord } from './history.ts';
import { loadRecords } from './history.ts';
import { readLastDenial, readOpenEmergencies } from './read-related.ts';
import { countRefused } from './refused-attempts.ts';
import type { QueueViews } from './queue-views.ts';
import { createQueueViews } from './queue-views.ts';
import type { SearchViews } from './search.ts';
import { createSearch } from './search.ts';
import type { Tables } from './tables.ts';

/** What the edges may read. Nothing here changes anything; every answer is an index search, however old the ledger. */
export interface Views extends GapViews, SearchViews, QueueViews {
  /** The whole record of a request, or `null` if there is none of that number. */
  record(no: number): Promise<FullRecord | null>;
  /** Sessions in use, the next to end first; at most `limit`. */
  activeSessions(limit?: number): Promise<readonly FullRecord[]>;
  /** How many sessions are in use. */
  countActive(): Promise<number>;
  /** Open requests in which this person plays that part, newest first, in one of these phases. */
  byPerson(
    part: 'requester' | 'grantee' | 'owner',
    user: UserId,
    phases: readonly OpenPhase[],
  ): Promise<readonly FullRecord[]>;
  /** Requests that wait for this person's answer, the oldest first. */
  waitingFor(user: UserId): Promise<readonly FullRecord[]>;
  /** Answers that requests wait for: this person's, or everybody's. */
  openSeats(holder: UserId | null): Promise<readonly { readonly no: number; readonly holder: UserId }[]>;
  /** Numbers of this person's emergencies that are not reviewed, or not closed out. */
  openEmergencies(requester: UserId): Promise<readonly number[]>;
  /** Emergencies that still owe their review, the first due first. */
  unreviewed(): Promise<readonly FullRecord[]>;
  /** The last facts of all, newest first, each with its request. */
  latest(limit: number): Promise<readonly { readonly record: FullRecord; readonly version: number }[]>;
  /** How often something was refused in that time: to that person, or about that tenant's requests. */
  refused(of: { tenantId: string } | { person: UserId }, from: number, until: number): Promise<number>;
  /** This person's requests of the time since then that lapsed or were denied, newest first. */
  letDown(requester: UserId, since: number): Promise<readonly FullRecord[]>;
  /** The last request of this person for this scope in this tenant that was denied. */
  lastDenial(of: {
    requester: UserId;
    tenantId: string;
    scopeId: string;
  }): Promise<{ readonly no: number; readonly at: number } | null>;
  /** What this person, or this tenant, had since then. */
  recentUse(of: { grantee: UserId } | { tenantId: string }, since: number): Promise<RecentUse>;
  /** Numbers of the requests to which time must do something now, the longest overdue first. */
  due(now: number, limit: number): Promise<readonly number[]>;
  /** When time next does something to any request, later than that instant. */
  nextDueAt(after: number): Promise<number | null>;
  /** How many requests were due before that instant and still are. */
  overdue(before: number): Promise<number>;
  absences(now: number): Promise<ReadonlyMap<UserId, Absence>>;
  /** The last digest that was posted, and when the ledger began. */
  digests(): Promise<{ readonly last: Tables['digest_week'] | null; readonly firstEventAt: number | null }>;
  /** The end of the chain, and when that was; 0 where there is nothing. */
  head(): Promise<{ readonly seq: number; readonly hash: string; readonly at: number }>;
}

export interface RecentUse {
  readonly sessions: number;
  /** Time in session, milliseconds; a running session counts to its planned end. */
  readonly ms: number;
}

/** Longest list that a view gives; more than any screen shows. */
export const LIST_MAX = 200;

/** The views of this ledger. */
export function createViews(db: Kysely<Tables>): Views {
  return {
    ...createGapViews(db),
    ...createSearch(db),
    ...createQueueViews(db),
    async record(no) {
      return (await loadRecords(db, [no]))[0] ?? null;
    },
    async activeSessions(limit = LIST_MAX) {
      const rows = await db
        .selectFrom('request')
        .select('request_no')
        .where('due_at', 'is not', null)
        .where('phase', '=', 'active')
        .orderBy('expires_at')
        .limit(limit)
        .execute();
      return loadRecords(
        db,
        rows.map((row) => row.request_no),
      );
    },
    async countActive() {
      const row = await db
        .selectFrom('request')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('due_at', 'is not', null)
        .where('phase', '=', 'active')
        .executeTakeFirstOrThrow();
      return row.count;
    },
    async byPerson(part, user, phases) {
      const rows = await db
        .selectFrom('request')
        .select('request_no')
        .where(part, '=', user)
        .where('due_at', 'is not', null)
        .where('phase', 'in', [...phases])
        .orderBy('request_no', 'desc')
        .limit(LIST_MAX)
        .execute();
      return loadRecords(
        db,
        rows.map((row) => row.request_no),
      );
    },
    async waitingFor(user) {
      const rows = await db
        .selectFrom('seat')
        .select('request_no')
        .where('holder', '=', user)
        .where('given_by', 'is', null)
        .orderBy('request_no')
        .limit(LIST_MAX)
        .execute();
      return loadRecords(
        db,
        rows.map((row) => row.request_no),
      );
    },
    async openSeats(holder) {
      const open = db.selectFrom('seat').select(['request_no as no', 'holder']).where('given_by', 'is', null);
      return (holder === null ? open : open.where('holder', '=', holder)).execute();
    },
    openEmergencies: (requester) => readOpenEmergencies(db, requester),
    async unreviewed() {
      const rows = await db
        .selectFrom('request')
        .select('request_no')
        .where('review_due_at', 'is not', null)
        .where('reviewed_at', 'is', null)
        .orderBy('review_due_at')
        .limit(LIST_MAX)
        .execute();
      return loadRecords(
        db,
        rows.map((row) => row.request_no),
      );
    },
    async latest(limit) {
      const rows = await db
        .selectFrom('ledger_event')
        .select(['request_no', 'version'])
        .orderBy('seq', 'desc')
        .limit(4 * limit)
        .execute();
      const facts = rows
        .flatMap(({ request_no: no, version }) => (no === null || version === null ? [] : [{ no, version }]))
        .slice(0, limit);
      const records = new Map(
        (await loadRecords(db, [...new Set(facts.map((fact) => fact.no))])).map((record) => [
          record.no,
          record,
        ]),
      );
      return facts.flatMap(({ no, version }) => {
        const record = records.get(no);
        return record === undefined ? [] : [{ record, version }];
      });
    },
    refused: (of, from, until) => countRefused(db, of, from, until),
    async letDown(requester, since) {
      const rows = await db
        .selectFrom('request')
        .select('request_no')
        .where('requester', '=', requester)
        .where('filed_at', '>=', since)
        .where('phase', 'in', ['lapsed', 'denied'])
        .orderBy('filed_at', 'desc')
        .limit(LIST_MAX)
        .execute();
      return loadRecords(
        db,
        rows.map((row) => row.request_no),
      );
    },
    lastDenial: (of) => readLastDenial(db, of),
    async recentUse(of, since) {
      const used =
        'grantee' in of ? (['grantee', of.grantee] as const) : (['tenant_id', of.tenantId] as const);
      const row = await db
        .selectFrom('request')
        .select((eb) => [
          eb.fn.countAll<number>().as('sessions'),
          sql<number>`coalesce(sum(coalesce(ended_at, expires_at) - started_at), 0)`.as('ms'),
        ])
        .where(used[0], '=', used[1])
        // Nothing that was filed earlier started since: what was filed is indexed, when it started is not.
        .where('filed_at', '>=', since - START_WITHIN_MS)
        .where('started_at', '>=', since)
        .executeTakeFirstOrThrow();
      return row;
    },
    async due(now, limit) {
      const rows = await db
        .selectFrom('request')
        .select('request_no')
        .where('due_at', 'is not', null)
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(limit)
        .execute();
      return rows.map((row) => row.request_no);
    },
    async nextDueAt(after) {
      const row = await db
        .selectFrom('request')
        .select('due_at')
        .where('due_at', '>', after)
        .orderBy('due_at')
        .limit(1)
        .executeTakeFirst();
      return row?.due_at ?? null;
    },
    async overdue(before) {
      const row = await db
        .selectFrom('request')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('due_at', 'is not', null)
        .where('due_at', '<', before)
        .executeTakeFirstOrThrow();
      return row.count;
    },
    async absences(now) {
      const rows = await db.selectFrom('absence').selectAll().where('until_at', '>', now).execute();
      return new Map(
        rows.map((row) => [row.approver, { from: row.from_at, until: row.until_at, delegate: row.delegate }]),
      );
    },
    async digests() {
      const last = await db
        .selectFrom('digest_week')
        .selectAll()
        .orderBy('until_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      const first = await db
        .selectFrom('ledger_event')
        .select('at')
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst();
      return { last: last ?? null, firstEventAt: first?.at ?? null };
    },
    async head() {
      const row = await db
        .selectFrom('ledger_event')
        .select(['seq', 'hash', 'at'])
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return { seq: row?.seq ?? 0, hash: (row?.hash ?? GENESIS).toString('hex'), at: row?.at ?? 0 };
    },
  };
}
