import { stillApproves } from './approving.ts';
import type { Context, Decision } from './checks.ts';
import {
  ableActor,
  ableContact,
  accept,
  invalid,
  ownPart,
  personOf,
  refuse,
  textProblems,
} from './checks.ts';
import type { RequestCommand } from './command.ts';
import { lengthProblems } from './order.ts';
import { actorName, answersFor, eligibleApprovers, isContact, mayApprove, namesOf } from './people.ts';
import { checkReason } from './reason.ts';
import type { FieldProblem, Refusal } from './refusal.ts';
import type { Active } from './state.ts';
import { CUSTOMER_SEAT } from './state.ts';

/** More time for a session that is in use. */

type Of<T extends RequestCommand['type']> = Extract<RequestCommand, { type: T }>;

/** The grantee asks for more time. Until somebody approves, the old end stands. */
export function askExtension(state: Active, command: Of<'ask_extension'>, context: Context): Decision {
  const { actor } = context;
  const { terms, session } = state;
  const able = ableActor(context);
  if (able !== null) return refuse(able);
  if (personOf(actor) !== state.grant.ask.grantee) return refuse({ reason: 'not_allowed', needs: 'grantee' });
  if (state.way === 'emergency') return refuse({ reason: 'no_extension_in_emergency' });
  if (state.extension !== null && canAnswer(state, state.extension.approver, context))
    return refuse({ reason: 'extension_waits' });
  if (session.extensionsGiven >= terms.extensions)
    return refuse({ reason: 'extension_limit', max: terms.extensions });
  const customer = state.way === 'customer';
  const left = terms.latestEndAt - session.expiresAt;
  const longest =
    customer && left < terms.extensionMs
      ? { ms: left, set: 'consent' as const }
      : { ms: terms.extensionMs, set: 'extension' as const };
  const malformed = textProblems('reason', command.reason, { required: true, line: false });
  const vague = malformed.length > 0 ? null : checkReason(command.reason, state.tenant);
  const problems: FieldProblem[] = [
    ...lengthProblems(command.durationMs, longest),
    ...malformed,
    ...(vague === null ? [] : [{ field: 'reason', problem: vague } as const]),
  ];
  if (problems.length > 0) return invalid(problems);
  const asked = extenderOf(state, context);
  if (typeof asked !== 'string') return refuse(asked);
  return accept({
    type: 'extension.asked',
    by: actorName(actor),
    durationMs: command.durationMs,
    reason: command.reason.trim(),
    newExpiresAt: session.expiresAt + command.durationMs,
    approver: asked,
  });
}

/** Whoever approved; or, where none of them can decide any more, somebody who can: nobody waits for an answer in vain. */
function extenderOf(state: Active, context: Context): string | Refusal {
  const { world } = context;
  const { ask, seats } = state.grant;
  const asked = seats.map((seat) => seat.holder).filter((holder) => holder !== CUSTOMER_SEAT);
  if (asked.length === 0) return CUSTOMER_SEAT;
  const own = [state.requester, state.owner, ask.grantee];
  const others = eligibleApprovers(world, ask.scope.id, state.tenant.id, own);
  const deputies = asked.flatMap((user) => world.policy.deputies.get(user) ?? []);
  for (const holder of [...asked, ...deputies.filter((user) => others.includes(user)), ...others]) {
    const answers = answersFor(world.people, holder, context.now);
    const by = own.includes(answers) ? holder : answers;
    const problem = stillApproves({ tenant: state.tenant, ask }, { holder }, context, by);
    if (problem === null) return holder;
    if (problem.reason === 'cannot_check') return problem;
  }
  return { reason: 'nobody_can_approve', who: 'approver', admins: world.policy.admins };
}

/** Is there somebody left to say yes or no? Where there is not, it can be asked of somebody else. */
function canAnswer({ tenant, grant: { ask } }: Active, approver: string, context: Context): boolean {
  if (approver === CUSTOMER_SEAT) return true;
  const { world, now } = context;
  const people = [
    approver,
    answersFor(world.people, approver, now),
    ...(world.policy.deputies.get(approver) ?? []),
  ];
  return people.some(
    (user) =>
      stillApproves({ tenant, ask }, { holder: approver }, context, user)?.reason !== 'no_longer_approver',
  );
}

/** The same approver, whoever answers for them, or a deputy decides about more time. */
export function decideExtension(
  state: Active,
  command: Of<'approve_extension' | 'deny_extension'>,
  context: Context,
): Decision {
  const { extension } = state;
  if (extension === null) return refuse(ableContact(context) ?? { reason: 'no_extension_asked' });
  const refusal = mayExtend(state, extension.approver, context);
  if (refusal !== null) return refuse(refusal);
  const by = actorName(context.actor);
  if (command.type === 'approve_extension')
    return accept({ type: 'extension.approved', by, newExpiresAt: extension.newExpiresAt });
  const problems = textProblems('reason', command.reason, { required: true, line: false });
  if (problems.length > 0) return invalid(problems);
  return accept({ type: 'extension.denied', by, reason: command.reason.trim() });
}

function mayExtend(state: Active, approver: string, context: Context): Refusal | null {
  const { actor, world, now } = context;
  const tenant = world.policy.tenants.get(state.tenant.id);
  if (approver === CUSTOMER_SEAT) {
    const contact = tenant !== undefined && isContact(tenant, actor);
    const refusal = ableContact(context) ?? (contact ? null : { reason: 'not_allowed', needs: 'contact' });
    if (refusal !== null) return refusal;
    // They asked for the help, which is no bar to more of it; holding or owning the access is.
    const names = namesOf(world, state.tenant.id, actor);
    if (names.includes(state.grant.ask.grantee)) return { reason: 'self_approval', role: 'grantee' };
    return names.includes(state.owner) ? { reason: 'self_approval', role: 'owner' } : null;
  }
  const able = ableActor(context);
  if (able !== null) return able;
  const person = actorName(actor);
  const own = ownPart(state, person);
  if (own !== null) return { reason: 'self_approval', role: own };
  const deputies = world.policy.deputies.get(approver) ?? [];
  if (person !== approver && answersFor(world.people, approver, now) !== person && !deputies.includes(person))
    return { reason: 'not_allowed', needs: 'approver' };
  const allowed = mayApprove(world, person, state.grant.ask.scope.id, state.tenant.id);
  if (allowed === 'yes') return null;
  return { reason: allowed === 'cannot_check' ? 'cannot_check' : 'no_longer_approver' };
}
