import type { RequestCommand } from './command.ts';
import type { Context, Decision, Moment } from './decision.ts';
import { accept, invalid, refuse } from './decision.ts';
import { onlyRequester } from './approving.ts';
import { coolingDown, overlapping } from './filing.ts';
import { actorName } from './people.ts';
import { findScope, longestDuration } from './policy.ts';
import type { FieldProblem, Refusal } from './refusal.ts';
import { ableActor } from './standing.ts';
import type { Pending } from './state.ts';
import { CUSTOMER_SEAT } from './state.ts';
import {
  approverProblems,
  askFor,
  lengthProblems,
  orderProblems,
  placeProblems,
  startProblems,
} from './work-order.ts';

/**
 * Changing what a request asks for, before it is decided: the words, the scope and the times. Where, for whom, and who
 * decides stay: anything else is another request. Whoever had said yes is asked again, and a yes to what was asked before
 * gives nothing.
 */

type Edit = Extract<RequestCommand, { type: 'edit' }>;

/** Whoever asked for it, as support. A customer's own request is their permission, and is asked for anew. */
export function mayEdit(state: Pending, moment: Moment): Refusal | null {
  const refusal = ableActor(moment) ?? onlyRequester(state, moment);
  if (refusal !== null) return refusal;
  return state.origin.kind === 'support' ? null : { reason: 'not_allowed', needs: 'requester' };
}

/** Asks for something else in its place. It lapses when it would have: nobody gets more time by changing it. */
export function edit(state: Pending, command: Edit, context: Context): Decision {
  const { world, now } = context;
  const { policy } = world;
  const tenant = policy.tenants.get(state.tenant.id);
  const scope = findScope(policy, command.scopeId);
  const holders = state.seats.map(({ holder }) => holder).filter((holder) => holder !== CUSTOMER_SEAT);
  const own = { requester: state.requester, grantee: state.ask.grantee, owner: state.owner };
  const asked = approverProblems(world, holders, 'approver', own, scope, tenant);
  if (asked === 'cannot_check') return refuse({ reason: 'cannot_check' });
  const consent = scope?.consent === true || tenant?.consent === 'required';
  const others =
    asked.length > 0 ||
    (scope !== undefined && scope.approvals !== holders.length) ||
    (consent && holders.length === state.seats.length);
  const problems: FieldProblem[] = [
    ...placeProblems(scope, tenant),
    ...(others ? [{ field: 'scope', problem: 'other_deciders' } as const] : []),
    ...orderProblems(command, tenant),
    ...lengthProblems(command.durationMs, longestDuration(policy, scope, tenant)),
    ...startProblems(command.notBefore === state.ask.notBefore ? null : command.notBefore, policy, now),
  ];
  if (scope === undefined || tenant === undefined || problems.length > 0) return invalid(problems);
  const ask = askFor(command, scope, state.ask.grantee, command.notBefore);
  const is = { ask, reason: command.reason.trim(), caseRef: command.caseRef.trim() };
  const was = { ask: state.ask, reason: state.reason, caseRef: state.caseRef };
  // Both are made in the same order, by the same schema.
  if (JSON.stringify(is) === JSON.stringify(was)) return invalid([{ field: 'reason', problem: 'unchanged' }]);
  const blocked = coolingDown(context) ?? overlapping(command, context);
  if (blocked !== null) return refuse(blocked);
  const { lapseAt, startWindowMs } = state.terms;
  const latestEndAt = Math.max(lapseAt, command.notBefore ?? 0) + startWindowMs + command.durationMs;
  return accept({ type: 'request.edited', by: actorName(context.actor), ...is, was, latestEndAt });
}
