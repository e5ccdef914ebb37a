import type { Kysely } from 'kysely';
import type { UserId } from '../access/policy.ts';
import type { FullRecord } from './history.ts';
import { loadRecords } from './history.ts';
import type { Tables } from './tables.ts';

/** How many there are, as far as they are counted, and the first of them. */
export interface Line {
  readonly count: number;
  readonly first: readonly FullRecord[];
}

/** What a team has still to do. Every answer is a search of an index of what is open. */
export interface QueueViews {
  /** Requests, or more time, that wait for the answer of one of these, the oldest first. */
  waitingForAny(holders: readonly UserId[], limit: number): Promise<Line>;
  /** What customers asked for and no engineer has accepted, the oldest first. */
  unaccepted(limit: number): Promise<Line>;
  /** Sessions that ended before that instant and are not closed out. */
  closeoutsOwed(endedBefore: number, limit: number): Promise<Line>;
  /** Emergencies whose review was due by that instant. */
  reviewsOverdue(now: number, limit: number): Promise<Line>;
}

/** As far as they are counted; more than any screen shows. */
const COUNTED_MAX = 200;
/** Members of one team who are looked for: SQLite takes many more, and no team has as many (sqlite.org/limits.html). */
const HOLDERS_MAX = 500;

export function createQueueViews(db: Kysely<Tables>): QueueViews {
  const line = async (rows: readonly { readonly no: number }[], limit: number): Promise<Line> => {
    const numbers = [...new Set(rows.map((row) => row.no))];
    return { count: numbers.length, first: await loadRecords(db, numbers.slice(0, limit)) };
  };
  const open = db.selectFrom('request').where('due_at', 'is not', null);
  return {
    async waitingForAny(holders, limit) {
      if (holders.length === 0) return { count: 0, first: [] };
      const rows = await db
        .selectFrom('seat')
        .select('request_no as no')
        .where('holder', 'in', holders.slice(0, HOLDERS_MAX))
        .where('given_by', 'is', null)
        .orderBy('request_no')
        .limit(COUNTED_MAX)
        .execute();
      return line(rows, limit);
    },
    async unaccepted(limit) {
      const rows = await open
        .select('request_no as no')
        .where('phase', '=', 'unclaimed')
        .orderBy('request_no')
        .limit(COUNTED_MAX)
        .execute();
      return line(rows, limit);
    },
    async closeoutsOwed(endedBefore, limit) {
      const rows = await open
        .select('request_no as no')
        .where('phase', '=', 'ended')
        .where('ended_at', '<=', endedBefore)
        .orderBy('ended_at')
        .limit(COUNTED_MAX)
        .execute();
      return line(rows, limit);
    },
    async reviewsOverdue(now, limit) {
      const rows = await db
        .selectFrom('request')
        .select('request_no as no')
        .where('review_due_at', '<=', now)
        .where('review_due_at', 'is not', null)
        .where('reviewed_at', 'is', null)
        .orderBy('review_due_at')
        .limit(COUNTED_MAX)
        .execute();
      return line(rows, limit);
    },
  };
}
