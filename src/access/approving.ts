import type { Context, Decision, Moment } from './decision.ts';
import { accept, invalid, refuse } from './decision.ts';
import { ableActor, ableContact, whoAnswers, standingOf } from './standing.ts';
import { textProblems } from './text.ts';
import type { RequestCommand } from './command.ts';
import type { Ask, Narrowed } from './event.ts';
import { approverProblems, lengthProblems, recordScope } from './work-order.ts';
import { QUESTIONS_MAX } from './limits.ts';
import { linesOf, linesProblems } from './lines.ts';
import { actorName, isAmong, mayApprove, namesOf } from './people.ts';
import type { Scope, UserId } from './policy.ts';
import { findScope } from './policy.ts';
import type { FieldProblem, Refusal } from './refusal.ts';
import { findSeat, isTyped, isVacant, refusalIn, seatToFill, stillApproves } from './seats.ts';
import type { Access, Active, Pending, Seat } from './state.ts';
import { CUSTOMER_SEAT, FILED, goneFrom, seatsAsked } from './state.ts';
import { exceptSilence } from './stopping.ts';

/** Deciding about a request that waits: approve, deny, ask and answer, name somebody else, take it back. */

type Of<T extends RequestCommand['type']> = Extract<RequestCommand, { type: T }>;

/** May this actor's yes fill a seat now? */
export function mayApproveNow(state: Pending, moment: Moment): Refusal | null {
  return refusalIn(seatToFill(state, moment));
}

/** One seat says yes. The last one needed issues the grant, with the same yes. */
export function approve(state: Pending, command: Of<'approve'>, context: Context): Decision {
  const found = seatToFill(state, context);
  if ('reason' in found) return refuse(found);
  if ((command.read ?? FILED) < state.askedIn) return refuse({ reason: 'request_changed' });
  const { seat } = found;
  const by = actorName(context.actor);
  const person = seat.holder !== CUSTOMER_SEAT;
  // The customer says yes to what is asked, or no: a yes to less would be taken for a yes to all of it.
  if (!person && command.less !== null) return refuse({ reason: 'not_allowed', needs: 'approver' });
  const { highRisk } = currentAsk(state).scope;
  if (!isTyped(state, seat, { highRisk, typed: command.typedTenantId }))
    return invalid([{ field: 'typedTenantId', problem: 'does_not_match' }]);
  const less = person ? narrow(state, command.less, context) : null;
  if (less !== null && 'problems' in less) return invalid(less.problems);

  const { now } = context;
  const given = { seat: seat.holder, by, narrowed: less, tookMs: Math.max(0, now - seat.askedAt) };
  const waits = state.seats.some((other) => other !== seat && other.given === null);
  if (waits) return accept({ type: 'approval.given', ...given });
  const ask: Ask = { ...currentAsk(state), ...less };
  const { startWindowMs, latestEndAt: shown } = state.terms;
  // Given again late, the window is what is left of it: no session ends later than was shown, none is cut short.
  const startBy = Math.min(Math.max(now, ask.notBefore ?? now) + startWindowMs, shown - ask.durationMs);
  const latestEndAt = startBy + ask.durationMs;
  return accept({ type: 'approval.given', ...given }, { type: 'grant.issued', ask, startBy, latestEndAt });
}

/** Is it asked of this actor at all? A no needs no seat that is still empty. */
export function mayDeny(state: Pending, moment: Moment): Refusal | null {
  return refusalIn(findSeat(state, moment));
}

/** Any one seat's no ends the request. */
export function deny(state: Pending, command: Of<'deny'>, context: Context): Decision {
  const found = findSeat(state, context);
  if ('reason' in found) return refuse(found);
  const problems = textProblems('reason', command.reason, { required: true, line: false });
  if (problems.length > 0) return invalid(problems);
  // A clock that was put back makes no decision quicker than at once.
  const tookMs = Math.max(0, context.now - found.seat.askedAt);
  return accept({
    type: 'request.denied',
    by: actorName(context.actor),
    reason: command.reason.trim(),
    tookMs,
  });
}

/** One question at a time, of whoever decides. */
export function mayAskQuestion(state: Pending, moment: Moment): Refusal | null {
  const found = findSeat(state, moment);
  if ('reason' in found) return found;
  if (state.questions.length >= QUESTIONS_MAX) return { reason: 'too_many_questions', max: QUESTIONS_MAX };
  return state.questions.at(-1)?.answer === null ? { reason: 'question_waits' } : null;
}

/** The approver wants to know more; the clock to lapse goes on. */
export function askQuestion(_: Pending, command: Of<'ask_question'>, context: Context): Decision {
  const problems = textProblems('question', command.text, { required: true, line: false });
  if (problems.length > 0) return invalid(problems);
  return accept({ type: 'question.asked', by: actorName(context.actor), text: command.text.trim() });
}

