import type { Context, Decision, Moment } from './decision.ts';
import { accept, invalid, refuse } from './decision.ts';
import { ableActor, ableContact, approversOf, decidersOf, ownPart, standingOf } from './standing.ts';
import { rolesToCheck, waitsForFix } from './closeout.ts';
import { textProblems } from './text.ts';
import type { RequestCommand } from './command.ts';
import { reviewRefusal } from './emergency.ts';
import { mustBe, personProblems } from './work-order.ts';
import { actorName, isAmong, isContact } from './people.ts';
import { unclosed } from './product-access.ts';
import { NEXT_WITHIN_MS, ROLES_MAX } from './limits.ts';
import type { FieldProblem, Refusal } from './refusal.ts';
import { contactBarred, stillApproves } from './seats.ts';
import type { Access, Closed, Ended } from './state.ts';
import { reviewOf, seatsOf } from './state.ts';

/** After the session, and who sees it through: closeout and ownership. */

type Of<T extends RequestCommand['type']> = Extract<RequestCommand, { type: T }>;

/** Owner or grantee. */
export function mayCloseOut(state: Ended, moment: Moment): Refusal | null {
  const by = actorName(moment.actor);
  const theirs = by === state.owner || by === state.grant.ask.grantee;
  const refusal = ableActor(moment) ?? (theirs ? null : ({ reason: 'not_allowed', needs: 'owner' } as const));
  return refusal ?? (unclosed(state).length === 0 ? null : { reason: 'access_not_gone' });
}

/**
 * What was done, and that every extra permission is gone. One left behind keeps it open, and so does a problem that the
 * customer still has: then it says what is next, who does it, and until when.
 */
export function closeOut(state: Ended, command: Of<'close_out'>, context: Context): Decision {
  const by = actorName(context.actor);
  const next = command.fixed === 'yes' ? null : (command.next ?? NOTHING_NEXT);
  if (next !== null && next.by !== '' && standingOf(context.world, next.by) === 'cannot_check')
    return refuse({ reason: 'cannot_check' });
  const problems: FieldProblem[] = [
    ...textProblems('confirmedBy', command.confirmedBy, { required: true, line: true }),
    ...textProblems('checked', command.checked, { required: true, line: false }),
    ...textProblems('changed', command.changed, { required: true, line: false }),
    ...textProblems('productProblem', command.productProblem, { required: false, line: false }),
    // Whoever asked for help reads how their issue was resolved.
    ...textProblems('summary', command.summary, { required: state.origin.kind === 'customer', line: false }),
    ...textProblems('notes', command.notes, { required: false, line: false }),
    ...rolesProblems(rolesToCheck(state), command.removed),
    ...(next === null ? [] : nextProblems(next, context)),
  ];
  if (problems.length > 0) return invalid(problems);
  return accept({
    type: 'closeout.filed',
    by,
    fixed: command.fixed,
    confirmedBy: command.confirmedBy.trim(),
    checked: command.checked.trim(),
    changed: command.changed.trim(),
    removed: command.removed.map((item) => (item.gone ? { ...item, how: item.how.trim() } : { ...item })),
    productProblem: command.productProblem.trim(),
    summary: command.summary.trim(),
    notes: command.notes.trim(),
    next: next === null ? null : { ...next, what: next.what.trim() },
  });
}

/** Each that was listed, and whatever else turned up: whoever says that one is gone says who made sure, and how. */
function rolesProblems(
  listed: readonly string[],
  removed: Of<'close_out'>['removed'],
): readonly FieldProblem[] {
  const named = removed.map(({ role }) => role);
  if (listed.some((role, i) => named[i] !== role)) return [{ field: 'roles', problem: 'not_accounted_for' }];
  if (named.length > ROLES_MAX) return [{ field: 'roles', problem: 'too_many' }];
  if (new Set(named).size < named.length) return [{ field: 'roles', problem: 'twice' }];
  const problems = [
    ...named
      .slice(listed.length)
      .flatMap((role) => textProblems('roles', role, { required: true, line: true })),
    ...removed.flatMap((item) =>
      item.gone
        ? [
            ...(item.by === '' ? [{ field: 'rolesBy', problem: 'missing' } as const] : []),
            ...textProblems('rolesHow', item.how, { required: true, line: false }),
          ]
        : [],
    ),
  ];
  // One answer may be given for several of them: what is wrong with it is said once.
  return problems.filter((one, i) => problems.findIndex(({ field }) => field === one.field) === i);
}

type Next = NonNullable<Of<'close_out'>['next']>;

const NOTHING_NEXT: Next = { what: '', by: '', until: NaN };

function nextProblems({ what, by, until }: Next, { world, now }: Context): readonly FieldProblem[] {
  return [
    ...textProblems('nextStep', what, { required: true, line: false }),
    ...(by === '' ? [{ field: 'nextBy', problem: 'missing' } as const] : personProblems(world, 'nextBy', by)),
    ...untilProblems(until, now),
  ];
}

