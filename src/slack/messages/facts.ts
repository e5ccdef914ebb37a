import type { Place } from '../../access/offers.ts';
import type { World } from '../../access/people.ts';
import type { Audience, VisibleRecord } from '../../access/reading.ts';
import { channelReadsAs, readsAs, visibleTo, worldTo } from '../../access/reading.ts';
import type { FullRecord, Recorded } from '../../ledger/history.ts';
import { channelOf, readerOf } from '../../access/ids.ts';

/** What is drawn for one place: a request as whoever reads there may read it, and no more. */
export interface Facts extends VisibleRecord<Recorded> {
  /** `person:U…` or `channel:C…`. */
  readonly destination: string;
  readonly place: Place;
  readonly world: World;
  readonly now: number;
}

/** The request for that place. */
export function factsAt(record: FullRecord, destination: string, world: World, now: number): Facts {
  const audience = audienceAt(record, destination, world);
  const visible = visibleTo(audience, record, world.policy);
  return { ...visible, destination, place: 'messages', world: worldTo(audience, world), now };
}

function audienceAt({ state }: FullRecord, destination: string, world: World): Audience {
  const reader = readerOf(destination);
  return reader === null
    ? channelReadsAs(world, state, channelOf(destination) ?? '')
    : readsAs(world, state, reader);
}
