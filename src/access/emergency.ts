import type { Context, Decision, Moment } from './decision.ts';
import { accept, invalid, refuse } from './decision.ts';
import { ableActor, ownPart, standingOf } from './standing.ts';
import { textProblems } from './text.ts';
import type { DeclareEmergency, RequestCommand } from './command.ts';
import { begin, connectorOf } from './opening.ts';
import { countAlike } from './related-requests.ts';
import { roleNotes, termsOf, unknownApprovers } from './filing.ts';
import { placeGone, placeTaken } from './session.ts';
import {
  approverProblems,
  askFor,
  lengthProblems,
  mustBe,
  orderProblems,
  personProblems,
  placeProblems,
  recordTenant,
} from './work-order.ts';
import type { Answer, World } from './people.ts';
import { actorName, answersFor, eligibleApprovers, isAmong, mayReview, peopleOf } from './people.ts';
import type { Scope, Tenant, UserId } from './policy.ts';
import { findScope, longestDuration } from './policy.ts';
import type { FieldProblem, Refusal } from './refusal.ts';
import type { Access, Review, Unconfirmed } from './state.ts';
import { askOf, reviewOf } from './state.ts';

/** Break-glass: declared, confirmed by a second person where it must be, and judged afterwards. */

type Of<T extends RequestCommand['type']> = Extract<RequestCommand, { type: T }>;

/** Whom the policy lists for it. */
export function mayDeclare(moment: Moment): Refusal | null {
  const { people, policy } = moment.world;
  const listed = (): Answer => isAmong(people, actorName(moment.actor), policy.emergency.people);
  return ableActor(moment) ?? mustBe(listed(), 'emergency_person');
}

/** Starts before approval (or as soon as a second listed person confirms), and owes a review. */
export function declareEmergency(command: DeclareEmergency, context: Context): Decision {
  const { world, related, now } = context;
  const { policy } = world;
  const requester = actorName(context.actor);
  const refusal = mayDeclare(context);
  if (refusal !== null) return refuse(refusal);

  const tenant = policy.tenants.get(command.tenantId);
  const scope = findScope(policy, command.scopeId);
  const own = { requester, grantee: requester, owner: command.owner };
  const nobody =
    scope === undefined || tenant === undefined
      ? null
      : nobodyReviews(world, scope, tenant, Object.values(own));
  if (nobody !== null) return refuse(nobody);
  const asked = approverProblems(world, [command.reviewer], 'reviewer', own, scope, tenant);
  if (asked === 'cannot_check') return refuse({ reason: 'cannot_check' });
  const longest = longestDuration(policy, scope, tenant);
  const { maxDurationMs, confirmWithinMs, reviewWithinMs } = policy.emergency;
  const problems: FieldProblem[] = [
    ...placeProblems(scope, tenant),
    ...personProblems(world, 'owner', command.owner),
    ...asked,
    ...orderProblems(command, tenant),
    ...lengthProblems(
      command.durationMs,
      maxDurationMs < longest.ms ? { ms: maxDurationMs, set: 'emergency' } : longest,
    ),
  ];
  if (scope === undefined || tenant === undefined || problems.length > 0) return invalid(problems);
  const overlap = related.siblings.find((other) => other.phase === 'active' || other.phase === 'unconfirmed');
  if (overlap !== undefined) return refuse({ reason: 'overlap', otherNo: overlap.no, until: overlap.until });
  const unfinished = [...related.openEmergencies];
  const two = needsSecondPerson(policy, unfinished);
  if (two && nobodyConfirms(world, [requester, command.reviewer]))
    return refuse({ reason: 'nobody_can_confirm', unfinished });

  const startAt = two ? now + confirmWithinMs : now;
  // A product has so long to let them in; where people do, it starts at once.
  const startWindowMs = connectorOf(world, tenant, scope) === null ? 0 : policy.connectors.openWithinMs;
  const latestEndAt = startAt + startWindowMs + command.durationMs;
  const declared = {
    type: 'emergency.declared',
    requester,
    owner: command.owner,
    tenant: recordTenant(tenant),
    reason: command.reason.trim(),
    caseRef: command.caseRef.trim(),
    terms: { ...termsOf(policy, { lapseAt: startAt, startWindowMs, latestEndAt }), extensions: 0 },
    roleNotes: roleNotes(own),
    repeatCount: countAlike(related, command.reason, now),
    ask: askFor(command, scope, requester, null),
    reviewer: command.reviewer,
    reviewDueAt: now + reviewWithinMs,
    confirmBy: two ? startAt : null,
    unfinished,
  } as const;
  if (two) return accept(declared);
  const expiresAt = now + command.durationMs;
  const startBy = now + startWindowMs;
  return accept(declared, begin({ by: requester, tenant, scope, expiresAt, startBy }, context));
}