function untilProblems(until: number, now: number): readonly FieldProblem[] {
  if (!Number.isSafeInteger(until)) return [{ field: 'nextUntil', problem: 'not_a_time' }];
  if (until <= now) return [{ field: 'nextUntil', problem: 'past' }];
  const tooFar = until > now + NEXT_WITHIN_MS;
  return tooFar ? [{ field: 'nextUntil', problem: 'too_far', maxMs: NEXT_WITHIN_MS }] : [];
}

/**
 * Once: the approver, or the reviewer, or the customer whose request it was. What is closed out; or what stays open for
 * nothing but that the problem is not fixed, where they are content to leave it at that.
 */
export function mayJudgeCloseout(state: Ended | Closed, moment: Moment): Refusal | null {
  const refusal = judges(state, moment);
  if (state.phase === 'ended' && !waitsForFix(state))
    return refusal?.reason === 'actor_not_able' || refusal?.reason === 'cannot_check'
      ? refusal
      : { reason: 'wrong_phase', phase: state.phase };
  if (refusal !== null || state.phase === 'ended') return refusal;
  return state.accepted === null ? null : { reason: 'already_given', seat: state.accepted.by };
}

/** They are content, or they are not and ask back. */
export function judgeCloseout(
  _: Ended | Closed,
  command: Of<'accept_closeout' | 'contest_closeout'>,
  context: Context,
): Decision {
  const by = actorName(context.actor);
  if (command.type === 'accept_closeout') return accept({ type: 'closeout.accepted', by });
  const problems = textProblems('question', command.question, { required: true, line: false });
  if (problems.length > 0) return invalid(problems);
  return accept({ type: 'closeout.contested', by, question: command.question.trim() });
}

/** The owner, or an admin. */
export function mayOfferOwnership(state: Access, moment: Moment): Refusal | null {
  const { actor, world } = moment;
  const able = ableActor(moment);
  if (able !== null) return able;
  const by = actorName(actor);
  if (by === state.owner) return null;
  return mustBe(isAmong(world.people, by, world.policy.admins), 'owner_or_admin');
}

/** Somebody else is asked to see it through; until they accept, the old owner stays. */
export function offerOwnership(state: Access, command: Of<'offer_ownership'>, context: Context): Decision {
  const { world } = context;
  const by = actorName(context.actor);
  if (standingOf(world, command.to) === 'cannot_check') return refuse({ reason: 'cannot_check' });
  const problems: FieldProblem[] = [
    ...personProblems(world, 'owner', command.to),
    ...(command.to === state.owner ? [{ field: 'owner', problem: 'is_owner' } as const] : []),
    ...(decides(state, command.to) || decidersOf(state).includes(command.to)
      ? [{ field: 'owner', problem: 'is_approver' } as const]
      : []),
  ];
  if (problems.length > 0) return invalid(problems);
  return accept({ type: 'owner.offered', by, to: command.to });
}

/** Whoever was asked to. */
export function mayAcceptOwnership(state: Access, moment: Moment): Refusal | null {
  const able = ableActor(moment);
  if (able !== null) return able;
  const to = actorName(moment.actor);
  if (state.offeredOwner !== to) return { reason: 'not_allowed', needs: 'offered_owner' };
  // They may have become an approver since they were asked.
  const approves = decides(state, to) || decidersOf(state).includes(to);
  return approves ? { reason: 'invalid', problems: [{ field: 'owner', problem: 'is_approver' }] } : null;
}

/** The offered person takes it on. */
export function acceptOwnership(state: Access, _: Of<'accept_ownership'>, context: Context): Decision {
  const to = actorName(context.actor);
  return accept({ type: 'owner.changed', from: state.owner, to });
}

/** Does this person decide about this request, now or before? */
function decides(state: Access, user: string): boolean {
  return (
    approversOf(seatsOf(state)).includes(user) ||
    reviewOf(state)?.reviewer === user ||
    reviewOf(state)?.verdict?.by === user
  );
}

function judges(state: Ended | Closed, moment: Moment): Refusal | null {
  const { actor, world } = moment;
  const tenant = world.policy.tenants.get(state.tenant.id);
  if (state.origin.kind === 'customer' && tenant !== undefined && isContact(tenant, actor))
    return ableContact(moment) ?? contactBarred(state, moment);
  const able = ableActor(moment);
  if (able !== null) return able;
  const person = actorName(actor);
  const own = ownPart(state, person);
  if (own !== null) return { reason: 'self_approval', role: own };
  if (!decides(state, person)) return { reason: 'not_allowed', needs: 'approver' };
  // Whoever decided before, but may not by the current policy, judges what came of it no more.
  if (reviewOf(state) !== null) return reviewRefusal(state, person, moment);
  return stillApproves(state, { holder: person }, moment, person);
}
