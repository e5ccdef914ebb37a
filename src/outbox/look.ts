import type { Kysely, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { OutboxTable, Tables } from '../ledger/tables.ts';
import { announcementKey } from './announce.ts';

/** What is read of the outbox to see whether all is well: by the health check, and by the doctor. */

/** A message as it stands on the list. */
export type OutboxRow = Pick<
  Selectable<OutboxTable>,
  'key' | 'destination' | 'owed_at' | 'attempts' | 'next_at' | 'refused_since' | 'last_error' | 'settled_at'
>;

/** All in that state: what is still owed in its order, what is settled the newest first. */
export function readRows(db: Kysely<Tables>, state: 'owed' | 'failed' | 'moot'): Promise<OutboxRow[]> {
  return db
    .selectFrom('outbox')
    .select([
      'key',
      'destination',
      'owed_at',
      'attempts',
      'next_at',
      'refused_since',
      'last_error',
      'settled_at',
    ])
    .where('state', '=', state)
    .orderBy('id', state === 'owed' ? 'asc' : 'desc')
    .execute();
}

/** How it stands with what is owed. */
export interface OutboxFigures {
  /** Since when the oldest message waits that is late; `null` when none is owed. */
  readonly waitsSince: number | null;
  /** Places that take no messages. */
  readonly refusing: number;
  /** Messages that could not be delivered. */
  readonly failed: number;
  /** Places and reasons of those of which nobody has been told, for want of a place that takes it. */
  readonly untold: number;
}

export async function readFigures(db: Kysely<Tables>): Promise<OutboxFigures> {
  const refused = db
    .selectFrom('outbox')
    .select('destination')
    .where('state', '=', 'owed')
    .where('refused_since', 'is not', null);
  const owed = await db
    .selectFrom('outbox')
    // What was put off on purpose is late from its time on, not before.
    .select(sql<number | null>`min(case attempts when 0 then next_at else owed_at end)`.as('oldest'))
    .where('state', '=', 'owed')
    // Whether a place takes messages is not for this process to say: people are told, and the doctor lists it.
    .where('destination', 'not in', refused)
    .executeTakeFirst();
  const places = await refused.distinct().execute();
  const failed = await db
    .selectFrom('outbox')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'failed')
    .executeTakeFirstOrThrow();
  const lost = await db
    .selectFrom('outbox')
    .select(['destination', 'last_error'])
    .distinct()
    .where('state', '=', 'failed')
    .execute();
  let untold = 0;
  for (const { destination, last_error: why } of lost)
    if (!(await wasAnnounced(db, { destination, why: why ?? '' }))) untold += 1;
  return { waitsSince: owed?.oldest ?? null, refusing: places.length, failed: failed.count, untold };
}

/** Has somebody been told, or will they be, that messages to that place were refused for that reason? */
async function wasAnnounced(
  db: Kysely<Tables>,
  { destination, why }: { readonly destination: string; readonly why: string },
): Promise<boolean> {
  const begins = announcementKey(destination, why);
  const row = await db
    .selectFrom('outbox')
    .select('id')
    .where('key', '>=', begins)
    .where('key', '<', `${begins}\u{10ffff}`)
    .where('state', '!=', 'failed')
    .executeTakeFirst();
  return row !== undefined;
}
