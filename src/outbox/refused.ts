import type { Kysely, Transaction } from 'kysely';
import type { GlobalEvent } from '../access/event.ts';
import { appendEvents } from '../ledger/append.ts';
import type { Tables } from '../ledger/tables.ts';

/** What places do not take: who they are, and what an operator can have done with what is owed there. */

/** A place that takes no messages. */
export interface RefusedPlace {
  readonly place: string;
  /** Still owed, and tried now and then. */
  readonly waiting: number;
  /** Refused for good. */
  readonly lost: number;
  /** Since when, or the last time (milliseconds since 1970). */
  readonly at: number;
  readonly why: string;
}

/** What an operator wants: that it is given up, or goes to another place. */
export interface RefusedOrder {
  readonly place: string;
  /** `null`: given up. */
  readonly to: string | null;
  /** Whoever ordered it, as the ledger names them. */
  readonly by: string;
}

/** How many messages it was about; or why nothing was done. */
export type OrderOutcome =
  | { readonly done: number }
  | { readonly notDone: 'nothing_refused' | 'not_a_place' | 'same_place' | 'only_dropped' | 'refuses_too' };

/** Keys that one event names; more are several events. */
const KEYS_MAX = 200;
const SLACK_PLACE = /^(?:channel:[CG][A-Z0-9]{2,20}|person:[UW][A-Z0-9]{2,20})$/;

/** Every place that refused what is owed to it, and took nothing since. */
export async function refusedPlaces(db: Kysely<Tables>): Promise<readonly RefusedPlace[]> {
  const refused = await db
    .selectFrom('outbox')
    .select(['destination', 'refused_since', 'last_error'])
    .where('state', '=', 'owed')
    .where('refused_since', 'is not', null)
    .execute();
  const failed = await db
    .selectFrom('outbox')
    .select(['destination', 'settled_at', 'last_error'])
    .where('state', '=', 'failed')
    .orderBy('id')
    .execute();
  const places = new Map<string, RefusedPlace>();
  for (const row of failed) {
    const lost = (places.get(row.destination)?.lost ?? 0) + 1;
    const { destination: place, settled_at: at, last_error: why } = row;
    places.set(place, { place, waiting: 0, lost, at: at ?? 0, why: why ?? '' });
  }
  for (const { destination: place, refused_since: at, last_error: why } of refused) {
    const waiting = await db
      .selectFrom('outbox')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('state', '=', 'owed')
      .where('destination', '=', place)
      .executeTakeFirstOrThrow();
    const lost = places.get(place)?.lost ?? 0;
    places.set(place, { place, waiting: waiting.count, lost, at: at ?? 0, why: why ?? '' });
  }
  return [...places.values()].sort((a, b) => b.waiting - a.waiting || b.at - a.at);
}

/** Gives up, or sends elsewhere, all that a place refused and what waits behind it; and says so in the ledger. */
export async function carryOut(
  tx: Transaction<Tables>,
  { place, to, by }: RefusedOrder,
  now: number,
): Promise<OrderOutcome> {
  const places = await refusedPlaces(tx);
  const notDone = whyNot(places, place, to);
  if (notDone !== null) return { notDone };
  const waits = places.some((one) => one.place === place && one.waiting > 0);
  const rows = await tx
    .selectFrom('outbox')
    .select(['id', 'key'])
    .where('state', 'in', waits ? ['owed', 'failed'] : ['failed'])
    .where('destination', '=', place)
    .orderBy('id')
    .execute();
  for (let from = 0; from < rows.length; from += KEYS_MAX) {
    const some = rows.slice(from, from + KEYS_MAX);
    const keys = some.map(({ key }) => key);
    const event: GlobalEvent =
      to === null ? { type: 'owed.dropped', place, keys } : { type: 'owed.redirected', place, to, keys };
    await appendEvents(tx, [{ requestNo: null, version: null, actor: by, at: now, event }]);
    await tx
      .updateTable('outbox')
      .set(
        to === null
          ? { state: 'dropped', settled_at: now }
          : { state: 'owed', destination: to, settled_at: null, attempts: 0, next_at: now, in_doubt: 0 },
      )
      .set({ refused_since: null, claimed_until: null })
      .where(
        'id',
        'in',
        some.map(({ id }) => id),
      )
      .execute();
  }
  return { done: rows.length };
}

function whyNot(
  places: readonly RefusedPlace[],
  place: string,
  to: string | null,
): Extract<OrderOutcome, { notDone: unknown }>['notDone'] | null {
  if (!places.some((one) => one.place === place)) return 'nothing_refused';
  if (to === null) return null;
  // What a contact is mailed is for their address and no other; and a link in it opens for them alone.
  if (!SLACK_PLACE.test(place)) return 'only_dropped';
  if (!SLACK_PLACE.test(to)) return 'not_a_place';
  if (to === place) return 'same_place';
  return places.some((one) => one.place === to) ? 'refuses_too' : null;
}
