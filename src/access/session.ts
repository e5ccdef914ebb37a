import type { Context, Decision, Moment } from './decision.ts';
import { accept, invalid, refuse } from './decision.ts';
import { approversOf, ableActor, ableContact, personOf } from './standing.ts';
import { textProblems } from './text.ts';
import type { RequestCommand } from './command.ts';
import type { Ask } from './event.ts';
import { linesOf } from './lines.ts';
import { lengthProblems, mayRequest, orderProblems, recordScope } from './work-order.ts';
import type { World } from './people.ts';
import { actorName, isAmong, isContact } from './people.ts';
import { findScope, longestDuration } from './policy.ts';
import { begin } from './opening.ts';
import { opening } from './product-access.ts';
import type { FieldProblem, Refusal } from './refusal.ts';
import type { RelatedRequests } from './related-requests.ts';
import { NO_LONGER, stillHolds } from './seats.ts';
import type { Access, Active, Approved, Base, Unclaimed } from './state.ts';
import { reviewOf } from './state.ts';
import { exceptSilence } from './stopping.ts';

/** From the grant to the end of the session. */

type Of<T extends RequestCommand['type']> = Extract<RequestCommand, { type: T }>;

/** The grantee, once the time has come, while they may hold access and there is a place to enter. */
export function mayStart(state: Approved, moment: Moment): Refusal | null {
  const { world, now } = moment;
  const { ask } = state.grant;
  const refusal = onlyGrantee(state, moment) ?? mayRequest(world, ask.grantee, 'grantee');
  if (refusal !== null) return refusal;
  if (opening(state) !== undefined) return { reason: 'opening_already' };
  if (ask.notBefore !== null && now < ask.notBefore)
    return { reason: 'not_before', notBefore: ask.notBefore };
  return placeGone(state, ask, world);
}

/** The grant is put to use. What made it right is looked at again, now. */
export function start(state: Approved, _: Of<'start'>, context: Context): Decision {
  const { now } = context;
  const { ask, startBy } = state.grant;
  const taken = placeTaken(context.related);
  if (taken !== null) return refuse(taken);
  for (const seat of state.grant.seats) {
    const problem = stillHolds(state, seat, context);
    if (problem?.reason === 'cannot_check') return refuse(problem);
    if (problem !== null) {
      return {
        events: [{ type: 'approval.asked_again', approver: seat.holder, why: NO_LONGER }],
        refusal: { reason: 'no_longer_valid', what: 'approval' },
      };
    }
  }
  const expiresAt = Math.min(now + ask.durationMs, state.grant.latestEndAt);
  const { grantee: by, scope } = ask;
  return accept(begin({ by, tenant: state.tenant, scope, expiresAt, startBy }, context));
}

function onlyGrantee({ grant }: Approved | Active, moment: Moment): Refusal | null {
  const theirs = personOf(moment.actor) === grant.ask.grantee;
  return ableActor(moment) ?? (theirs ? null : { reason: 'not_allowed', needs: 'grantee' });
}

/** Is the place still there to be entered? */
export function placeGone({ tenant }: Base, { scope }: Ask, { policy }: World): Refusal | null {
  if (!policy.tenants.has(tenant.id)) return { reason: 'no_longer_valid', what: 'tenant' };
  return findScope(policy, scope.id) === undefined ? { reason: 'no_longer_valid', what: 'scope' } : null;
}

/** Is it free of a session of the same? */
export function placeTaken(related: RelatedRequests): Refusal | null {
  const overlap = related.siblings.find((other) => other.phase === 'active');
  return overlap === undefined ? null : { reason: 'overlap', otherNo: overlap.no, until: overlap.until };
}

/** An engineer, who is none of the customer's people. */
export function mayAccept(state: Unclaimed, moment: Moment): Refusal | null {
  const { actor, world } = moment;
  const engineer = actorName(actor);
  const refusal = ableActor(moment) ?? mayRequest(world, engineer, 'grantee');
  if (refusal !== null) return refusal;
  const tenant = world.policy.tenants.get(state.tenant.id);
  if (tenant === undefined) return { reason: 'no_longer_valid', what: 'tenant' };
  const customers = isContact(tenant, actor) || state.requester === engineer;
  return customers ? { reason: 'self_approval', role: 'requester' } : null;
}

/** An engineer accepts a customer's request: within the policy, in their own name, inside the customer's 48 hours. */
export function acceptCustomerRequest(state: Unclaimed, command: Of<'accept'>, context: Context): Decision {
  const { actor, world, related, now } = context;
  const engineer = actorName(actor);
  const tenant = world.policy.tenants.get(state.tenant.id);
  const scope = findScope(world.policy, command.scopeId);
  const problems: FieldProblem[] = [
    ...(scope === undefined ? [{ field: 'scope', problem: 'unknown' } as const] : []),
    // The customer said yes to help with an issue, not to whatever else that scope opens.
    ...(scope !== undefined && (scope.highRisk || scope.approvals > 1)
      ? [{ field: 'scope', problem: 'needs_own_request' } as const]
      : []),
    ...orderProblems({ ...command, reason: state.reason, caseRef: state.caseRef }, undefined),
    ...lengthProblems(command.durationMs, longestDuration(world.policy, scope, tenant)),
  ];
  if (scope === undefined || problems.length > 0) return invalid(problems);
  const taken = placeTaken(related);
  if (taken !== null) return refuse(taken);
  const ask: Ask = {
    grantee: engineer,
    scope: recordScope(scope),
    allowedActions: linesOf(command.allowedActions),
    offLimits: linesOf(command.offLimits),
    durationMs: command.durationMs,
    notBefore: null,
    roles: command.roles.map((role) => role.trim()),
  };
  const expiresAt = Math.min(now + command.durationMs, state.terms.latestEndAt);
  return accept(
    { type: 'customer_request.accepted', ask, by: engineer },
    begin({ by: engineer, tenant: state.tenant, scope, expiresAt, startBy: state.terms.lapseAt }, context),
  );
}