/** Whoever asked answers, where a question is open. */
export function mayAnswer(state: Pending, moment: Moment): Refusal | null {
  const refusal = ableActor(moment) ?? onlyRequester(state, moment);
  if (refusal !== null) return refusal;
  return state.questions.at(-1)?.answer === null ? null : { reason: 'no_question_open' };
}

/** The requester answers the open question. */
export function answerQuestion(_: Pending, command: Of<'answer_question'>, context: Context): Decision {
  const problems = textProblems('question', command.text, { required: true, line: false });
  if (problems.length > 0) return invalid(problems);
  return accept({ type: 'question.answered', by: actorName(context.actor), text: command.text.trim() });
}

/**
 * Somebody else decides in a silent or vanished approver's place. The requester may ask for it once the approver has
 * had the time that the policy gives before the first reminder, or cannot decide any more; an admin at any time.
 */
export function mayReplace(state: Pending, moment: Moment): Refusal | null {
  const { actor, world } = moment;
  const refusal = ableActor(moment);
  if (refusal !== null) return refusal;
  const admin = isAmong(world.people, actorName(actor), world.policy.admins);
  if (actorName(actor) !== state.requester && admin !== 'yes')
    return admin === 'cannot_check'
      ? { reason: 'cannot_check' }
      : { reason: 'not_allowed', needs: 'requester_or_admin' };
  const seats = state.seats.filter(({ holder }) => holder !== CUSTOMER_SEAT);
  const why = seats.map((seat) => whyNotReplaced(state, seat, moment));
  return why.includes(null) ? null : (why[0] ?? { reason: 'not_allowed', needs: 'approver' });
}

/** The seats in which this actor may ask for somebody else now. */
export function replaceable(state: Pending, moment: Moment): readonly Seat[] {
  if (mayReplace(state, moment) !== null) return [];
  const seats = state.seats.filter(({ holder }) => holder !== CUSTOMER_SEAT);
  return seats.filter((seat) => whyNotReplaced(state, seat, moment) === null);
}

function whyNotReplaced(state: Pending, seat: Seat, { actor, world, now }: Moment): Refusal | null {
  if (seat.given !== null) return { reason: 'already_given', seat: seat.holder };
  const until = seat.askedAt + state.terms.reminderFirstMs;
  if (now >= until || isAmong(world.people, actorName(actor), world.policy.admins) === 'yes') return null;
  const unable = stillApproves(state, seat, { world, now });
  if (unable === null) return { reason: 'approver_has_time', until };
  return unable.reason === 'cannot_check' ? unable : null;
}

/** Another approver takes that one's place. */
export function replaceApprover(state: Pending, command: Of<'replace_approver'>, context: Context): Decision {
  const { world } = context;
  const actor = actorName(context.actor);
  const admin = isAmong(world.people, actor, world.policy.admins);
  const seat = state.seats.find((s) => s.holder === command.from && s.holder !== CUSTOMER_SEAT);
  if (seat === undefined) return refuse({ reason: 'not_allowed', needs: 'approver' });
  const refusal = whyNotReplaced(state, seat, context);
  if (refusal !== null) return refuse(refusal);
  const scope = findScope(world.policy, state.ask.scope.id);
  const tenant = world.policy.tenants.get(state.tenant.id);
  const own = { requester: state.requester, grantee: state.ask.grantee, owner: state.owner };
  const problems = approverProblems(world, [command.to], 'approver', own, scope, tenant);
  if (problems === 'cannot_check') return refuse({ reason: 'cannot_check' });
  if (problems.length > 0) return invalid(problems);
  const seated = state.seats.some((s) => s.holder === command.to || s.given?.by === command.to);
  if (seated) return refuse({ reason: 'already_given', seat: command.to });
  const why =
    admin === 'yes' && actor !== state.requester ? 'An admin chose another approver.' : 'No answer yet.';
  return accept({ type: 'approver.replaced', from: command.from, to: command.to, by: actor, why });
}

/** By the requester, or by the customer for their own. */
export function mayCancel(state: Access, moment: Moment): Refusal | null {
  const able = state.origin.kind === 'customer' ? ableContact(moment) : ableActor(moment);
  return exceptSilence(able) ?? onlyRequester(state, moment);
}

/** Taken back before the session. */
export function cancel(_: Access, command: Of<'cancel'>, context: Context): Decision {
  const problems = textProblems('reason', command.reason, { required: false, line: false });
  if (problems.length > 0) return invalid(problems);
  return accept({ type: 'request.cancelled', by: actorName(context.actor), reason: command.reason.trim() });
}

