import type { RelatedRequests } from './related-requests.ts';
import { commands, hidesSomething } from './lettering.ts';
import { DURATION_MIN_MS, INSTANT_MAX, LINE_MAX, TEXT_MAX } from './limits.ts';
import type { Actor, People, Standing, World } from './people.ts';
import { answersFor } from './people.ts';
import type { AccessEvent } from './event.ts';
import type { UserId } from './policy.ts';
import type { FieldProblem, Refusal, TextField } from './refusal.ts';
import type { Access, Seat } from './state.ts';
import { askOf, CUSTOMER_SEAT, seatsAsked, seatsOf } from './state.ts';
import { isElsewhere } from './whose.ts';

/** What the rules are told beside the command and the request itself. */
export interface Context {
  readonly actor: Actor;
  readonly world: World;
  readonly related: RelatedRequests;
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
}

/** What becomes of a command. Both may be there: what time did first is written even when the command is then refused. */
export interface Decision {
  readonly events: readonly AccessEvent[];
  readonly refusal: Refusal | null;
}

/** The command happens: these are the facts. */
export function accept(...events: AccessEvent[]): Decision {
  return { events, refusal: null };
}

/** The command does not happen, and why. */
export function refuse(refusal: Refusal): Decision {
  return { events: [], refusal };
}

/** Something typed was wrong: every problem at once. */
export function invalid(problems: readonly FieldProblem[]): Decision {
  return refuse({ reason: 'invalid', problems });
}

/** The Slack user who acts; `null` for time and for contacts outside Slack. */
export function personOf(actor: Actor): UserId | null {
  return actor.kind === 'person' ? actor.id : null;
}

/** Only a regular, active, personal member of this workspace may act, hold or decide. */
export function ableActor({ actor, world }: Pick<Context, 'actor' | 'world'>): Refusal | null {
  if (actor.kind !== 'person') return { reason: 'not_allowed', needs: 'member' };
  const standing = standingOf(world, actor.id);
  if (standing === 'cannot_check') return { reason: 'cannot_check' };
  return standing === 'member' ? null : { reason: 'actor_not_able', standing };
}

/** A contact may be from another workspace, but nobody acts who is a bot, deactivated, or cannot be looked up. */
export function ableContact({ actor, world }: Pick<Context, 'actor' | 'world'>): Refusal | null {
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

/** Which part of the request this person already plays that bars them from deciding about it. */
export function ownPart(state: Access, user: UserId): 'requester' | 'grantee' | 'owner' | null {
  if (state.requester === user) return 'requester';
  if (askOf(state)?.grantee === user) return 'grantee';
  return state.owner === user ? 'owner' : null;
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
  const given = 'session' in state ? state.session.extensions.flatMap(({ seats }) => seats) : [];
  return approversOf([...seatsOf(state), ...given, ...seatsAsked(state)]);
}

/** What is wrong with a free text, if anything. Never cut: what was typed is stored whole or refused. */
export function textProblems(
  field: TextField,
  value: string,
  rule: { required: boolean; line: boolean },
): FieldProblem[] {
  const max = rule.line ? LINE_MAX : TEXT_MAX;
  if (!value.isWellFormed() || commands(value)) return [{ field, problem: 'malformed' }];
  if (rule.required && !isVisible(value)) return [{ field, problem: 'missing' }];
  if (hidesSomething(value)) return [{ field, problem: 'malformed' }];
  return value.length > max ? [{ field, problem: 'too_long', max }] : [];
}

/** Can anything of it be read? */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/** Something that can be read. Spaces without width and their like would otherwise fill a required field. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Is that a time that a session could last? */
export function durationProblems(durationMs: number): FieldProblem[] {
  if (!Number.isSafeInteger(durationMs) || durationMs <= 0 || durationMs > INSTANT_MAX)
    return [{ field: 'duration', problem: 'not_a_time' }];
  return durationMs < DURATION_MIN_MS ? [{ field: 'duration', problem: 'too_short' }] : [];
}
