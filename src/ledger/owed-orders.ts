import type { Kysely } from 'kysely';
import { parseGlobal } from './history.ts';
import type { Tables } from './tables.ts';

/** What operators did with what places refused, and until when what was settled is cleared away. */
export interface OwedOrders {
  readonly redirected: ReadonlyMap<string, readonly { seq: number; from: string; to: string }[]>;
  readonly dropped: ReadonlyMap<string, number>;
  readonly clearedUntil: number;
}

/** Reads them from the ledger. */
export async function readOwedOrders(db: Kysely<Tables>): Promise<OwedOrders> {
  const redirected = new Map<string, { seq: number; from: string; to: string }[]>();
  const dropped = new Map<string, number>();
  let clearedUntil = 0;
  const events = await db
    .selectFrom('ledger_event')
    .select(['seq', 'body'])
    .where('request_no', 'is', null)
    .where('type', 'in', ['owed.redirected', 'owed.dropped', 'messages.cleared'])
    .orderBy('seq')
    .execute();
  for (const { seq, body } of events) {
    const event = parseGlobal({ body });
    if (event.type === 'messages.cleared') clearedUntil = Math.max(clearedUntil, event.until);
    if (event.type === 'owed.dropped') for (const key of event.keys) dropped.set(key, seq);
    if (event.type === 'owed.redirected')
      for (const key of event.keys)
        redirected.set(key, [...(redirected.get(key) ?? []), { seq, from: event.place, to: event.to }]);
  }
  return { redirected, dropped, clearedUntil };
}
