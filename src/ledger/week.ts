import type { Kysely, SelectQueryBuilder } from 'kysely';
import { z } from 'zod';
import { parseHouse } from './history.ts';
import type { Repeat } from './repeats.ts';
import { readRepeats } from './repeats.ts';
import type { Tables } from './tables.ts';

/** What the ledger says of a span of time, half-open: `from` included, `until` not. Milliseconds since 1970. */
export interface SpanFacts {
  readonly filed: readonly Row[];
  readonly approved: readonly Row[];
  readonly denied: readonly Row[];
  readonly lapsed: readonly Row[];
  readonly cancelled: readonly Row[];
  /** Started in the span. */
  readonly started: readonly Row[];
  /** Ended in the span. */
  readonly ended: readonly Row[];
  /** Now, whenever they began. */
  readonly active: readonly Row[];
  readonly notClosedOut: readonly Row[];
  readonly unreviewed: readonly Row[];
  readonly fastDecisions: readonly number[];
  /** What was asked for once more in the span, for at least the third time. */
  readonly repeats: readonly Repeat[];
  readonly refused: readonly {
    readonly actor: string;
    readonly command: string;
    readonly reason: string;
    readonly about: number | null;
  }[];
}

const row = z.object({
  request_no: z.number(),
  phase: z.string(),
  way: z.string(),
  requester: z.string(),
  grantee: z.string().nullable(),
  owner: z.string(),
  tenant_id: z.string(),
  scope_id: z.string().nullable(),
  reason: z.string(),
  like_it: z.number(),
  filed_at: z.number(),
  started_at: z.number().nullable(),
  expires_at: z.number().nullable(),
  ended_at: z.number().nullable(),
  end_how: z.enum(['ended', 'expired', 'revoked']).nullable(),
  review_due_at: z.number().nullable(),
});
export type Row = z.infer<typeof row>;

/** A decision faster than this was hardly read. */
const FAST_MS = 5_000;

/** Everything that the review of a span of time looks at. */
export async function readSpan(db: Kysely<Tables>, from: number, until: number): Promise<SpanFacts> {
  type Column = 'filed_at' | 'approved_at' | 'denied_at' | 'over_at' | 'started_at' | 'ended_at';
  const rows = db.selectFrom('request').selectAll();
  const open = rows.where('due_at', 'is not', null);
  const within = (column: Column): Promise<Row[]> =>
    parsed(rows.where(column, 'is not', null).where(column, '>=', from).where(column, '<', until));
  const over = await within('over_at');
  const seats = await db
    .selectFrom('request')
    .innerJoin('seat', 'seat.request_no', 'request.request_no')
    .select('request.request_no')
    .distinct()
    .where('way', '=', 'support')
    .where('approved_at', 'is not', null)
    .where('approved_at', '>=', from)
    .where('approved_at', '<', until)
    .where('took_ms', '<', FAST_MS)
    .execute();
  const refused = await db
    .selectFrom('ledger_event')
    .selectAll()
    .where('request_no', 'is', null)
    .where('type', '=', 'attempt.refused')
    .where('at', '>=', from)
    .where('at', '<', until)
    .orderBy('at')
    .execute();
  const filed = await within('filed_at');
  return {
    filed,
    approved: (await within('approved_at')).filter((r) => r.way === 'support'),
    denied: await within('denied_at'),
    lapsed: over.filter((r) => r.phase === 'lapsed'),
    cancelled: over.filter((r) => r.phase === 'cancelled'),
    started: await within('started_at'),
    ended: await within('ended_at'),
    active: await parsed(open.where('phase', '=', 'active')),
    notClosedOut: await parsed(open.where('phase', '=', 'ended')),
    unreviewed: await parsed(rows.where('review_due_at', 'is not', null).where('reviewed_at', 'is', null)),
    fastDecisions: seats.map((r) => r.request_no),
    repeats: await readRepeats(db, filed),
    refused: refused.flatMap((event) => {
      const fact = parseHouse(event);
      if (fact.type !== 'attempt.refused') return [];
      return [{ actor: event.actor, command: fact.command, reason: fact.reason, about: fact.about }];
    }),
  };
}

/** Sorted here: asked for in this order, SQLite would rather walk the whole table than sort a few rows. */
async function parsed(query: SelectQueryBuilder<Tables, 'request', object>): Promise<Row[]> {
  const rows = z.array(row).parse(await query.execute());
  return rows.sort((a, b) => a.request_no - b.request_no);
}