/** Must somebody else confirm the next emergency of a person who left those unreviewed, or not closed out? */
export function needsSecondPerson(
  { emergency }: Pick<World['policy'], 'emergency'>,
  unfinished: readonly number[],
): boolean {
  return emergency.twoPeople || unfinished.length >= emergency.secondPersonAfter;
}

/** A second listed person, while whoever declared it could still go in. */
export function mayConfirm(state: Unconfirmed, moment: Moment): Refusal | null {
  const { actor, world } = moment;
  const by = actorName(actor);
  const { people } = world.policy.emergency;
  const refusal = mayDeclare(moment);
  if (refusal !== null) return refusal;
  // Whoever judges it afterwards cannot be one of the two who stand for it.
  if (by === state.requester || by === reviewOf(state)?.reviewer)
    return { reason: 'not_allowed', needs: 'second_emergency_person' };
  const { grantee } = state.ask;
  const standing = standingOf(world, grantee);
  const listed = isAmong(world.people, grantee, people);
  if (standing === 'cannot_check' || listed === 'cannot_check') return { reason: 'cannot_check' };
  if (standing !== 'member' || listed === 'no') return { reason: 'no_longer_valid', what: 'grantee' };
  return placeGone(state, state.ask, world);
}

/** The second listed person lets an emergency start. */
export function confirmEmergency(state: Unconfirmed, _: Of<'confirm_emergency'>, context: Context): Decision {
  const { now } = context;
  const by = actorName(context.actor);
  const taken = placeTaken(context.related);
  if (taken !== null) return refuse(taken);
  const { grantee, scope, durationMs } = state.ask;
  const { tenant, terms } = state;
  const times = { expiresAt: now + durationMs, startBy: now + terms.startWindowMs };
  return accept(
    { type: 'emergency.confirmed', by },
    begin({ by: grantee, tenant, scope, ...times }, context),
  );
}

/** The named reviewer, or whoever may in their place, once. */
export function mayReviewNow(state: Access, moment: Moment): Refusal | null {
  const refusal = ableActor(moment) ?? reviewRefusal(state, actorName(moment.actor), moment);
  if (refusal !== null) return refusal;
  return reviewOf(state)?.verdict === null ? null : { reason: 'already_reviewed' };
}

/** An emergency is judged after the fact. */
export function reviewEmergency(_: Access, command: Of<'review_emergency'>, context: Context): Decision {
  const by = actorName(context.actor);
  const problems = textProblems('note', command.note, { required: true, line: false });
  if (problems.length > 0) return invalid(problems);
  return accept({ type: 'emergency.reviewed', by, justified: command.justified, note: command.note.trim() });
}