/** Whoever is in. */
export function mayEnd({ grant }: Active, moment: Moment): Refusal | null {
  const theirs = personOf(moment.actor) === grant.ask.grantee;
  return exceptSilence(ableActor(moment)) ?? (theirs ? null : { reason: 'not_allowed', needs: 'grantee' });
}

/** The grantee is done. */
export function end(state: Active, command: Of<'end'>, context: Context): Decision {
  return endNow(state, command.reason, 'ended', context);
}

/** Whoever has authority. */
export function mayRevoke(state: Active | Approved, moment: Moment): Refusal | null {
  return exceptSilence(authority(state, moment));
}

/** Somebody with authority stops it: the session, or the grant before it started. */
export function revoke(state: Active | Approved, command: Of<'revoke'>, context: Context): Decision {
  const problems = textProblems('reason', command.reason, { required: true, line: false });
  if (problems.length > 0) return invalid(problems);
  if (state.phase === 'active') return endNow(state, command.reason, 'revoked', context);
  return accept({ type: 'request.cancelled', by: actorName(context.actor), reason: command.reason.trim() });
}

/** Everybody whose word counts, once; whoever has authority, at any time. */
export function mayReport(state: Active, moment: Moment): Refusal | null {
  const refusal = authority(state, moment);
  if (refusal === null) return null;
  if (!counts(refusal)) return refusal;
  return state.reporters.includes(actorName(moment.actor)) ? { reason: 'already_reported' } : null;
}

/** "I didn't expect this": who has authority stops it at once; anybody else's word goes to the approver. */
export function reportUnexpected(state: Active, _: Of<'report_unexpected'>, context: Context): Decision {
  const by = actorName(context.actor);
  if (authority(state, context) !== null) return accept({ type: 'session.reported', by, standing: false });
  const ended = endNow(state, 'Reported as unexpected.', 'revoked', context);
  return { events: [{ type: 'session.reported', by, standing: true }, ...ended.events], refusal: null };
}

/**
 * Everybody's word counts who can see the alert: a guest's, and that of the customer's people in a shared channel, too.
 * A program's does not, nor that of somebody who left, or whom there is not. That Slack is silent keeps nobody from it.
 */
function counts(refusal: Refusal): boolean {
  if (refusal.reason === 'cannot_check') return true;
  if (refusal.reason === 'actor_not_able')
    return ['guest', 'external', 'shared_account'].includes(refusal.standing);
  return refusal.reason === 'not_allowed' && refusal.needs !== 'member';
}

function endNow(
  { session }: Active,
  reason: string,
  how: 'ended' | 'revoked',
  { actor, now }: Context,
): Decision {
  const problems = textProblems('reason', reason, { required: false, line: false });
  if (problems.length > 0) return invalid(problems);
  // A clock that was put back ends no session before it began.
  const endedAt = Math.max(now, session.startedAt);
  return accept({ type: 'session.ended', how, by: actorName(actor), reason: reason.trim(), endedAt });
}

/** Why something is over that the ledger shows as going on. */
export const IN_DOUBT =
  'The ledger was put back to a backup. What happened after that backup is not known, so this is over.';

/**
 * After a restore nobody knows whether a session was ended, a grant used, or a customer's request taken back in what was
 * lost: what could let somebody in without a new decision is over.
 */
export function endInDoubt(state: Access, { now }: Context): Decision {
  switch (state.phase) {
    case 'active': {
      const { startedAt, expiresAt } = state.session;
      const past = now >= expiresAt;
      return accept({
        type: 'session.ended',
        how: past ? 'expired' : 'revoked',
        by: past ? 'system:timer' : 'system:restore',
        reason: IN_DOUBT,
        endedAt: past ? expiresAt : Math.max(now, startedAt),
      });
    }
    case 'approved':
    case 'unclaimed':
    case 'unconfirmed':
      return accept({ type: 'request.lapsed', why: 'restored' });
    case 'pending':
    case 'ended':
    case 'closed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return refuse({ reason: 'nothing_due' });
  }
}

/** Approver, owner, reviewer, admin and the tenant's contact may stop what is going on. */
function authority(state: (Active | Approved) & Base, moment: Moment): Refusal | null {
  const { actor, world } = moment;
  const tenant = world.policy.tenants.get(state.tenant.id);
  if (tenant !== undefined && isContact(tenant, actor)) return exceptSilence(ableContact(moment));
  const able = exceptSilence(ableActor(moment));
  if (able !== null) return able;
  const person = actorName(actor);
  if (
    state.owner === person ||
    reviewOf(state)?.reviewer === person ||
    approversOf(state.grant.seats).includes(person)
  )
    return null;
  const admin = isAmong(world.people, person, world.policy.admins);
  if (admin === 'yes') return null;
  return admin === 'cannot_check' ? { reason: 'cannot_check' } : { reason: 'not_allowed', needs: 'revoker' };
}
