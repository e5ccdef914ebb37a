import { decidersOf } from '../access/standing.ts';
import type { World } from '../access/people.ts';
import type { Access, Seat } from '../access/state.ts';
import { askOf, CUSTOMER_SEAT, isGranted, isStarted, seatsOf } from '../access/state.ts';
import { inChannel } from '../access/ids.ts';
import { contactsWithoutChannel, inPerson, whoIsAsked } from './whom.ts';

/** Where the request's card stands in this phase: with everybody who has a part in it, and where those read who are concerned. Pure. */
export function cardPlaces(state: Access, world: World, now: number): ReadonlySet<string> {
  const { channels } = world.policy;
  const ask = askOf(state);
  const seats = seatsOf(state);
  const people = [state.requester, ...decidersOf(state), ...whoIsAsked(state, world, now)];
  const granted = isGranted(state);
  if (granted || state.origin.kind === 'emergency') people.push(state.owner);
  if (granted && ask !== null) people.push(ask.grantee);
  if (state.origin.kind === 'emergency') people.push(state.origin.review.reviewer);
  const used = isStarted(state);
  const where: (string | null)[] = [];
  if (used || state.origin.kind === 'emergency') {
    where.push(channels.alert, state.tenant.channel);
    people.push(...contactsWithoutChannel(state, world));
  }
  if (state.origin.kind === 'customer') where.push(channels.support ?? channels.alert);
  const { contacts, channel } = consentPlaces(state, seats, world);
  where.push(channel);
  return new Set([
    ...inPerson([...people, ...contacts]),
    ...where.filter((id) => id !== null).map(inChannel),
  ]);
}

/** Where the customer is asked for consent: in their channel, or else each contact who is in Slack. */
function consentPlaces(
  state: Access,
  seats: readonly Seat[],
  world: World,
): { contacts: readonly string[]; channel: string | null } {
  if (!seats.some((seat) => seat.holder === CUSTOMER_SEAT) || state.origin.kind === 'customer')
    return { contacts: [], channel: null };
  if (state.tenant.channel !== null) return { contacts: [], channel: state.tenant.channel };
  return { contacts: contactsWithoutChannel(state, world), channel: null };
}
