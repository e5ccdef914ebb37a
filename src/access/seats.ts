import type { Moment } from './decision.ts';
import type { Part } from './standing.ts';
import { ableActor, ableContact, ownParts, personOf, standingOf } from './standing.ts';
import { answersFor, isContact, mayApprove, namesOf } from './people.ts';
import type { UserId } from './policy.ts';
import type { Refusal } from './refusal.ts';
import type { Access, Seat } from './state.ts';
import { askOf, CUSTOMER_SEAT, seatsAsked } from './state.ts';
import { customerNamed } from './ids.ts';

/** Who may say yes or no to what waits: a request, or more time in its session. Both ask the same of whoever answers. */

/** Why a yes that was given must be given again. */
export const NO_LONGER = 'Whoever approved this may not approve it any more.';

type Here = Pick<Moment, 'world' | 'now'>;

/** The seat that this actor answers for, or why there is none. */
export function findSeat(state: Access, moment: Moment): { readonly seat: Seat } | Refusal {
  const { actor, world } = moment;
  const person = personOf(actor);
  const seats = seatsAsked(state);
  const own = person === null ? null : barringPart(state, person);
  if (own !== null) return ableActor(moment) ?? { reason: 'self_approval', role: own };
  const theirs =
    person === null ? [] : seats.filter((seat) => answerersOf(state, seat, moment).includes(person));
  // Their own seat first: the one they stand in for can still be filled by its holder, theirs by nobody else.
  const open = theirs.filter((seat) => seat.given === null);
  const seat = open.find(({ holder }) => holder === person) ?? open[0] ?? theirs[0];
  if (seat !== undefined && person !== null) {
    const refusal = ableActor(moment) ?? stillApproves(state, seat, moment, person);
    return refusal ?? { seat };
  }
  const tenant = world.policy.tenants.get(state.tenant.id);
  const consent = seats.find(({ holder }) => holder === CUSTOMER_SEAT);
  if (consent !== undefined && tenant !== undefined && isContact(tenant, actor)) {
    return ableContact(moment) ?? contactBarred(state, moment) ?? { seat: consent };
  }
  if (seats.every(({ holder }) => holder === CUSTOMER_SEAT))
    return ableContact(moment) ?? { reason: 'not_allowed', needs: 'contact' };
  const former = person !== null && state.formerApprovers.includes(person);
  return (
    ableActor(moment) ??
    (former ? { reason: 'no_longer_approver' } : { reason: 'not_allowed', needs: 'approver' })
  );
}

/** Why none was found; `null` where one was. */
export function refusalIn(found: { readonly seat: Seat } | Refusal): Refusal | null {
  return 'reason' in found ? found : null;
}

/** The seat that this actor's yes fills now. Whoever fills one fills no other, under whatever name. */
export function seatToFill(state: Access, moment: Moment): { readonly seat: Seat } | Refusal {
  const found = findSeat(state, moment);
  if ('reason' in found) return found;
  const { seat } = found;
  const names = namesOf(moment.world, state.tenant.id, moment.actor);
  const twice = seatsAsked(state).some(({ given }) => given !== null && names.includes(given.by));
  return seat.given !== null || twice ? { reason: 'already_given', seat: seat.holder } : found;
}

/** High risk is typed, not clicked, by each of our people; a contact says yes to what is theirs. */
export function isTyped(
  { tenant }: Pick<Access, 'tenant'>,
  seat: Seat,
  { highRisk, typed }: { readonly highRisk: boolean; readonly typed: string | null },
): boolean {
  return seat.holder === CUSTOMER_SEAT || !highRisk || typed?.trim() === tenant.id;
}

/** Can none of those who answer for this seat decide any more? Not so while Slack cannot tell. */
export function isVacant(state: Access, seat: Seat, here: Here): boolean {
  if (seat.given !== null || seat.holder === CUSTOMER_SEAT) return false;
  return candidatesFor(state, seat, here).every(
    (user) => stillApproves(state, seat, here, user)?.reason === 'no_longer_approver',
  );
}

/** Whose answer this seat waits for: those who have no seat of their own, and no part that bars them. */
export function candidatesFor(state: Access, seat: Seat, here: Here): readonly UserId[] {
  const others = seatsAsked(state).filter(({ holder }) => holder !== seat.holder);
  const taken = others.flatMap(({ holder, given }) => [holder, given?.by]);
  return answerersOf(state, seat, here).filter(
    (user) => !taken.includes(user) && barringPart(state, user) === null,
  );
}

/** May this person decide here by the current policy and Slack's current word? Why not, or `null`. */
export function stillApproves(
  state: Access,
  seat: Pick<Seat, 'holder'>,
  { world, now }: Here,
  by = answersFor(world.people, seat.holder, now),
): Refusal | null {
  // Whom the policy does not name cannot decide, whatever Slack would say of them.
  const allowed = mayApprove(world, by, askOf(state)?.scope.id ?? '', state.tenant.id);
  const standing = standingOf(world, by);
  const out = standing !== 'member' && standing !== 'cannot_check';
  if (allowed === 'no' || out) return { reason: 'no_longer_approver' };
  return allowed === 'yes' && standing === 'member' ? null : { reason: 'cannot_check' };
}

/** Does the yes that was given still hold, now that it is to be used? Why not, or `null`. */
export function stillHolds(state: Access, { holder, given }: Seat, here: Here): Refusal | null {
  if (given === null) return { reason: 'no_longer_approver' };
  const { by } = given;
  if (holder !== CUSTOMER_SEAT) return stillApproves(state, { holder }, here, by);
  const contacts = here.world.policy.tenants.get(state.tenant.id)?.contacts ?? [];
  const still = contacts.some((c) => c.slack === by || customerNamed(c.email ?? '') === by);
  return still ? null : { reason: 'no_longer_approver' };
}

/** Who can answer for this seat: its holder, whoever stands in for them, and about more time, which is short, a deputy. */
function answerersOf(state: Access, { holder }: Seat, { world, now }: Here): readonly UserId[] {
  if (holder === CUSTOMER_SEAT) return [];
  const deputies = state.phase === 'active' ? (world.policy.deputies.get(holder) ?? []) : [];
  return [holder, answersFor(world.people, holder, now), ...deputies];
}

/** Does a part that this contact has under any of their names bar them from answering for the customer? */
export function contactBarred(state: Access, { actor, world }: Moment): Refusal | null {
  const parts = namesOf(world, state.tenant.id, actor).map((name) => barringPart(state, name));
  const role = parts.find((part) => part !== null) ?? null;
  return role === null ? null : { reason: 'self_approval', role };
}

/** The part that bars this person. What a customer asked for is theirs to allow more of, unless they hold or own it, too. */
function barringPart(state: Access, user: UserId): Part | null {
  const parts = ownParts(state, user);
  return parts.find((part) => part !== 'requester' || state.origin.kind !== 'customer') ?? null;
}