/** Time reminds whoever has not answered, but for those whom the policy says not to ping. */
export function remindApprover(state: Pending | Active, { world, now }: Context): Decision {
  const gone = goneFrom(state);
  const approvers = seatsAsked(state)
    .filter((seat) => seat.given === null && seat.holder !== CUSTOMER_SEAT)
    .filter((seat) => !gone.includes(seat.holder))
    .map((seat) => whoAnswers(state, seat, world.people, now))
    .filter((user) => !world.policy.doNotPing.includes(user));
  return accept({ type: 'approver.reminded', approvers, at: now });
}

/** Whoever can no longer decide is waited for in vain: who asked hears of it at once, and once. */
export function offerReplacement(state: Pending | Active, approver: UserId, context: Context): Decision {
  const seat = seatsAsked(state).find((one) => one.holder === approver);
  if (seat === undefined || goneFrom(state).includes(approver) || !isVacant(state, seat, context))
    return refuse({ reason: 'nothing_due' });
  const why = standingOf(context.world, approver) === 'member' ? 'not_named' : 'not_able';
  return accept({ type: 'approver.gone', approver, why });
}

/** What would be granted as things stand: the request, less what earlier seats took away. */
export function currentAsk(state: Pending): Ask {
  const last = state.seats
    .flatMap((seat) => (seat.given === null || seat.given.narrowed === null ? [] : [seat.given]))
    .sort((a, b) => a.version - b.version)
    .at(-1);
  return { ...state.ask, ...last?.narrowed };
}

/** Less than asked, never more: what the approver leaves, or what is wrong with it. */
function narrow(
  state: Pending,
  less: Of<'approve'>['less'],
  { world, actor }: Context,
): Narrowed | null | { readonly problems: FieldProblem[] } {
  if (less === null) return null;
  const ask = currentAsk(state);
  const rank = (id: string): number => world.policy.scopes.findIndex((scope) => scope.id === id);
  const scope = less.scopeId === ask.scope.id ? ask.scope : findScope(world.policy, less.scopeId);
  const changed = scope !== undefined && scope.id !== ask.scope.id && 'maxDurationMs' in scope;
  const longest =
    changed && scope.maxDurationMs < ask.durationMs
      ? { ms: scope.maxDurationMs, set: 'scope' as const }
      : { ms: ask.durationMs, set: 'asked' as const };
  const problems: FieldProblem[] = [
    ...lengthProblems(less.durationMs, longest),
    ...linesProblems('offLimits', less.moreOffLimits, { required: false }),
  ];
  const allowedActions = ask.allowedActions.filter((line) => less.allowedActions.includes(line));
  const offLimits = [...new Set([...ask.offLimits, ...linesOf(less.moreOffLimits)])];
  if (problems.length === 0)
    problems.push(...textProblems('offLimits', offLimits.join('\n'), { required: false, line: false }));
  if (less.allowedActions.some((line) => !ask.allowedActions.includes(line)))
    problems.push({ field: 'allowedActions', problem: 'not_less' });
  else if (allowedActions.length === 0) problems.push({ field: 'allowedActions', problem: 'missing' });
  if (scope === undefined) problems.push({ field: 'scope', problem: 'unknown' });
  else if (
    changed &&
    (rank(ask.scope.id) < 0 || rank(scope.id) > rank(ask.scope.id) || needsMore(state, scope))
  )
    problems.push({ field: 'scope', problem: 'not_less' });
  else if (mayApprove(world, actorName(actor), scope.id, state.tenant.id) !== 'yes')
    problems.push({ field: 'approver', problem: 'not_allowed', instead: [] });
  if (scope === undefined || problems.length > 0) return { problems };
  return {
    scope: 'maxDurationMs' in scope ? recordScope(scope) : scope,
    allowedActions,
    offLimits,
    durationMs: less.durationMs,
  };
}

/** A scope that asks for somebody, or something, that this request was never asked for is no less. */
function needsMore(state: Pending, scope: Scope): boolean {
  const people = state.seats.filter((seat) => seat.holder !== CUSTOMER_SEAT).length;
  const consent = people < state.seats.length;
  return (
    scope.approvals > people || (scope.consent && !consent) || (scope.highRisk && !state.ask.scope.highRisk)
  );
}

/** Whoever asked for it, under any of their names. */
export function onlyRequester(
  state: Pick<Access, 'requester' | 'tenant'>,
  { actor, world }: Moment,
): Refusal | null {
  const same = namesOf(world, state.tenant.id, actor).includes(state.requester);
  return same ? null : { reason: 'not_allowed', needs: 'requester' };
}
