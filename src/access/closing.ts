import type { Context, Decision } from './decision.ts';
import { accept, invalid, refuse } from './decision.ts';
import { ableActor, ableContact, approversOf, decidersOf, ownPart, standingOf } from './standing.ts';
import { textProblems } from './text.ts';
import type { RequestCommand } from './command.ts';
import { reviewRefusal } from './emergency.ts';
import { mustBe, personProblems } from './work-order.ts';
import { actorName, isAmong, isContact } from './people.ts';
import type { FieldProblem, Refusal } from './refusal.ts';
import { stillApproves } from './seats.ts';
import type { Access, Closed, Ended } from './state.ts';
import { seatsOf } from './state.ts';

/** After the session, and who sees it through: closeout and ownership. */

type Of<T extends RequestCommand['type']> = Extract<RequestCommand, { type: T }>;

/** Owner or grantee says what was done and that every extra permission is gone. One left behind keeps it open. */
export function closeOut(state: Ended, command: Of<'close_out'>, context: Context): Decision {
  const able = ableActor(context);
  if (able !== null) return refuse(able);
  const by = actorName(context.actor);
  const { grantee, roles } = state.grant.ask;
  if (by !== state.owner && by !== grantee) return refuse({ reason: 'not_allowed', needs: 'owner' });
  const named = command.removed.map((item) => item.role);
  const accounted = named.length === roles.length && roles.every((role, i) => named[i] === role);
  const problems: FieldProblem[] = [
    ...textProblems('changed', command.changed, { required: true, line: false }),
    ...textProblems('productProblem', command.productProblem, { required: false, line: false }),
    // What the customer will read as the summary of how their issue was resolved.
    ...textProblems('notes', command.notes, { required: state.way === 'customer', line: false }),
    ...(accounted ? [] : [{ field: 'roles', problem: 'not_accounted_for' } as const]),
  ];
  if (problems.length > 0) return invalid(problems);
  return accept({
    type: 'closeout.filed',
    by,
    fixed: command.fixed,
    changed: command.changed.trim(),
    removed: command.removed.map((item) => ({ ...item })),
    productProblem: command.productProblem.trim(),
    notes: command.notes.trim(),
  });
}

/** The approver (or reviewer, or the customer whose request it was) is content, or is not and asks back. */
export function judgeCloseout(
  state: Closed,
  command: Of<'accept_closeout' | 'contest_closeout'>,
  context: Context,
): Decision {
  const refusal = mayJudge(state, context);
  if (refusal !== null) return refuse(refusal);
  if (state.accepted !== null) return refuse({ reason: 'already_given', seat: state.accepted.by });
  const by = actorName(context.actor);
  if (command.type === 'accept_closeout') return accept({ type: 'closeout.accepted', by });
  const problems = textProblems('question', command.question, { required: true, line: false });
  if (problems.length > 0) return invalid(problems);
  return accept({ type: 'closeout.contested', by, question: command.question.trim() });
}

/** Somebody else is asked to see it through; until they accept, the old owner stays. */
export function offerOwnership(state: Access, command: Of<'offer_ownership'>, context: Context): Decision {
  const { world } = context;
  const able = ableActor(context);
  if (able !== null) return refuse(able);
  const by = actorName(context.actor);
  if (by !== state.owner) {
    const admin = mustBe(isAmong(world.people, by, world.policy.admins), 'admin');
    if (admin !== null)
      return refuse(
        admin.reason === 'cannot_check' ? admin : { reason: 'not_allowed', needs: 'owner_or_admin' },
      );
  }
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

/** The offered person takes it on. */
export function acceptOwnership(state: Access, context: Context): Decision {
  const able = ableActor(context);
  if (able !== null) return refuse(able);
  const to = actorName(context.actor);
  if (state.offeredOwner !== to) return refuse({ reason: 'not_allowed', needs: 'offered_owner' });
  // They may have become an approver since they were asked.
  if (decides(state, to) || decidersOf(state).includes(to))
    return invalid([{ field: 'owner', problem: 'is_approver' }]);
  return accept({ type: 'owner.changed', from: state.owner, to });
}

/** Does this person decide about this request, now or before? */
function decides(state: Access, user: string): boolean {
  return (
    approversOf(seatsOf(state)).includes(user) ||
    state.review?.reviewer === user ||
    state.review?.verdict?.by === user
  );
}

/** Why this person may not say whether the closeout will do; `null` when they may. Asked at the act, and before a button is shown. */
export function closeoutRefusal(
  state: Closed,
  person: string,
  context: Pick<Context, 'world' | 'now'>,
): Refusal | null {
  const own = ownPart(state, person);
  if (own !== null) return { reason: 'self_approval', role: own };
  if (!decides(state, person)) return { reason: 'not_allowed', needs: 'approver' };
  // Whoever decided before, but may not by the policy of now, judges what came of it no more.
  if (state.review !== null) return reviewRefusal(state, person, context);
  return stillApproves(state, { holder: person }, context, person);
}

function mayJudge(state: Closed, context: Context): Refusal | null {
  const { actor, world } = context;
  const tenant = world.policy.tenants.get(state.tenant.id);
  if (state.way === 'customer' && tenant !== undefined && isContact(tenant, actor))
    return ableContact(context);
  const able = ableActor(context);
  if (able !== null) return able;
  const person = actorName(actor);
  return closeoutRefusal(state, person, context);
}