/** Why this person may not judge this emergency now; `null` when they may. */
export function reviewRefusal(
  state: Access,
  person: UserId,
  { world, now }: Pick<Moment, 'world' | 'now'>,
): Refusal | null {
  const review = reviewOf(state);
  if (review === null) return { reason: 'not_an_emergency' };
  const own = ownPart(state, person);
  if (own !== null) return { reason: 'self_approval', role: own };
  if (person === review.confirmedBy) return { reason: 'not_allowed', needs: 'reviewer' };
  const named = namedReviewers(review, world, now);
  if (!named.includes(person)) {
    const inTheirPlace = mayStepIn(state, person, named, world);
    if (inTheirPlace === 'no') return { reason: 'not_allowed', needs: 'reviewer' };
    if (inTheirPlace === 'cannot_check') return { reason: 'cannot_check' };
  }
  switch (reviews(state, person, world)) {
    case 'yes':
      return null;
    case 'no':
      return { reason: 'no_longer_approver' };
    case 'cannot_check':
      return { reason: 'cannot_check' };
  }
}

/** Whose judgement an emergency waits for: the one who answers for the reviewer, or else a deputy, or else the admins. */
export function whoReviews(state: Access, world: World, now: number): readonly UserId[] {
  const review = reviewOf(state);
  if (review === null) return [];
  const can = (user: UserId): boolean => {
    const refusal = reviewRefusal(state, user, { world, now });
    return refusal === null || refusal.reason === 'cannot_check';
  };
  const standIn = answersFor(world.people, review.reviewer, now);
  const first = [standIn, ...namedReviewers(review, world, now)].find(can);
  return first === undefined ? peopleOf(world.listed, world.policy.admins).filter(can) : [first];
}

/** Who was named to judge it, or stands in for them; whether they still can is another question. */
function namedReviewers({ reviewer }: Review, world: World, now: number): readonly UserId[] {
  const deputies = world.policy.deputies.get(reviewer) ?? [];
  return [reviewer, answersFor(world.people, reviewer, now), ...deputies];
}

/** An admin judges what nobody of those who were to judge it can: no review is owed for ever. */
function mayStepIn(state: Access, person: UserId, named: readonly UserId[], world: World): Answer {
  const admin = isAmong(world.people, person, world.policy.admins);
  if (admin === 'no') return 'no';
  const able = named.map((user) => reviews(state, user, world));
  if (able.includes('yes')) return 'no';
  return able.includes('cannot_check') ? 'cannot_check' : admin;
}

/** Could this person judge it, as things are: a member whom the policy lets do so there, and with no part in it? */
function reviews(state: Access, person: UserId, world: World): Answer {
  const scopeId = askOf(state)?.scope.id ?? '';
  if (ownPart(state, person) !== null || person === reviewOf(state)?.confirmedBy) return 'no';
  // Whom the policy does not name cannot judge, whatever Slack would say of them.
  const allowed = mayReview(world, person, scopeId, state.tenant.id);
  if (allowed === 'no') return 'no';
  const standing = standingOf(world, person);
  if (standing === 'cannot_check') return standing;
  return standing === 'member' ? allowed : 'no';
}

/** An emergency that nobody could judge is refused when it is declared. */
function nobodyReviews(world: World, scope: Scope, tenant: Tenant, own: readonly UserId[]): Refusal | null {
  const { admins } = world.policy;
  const others = peopleOf(world.listed, admins).filter((user) => !own.includes(user));
  if (eligibleApprovers(world, scope.id, tenant.id, own).length + others.length > 0) return null;
  const unknown = unknownApprovers(world) || isAmong(world.listed, '', admins) === 'cannot_check';
  return unknown ? { reason: 'cannot_check' } : { reason: 'nobody_can_approve', who: 'reviewer', admins };
}

/** Is it certain that nobody of those who are listed could be the second person? */
function nobodyConfirms({ policy, listed }: World, barred: readonly UserId[]): boolean {
  const { people } = policy.emergency;
  if (isAmong(listed, '', people) === 'cannot_check') return false;
  return peopleOf(listed, people).every((user) => {
    const standing = listed.standing(user);
    const out = standing !== 'member' && standing !== 'cannot_check';
    return out || barred.includes(user) || policy.sharedAccounts.includes(user);
  });
}
