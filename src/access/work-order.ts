import { standingOf } from './standing.ts';
import { textProblems } from './text.ts';
import type { Ask, TenantRecord } from './event.ts';
import { DURATION_MIN_MS, INSTANT_MAX, ROLES_MAX } from './limits.ts';
import { linesOf, linesProblems } from './lines.ts';
import type { World } from './people.ts';
import { eligibleApprovers, isAmong, mayApprove, mayReview } from './people.ts';
import type { Policy, Scope, Tenant, UserId } from './policy.ts';
import { checkReason } from './reason.ts';
import type { FieldProblem, Refusal } from './refusal.ts';

/** The work order: what must be right about its people, words and times before anybody can decide about it. */

/** The roles that bar somebody from deciding: nobody approves what they asked for, will hold, or own. */
export interface OwnParts {
  readonly requester: string;
  readonly grantee: UserId;
  readonly owner: UserId;
}

/** Is each of these people allowed to decide here? Says what is wrong and whom to name instead. */
export function approverProblems(
  world: World,
  named: readonly UserId[],
  field: 'approver' | 'reviewer',
  own: OwnParts,
  scope: Scope | undefined,
  tenant: Tenant | undefined,
): readonly FieldProblem[] | 'cannot_check' {
  const problems: FieldProblem[] = [];
  for (const user of named) {
    const role = (['requester', 'grantee', 'owner'] as const).find((part) => own[part] === user);
    if (role !== undefined) {
      problems.push({ field, problem: 'self', role });
      continue;
    }
    const standing = standingOf(world, user);
    if (standing === 'cannot_check') return 'cannot_check';
    if (standing !== 'member') {
      problems.push({ field, problem: 'not_able', standing });
      continue;
    }
    if (scope === undefined || tenant === undefined) continue;
    const may = field === 'reviewer' ? mayReview : mayApprove;
    const allowed = may(world, user, scope.id, tenant.id);
    if (allowed === 'yes') continue;
    if (allowed === 'cannot_check') return 'cannot_check';
    const instead = eligibleApprovers(world, scope.id, tenant.id, Object.values(own));
    problems.push({ field, problem: 'not_allowed', instead });
  }
  return problems;
}

/** A yes, or why not: not allowed, or Slack could not be asked. */
export function mustBe(
  answer: 'yes' | 'no' | 'cannot_check',
  needs: 'requester' | 'grantee' | 'emergency_person' | 'admin' | 'owner_or_admin' | 'listed',
): Refusal | null {
  if (answer === 'yes') return null;
  return answer === 'cannot_check' ? { reason: 'cannot_check' } : { reason: 'not_allowed', needs };
}

/** May this person file, or hold, access at all? */
export function mayRequest(world: World, user: UserId, needs: 'requester' | 'grantee'): Refusal | null {
  return mustBe(isAmong(world.people, user, world.policy.requesters), needs);
}

/** A person named in a role, as Slack knows them now. */
export function personProblems(
  world: World,
  field: 'grantee' | 'owner' | 'nextBy',
  user: UserId,
): FieldProblem[] {
  const standing = standingOf(world, user);
  return standing === 'member' ? [] : [{ field, problem: 'not_able', standing }];
}

/** The scope as the ledger keeps it: what it allowed at that time. */
export function recordScope({ id, name, allows, highRisk }: Scope): Ask['scope'] {
  return { id, name, allows, highRisk };
}

/** Is that a time that a session could last? */
function durationProblems(durationMs: number): FieldProblem[] {
  if (!Number.isSafeInteger(durationMs) || durationMs <= 0 || durationMs > INSTANT_MAX)
    return [{ field: 'duration', problem: 'not_a_time' }];
  return durationMs < DURATION_MIN_MS ? [{ field: 'duration', problem: 'too_short' }] : [];
}

/** Longer than a limit allows, and whose limit that is. */
export function lengthProblems(
  durationMs: number,
  longest: {
    readonly ms: number;
    readonly set: Extract<FieldProblem, { readonly maxMs: number; readonly field: 'duration' }>['set'];
  },
): FieldProblem[] {
  const problems = durationProblems(durationMs);
  if (problems.length > 0 || durationMs <= longest.ms) return problems;
  return [{ field: 'duration', problem: 'too_long', maxMs: longest.ms, set: longest.set }];
}

interface WorkOrder {
  readonly allowedActions: string;
  readonly offLimits: string;
  readonly reason: string;
  readonly caseRef: string;
  readonly durationMs: number;
  readonly roles: readonly string[];
}

/** What is wrong with the words of a work order. */
export function orderProblems(
  order: Omit<WorkOrder, 'durationMs'>,
  tenant: Tenant | undefined,
): FieldProblem[] {
  return [
    ...linesProblems('allowedActions', order.allowedActions, { required: true }),
    ...linesProblems('offLimits', order.offLimits, { required: false }),
    ...reasonProblems(order.reason, tenant),
    ...textProblems('caseRef', order.caseRef, { required: false, line: true }),
    ...(order.roles.length > ROLES_MAX ? [{ field: 'roles', problem: 'too_many' } as const] : []),
    ...order.roles.flatMap((role) => textProblems('roles', role, { required: true, line: true })),
  ];
}

/** Is the reason well-formed, and would a stranger understand it? */
export function reasonProblems(reason: string, tenant: Tenant | undefined): FieldProblem[] {
  const broken = textProblems('reason', reason, { required: true, line: false });
  if (broken.length > 0) return broken;
  const problem = checkReason(reason, tenant ?? null);
  return problem === null ? [] : [{ field: 'reason', problem }];
}

/** A tenant and a scope that the policy has. */
export function placeProblems(scope: Scope | undefined, tenant: Tenant | undefined): FieldProblem[] {
  return [
    ...(tenant === undefined ? [{ field: 'tenant', problem: 'unknown' } as const] : []),
    ...(scope === undefined ? [{ field: 'scope', problem: 'unknown' } as const] : []),
  ];
}

/** May a start be planned for then? */
export function startProblems(notBefore: number | null, policy: Policy, now: number): FieldProblem[] {
  if (notBefore === null) return [];
  if (!Number.isSafeInteger(notBefore)) return [{ field: 'notBefore', problem: 'not_a_time' }];
  if (notBefore < now) return [{ field: 'notBefore', problem: 'past' }];
  const maxMs = policy.limits.planAheadMs;
  return notBefore > now + maxMs ? [{ field: 'notBefore', problem: 'too_far', maxMs }] : [];
}

/** The tenant as the ledger keeps it: what it was called at that time. */
export function recordTenant({ id, name, environment, region, channel }: Tenant): TenantRecord {
  return { id, name, environment, region, channel };
}

/** The work order as it is filed. */
export function askFor(order: WorkOrder, scope: Scope, grantee: UserId, notBefore: number | null): Ask {
  return {
    grantee,
    scope: recordScope(scope),
    allowedActions: linesOf(order.allowedActions),
    offLimits: linesOf(order.offLimits),
    durationMs: order.durationMs,
    notBefore,
    roles: order.roles.map((role) => role.trim()),
  };
}
