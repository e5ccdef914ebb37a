import type { Kysely, SelectQueryBuilder } from 'kysely';
import { NAMED_MAX } from './review-facts.ts';
import type { Tables } from './tables.ts';

/** What is not over, whenever it began. */
export interface Unfinished {
  readonly sessions: Counted<{
    readonly no: number;
    readonly requester: string;
    readonly tenantId: string;
    readonly startedAt: number;
  }>;
  readonly closeouts: Counted<{ readonly no: number; readonly owner: string }>;
  readonly reviews: Counted<{ readonly no: number }>;
}

/** How many there are, and the first of them. */
export interface Counted<T> {
  readonly count: number;
  readonly first: readonly T[];
}

/** Sessions at once of which it is known how long they go on already: more than any team has. */
const SESSIONS_MAX = 500;

/** What waits for its end, its closeout or its review now. */
export async function readUnfinished(db: Kysely<Tables>): Promise<Unfinished> {
  const open = db.selectFrom('request').where('due_at', 'is not', null);
  const sessions = open.where('phase', '=', 'active');
  const running = await sessions
    .select(['request_no as no', 'requester', 'tenant_id as tenantId', 'started_at as startedAt'])
    .orderBy('expires_at')
    .limit(SESSIONS_MAX)
    .execute();
  const closeouts = open.where('phase', '=', 'ended');
  const reviews = db
    .selectFrom('request')
    .where('review_due_at', 'is not', null)
    .where('reviewed_at', 'is', null);
  return {
    sessions: {
      count: await countOf(sessions),
      first: running.map((row) => ({ ...row, startedAt: row.startedAt ?? 0 })),
    },
    closeouts: {
      count: await countOf(closeouts),
      first: await closeouts.select(['request_no as no', 'owner']).limit(NAMED_MAX).execute(),
    },
    reviews: {
      count: await countOf(reviews),
      first: await reviews.select('request_no as no').orderBy('review_due_at').limit(NAMED_MAX).execute(),
    },
  };
}

async function countOf(rows: SelectQueryBuilder<Tables, 'request', object>): Promise<number> {
  const { count } = await rows.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  return count;
}
