import type { Moment } from './decision.ts';
import type { Actor, People, Standing, World } from './people.ts';
import { answersFor } from './people.ts';
import type { UserId } from './policy.ts';
import type { Refusal } from './refusal.ts';
import type { Access, Seat } from './state.ts';
import { askOf, CUSTOMER_SEAT, isStarted, seatsAsked, seatsOf } from './state.ts';
import { isElsewhere } from './whose.ts';

/** Who is able to act at all, which part somebody plays in a request, and who is asked for an answer. */

/** The Slack user who acts; `null` for time and for contacts outside Slack. */
export function personOf(actor: Actor): UserId | null {
  return actor.kind === 'person' ? actor.id : null;
}

/** Only a regular, active, personal member of this workspace may act, hold or decide. */
export function ableActor({ actor, world }: Pick<Moment, 'actor' | 'world'>): Refusal | null {
  if (actor.kind !== 'person') return { reason: 'not_allowed', needs: 'member' };
  const standing = standingOf(world, actor.id);
  if (standing === 'cannot_check') return { reason: 'cannot_check' };
  return standing === 'member' ? null : { reason: 'actor_not_able', standing };
}

/** A contact may be from another workspace, but nobody acts who is a bot, deactivated, or cannot be looked up. */
export function ableContact({ actor, world }: Pick<Moment, 'actor' | 'world'>): Refusal | null {
  if (actor.kind !== 'person') return null;
  const standing = standingOf(world, actor.id);
  if (standing === 'cannot_check') return { reason: 'cannot_check' };
  const able = standing === 'member' || standing === 'external' || standing === 'guest';
  return able ? null : { reason: 'actor_not_able', standing };
}

/** As Slack says, and as the policy says of logins that several humans share. Nobody from elsewhere is a member or guest here. */
export function standingOf(world: World, user: UserId): Standing {
  if (world.policy.sharedAccounts.includes(user)) return 'shared_account';
  const standing = world.people.standing(user);
  const within = standing === 'member' || standing === 'guest';
  return within && isElsewhere(user) ? 'external' : standing;
}

export type Part = 'requester' | 'grantee' | 'owner';

/** The parts of the request that this person already plays, any of which bars them from deciding about it. */
export function ownParts(state: Access, user: UserId): readonly Part[] {
  const played = { requester: state.requester, grantee: askOf(state)?.grantee, owner: state.owner };
  return PARTS.filter((part) => played[part] === user);
}
const PARTS = ['requester', 'grantee', 'owner'] as const satisfies readonly Part[];

/** The part of theirs that is named first. */
export function ownPart(state: Access, user: UserId): Part | null {
  return ownParts(state, user)[0] ?? null;
}

/**
 * Who is asked to fill this seat now: whoever stands in for its holder, but for those who could not: the request is
 * theirs, or they have a seat of their own to fill.
 */
export function whoAnswers(state: Access, seat: Pick<Seat, 'holder'>, people: People, now: number): UserId {
  const standIn = answersFor(people, seat.holder, now);
  const taken = seatsAsked(state).some(
    ({ holder, given }) => holder !== seat.holder && (holder === standIn || given?.by === standIn),
  );
  return taken || ownPart(state, standIn) !== null ? seat.holder : standIn;
}

/** The people (never the customer) who were asked to approve, or did. */
export function approversOf(seats: readonly Seat[]): readonly UserId[] {
  return seats
    .filter((s) => s.holder !== CUSTOMER_SEAT)
    .flatMap((s) => (s.given === null ? [s.holder] : [s.holder, s.given.by]));
}

/** The people who were asked to say yes to the request, or to more time in its session, or did. */
export function decidersOf(state: Access): readonly UserId[] {
  const given = isStarted(state) ? state.session.extensions.flatMap(({ seats }) => seats) : [];
  return approversOf([...seatsOf(state), ...given, ...seatsAsked(state)]);
}
