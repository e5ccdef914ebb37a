import { countAlike } from './related-requests.ts';
import type { Context, Decision, Moment } from './decision.ts';
import { accept, invalid, refuse } from './decision.ts';
import { ableActor, ableContact } from './standing.ts';
import { textProblems } from './text.ts';
import type { FileCustomerRequest, FileRequest } from './command.ts';
import type { CustomerFile, Terms } from './event.ts';
import { CUSTOMER_REQUEST_MAX_MS, FILE_BYTES_MAX, FILE_KINDS, FILES_MAX, LINE_MAX } from './limits.ts';
import { actorName, eligibleApprovers, isAmong, isContact, peopleOf } from './people.ts';
import type { World } from './people.ts';
import type { Policy, Scope, Tenant, UserId } from './policy.ts';
import { findScope, longestDuration } from './policy.ts';
import type { OwnParts } from './work-order.ts';
import {
  approverProblems,
  askFor,
  lengthProblems,
  mayRequest,
  orderProblems,
  personProblems,
  placeProblems,
  reasonProblems,
  recordTenant,
  startProblems,
} from './work-order.ts';
import type { FieldProblem, Refusal } from './refusal.ts';

/** Two of the ways in: support asks, or the customer does (the third is an emergency). Each refuses with every mendable problem at once. */

/** Whom the policy lists. */
export function mayFile(moment: Moment): Refusal | null {
  return ableActor(moment) ?? mayRequest(moment.world, actorName(moment.actor), 'requester');
}

/** Support asks: nothing starts before the named people approve. */
export function fileRequest(command: FileRequest, context: Context): Decision {
  const { world, related, now } = context;
  const { policy } = world;
  const requester = actorName(context.actor);
  const refusal = mayFile(context);
  if (refusal !== null) return refuse(refusal);

  const tenant = policy.tenants.get(command.tenantId);
  const scope = findScope(policy, command.scopeId);
  const own = { requester, grantee: command.grantee, owner: command.owner };
  const consent = scope?.consent === true || tenant?.consent === 'required';
  if (scope !== undefined && tenant !== undefined) {
    const nobody = nobodyCan(world, scope, tenant, Object.values(own), consent);
    if (nobody !== null) return refuse(nobody);
  }
  const grantee = mayRequest(world, command.grantee, 'grantee');
  if (grantee?.reason === 'cannot_check') return refuse(grantee);
  const asked = approverProblems(world, command.approvers, 'approver', own, scope, tenant);
  if (asked === 'cannot_check') return refuse({ reason: 'cannot_check' });

  const problems: FieldProblem[] = [
    ...placeProblems(scope, tenant),
    ...personProblems(world, 'grantee', command.grantee),
    ...(grantee === null ? [] : [{ field: 'grantee', problem: 'not_allowed' } as const]),
    ...personProblems(world, 'owner', command.owner),
    ...asked,
    ...(scope !== undefined && new Set(command.approvers).size !== scope.approvals
      ? [{ field: 'approver', problem: 'count', needed: scope.approvals } as const]
      : []),
    ...orderProblems(command, tenant),
    ...lengthProblems(command.durationMs, longestDuration(policy, scope, tenant)),
    ...startProblems(command.notBefore, policy, now),
  ];
  if (scope === undefined || tenant === undefined || problems.length > 0) return invalid(problems);
  const blocked =
    tooMany(context) ?? coolingDown(context) ?? overlapping(command, context) ?? closeoutOwed(context);
  if (blocked !== null) return refuse(blocked);

  const lapseAt = now + policy.limits.lapseAfterMs;
  const { startWindowMs } = policy.limits;
  const latestEndAt = Math.max(lapseAt, command.notBefore ?? 0) + startWindowMs + command.durationMs;
  return accept({
    type: 'request.filed',
    requester,
    owner: command.owner,
    tenant: recordTenant(tenant),
    reason: command.reason.trim(),
    caseRef: command.caseRef.trim(),
    terms: termsOf(policy, { lapseAt, startWindowMs, latestEndAt }),
    roleNotes: roleNotes(own),
    repeatCount: countAlike(related, command.reason, now),
    ask: askFor(command, scope, command.grantee, command.notBefore),
    // Somebody named twice has one seat: a second could never be filled.
    approvers: [...new Set(command.approvers)],
    consent,
  });
}

/** A contact of the tenant. */
export function mayFileAsCustomer(tenantId: string | null, moment: Moment): Refusal | null {
  const refusal = ableContact(moment);
  if (refusal !== null) return refusal;
  const tenant = moment.world.policy.tenants.get(tenantId ?? '');
  if (tenant === undefined) return { reason: 'invalid', problems: [{ field: 'tenant', problem: 'unknown' }] };
  return isContact(tenant, moment.actor) ? null : { reason: 'not_allowed', needs: 'contact' };
}

/** The customer asks. Filing is the authorization, for this issue, until 48 hours from now at the latest. */
export function fileCustomerRequest(command: FileCustomerRequest, context: Context): Decision {
  const { world, related, now } = context;
  const { policy } = world;
  const refusal = mayFileAsCustomer(command.tenantId, context);
  if (refusal !== null) return refuse(refusal);
  const tenant = policy.tenants.get(command.tenantId);
  if (tenant === undefined) return invalid([{ field: 'tenant', problem: 'unknown' }]);
  const problems: FieldProblem[] = [
    ...(tenant.customerRequests ? [] : [{ field: 'tenant', problem: 'no_customer_requests' } as const]),
    ...reasonProblems(command.reason, tenant),
    ...textProblems('tried', command.tried, { required: false, line: false }),
    ...textProblems('expected', command.expected, { required: false, line: false }),
    ...textProblems('caseRef', command.caseRef, { required: false, line: true }),
    ...fileProblems(command.files),
    ...personProblems(world, 'owner', command.owner),
  ];
  if (problems.length > 0) return invalid(problems);
  const requester = actorName(context.actor);
  const blocked = tooMany(context);
  if (blocked !== null) return refuse(blocked);
  const lapseAt = now + Math.min(policy.limits.customerRequestMs, CUSTOMER_REQUEST_MAX_MS);
  return accept({
    type: 'customer_request.filed',
    requester,
    owner: command.owner,
    tenant: recordTenant(tenant),
    reason: command.reason.trim(),
    caseRef: command.caseRef.trim(),
    terms: termsOf(policy, { lapseAt, startWindowMs: 0, latestEndAt: lapseAt }),
    roleNotes: [],
    repeatCount: countAlike(related, command.reason, now),
    tried: command.tried.trim(),
    expected: command.expected.trim(),
    urgency: command.urgency,
    files: [...command.files],
  });
}

/** Only what shows a problem, small enough to be looked at, and kept by Slack. */
function fileProblems(files: readonly CustomerFile[]): readonly FieldProblem[] {
  if (files.length > FILES_MAX) return [{ field: 'files', problem: 'too_many_files', max: FILES_MAX }];
  return files.flatMap(({ id, name, kind, bytes, link }): FieldProblem[] => {
    const written = [id, name, link].every((part) => part.isWellFormed() && part.length <= LINE_MAX);
    if (!written || !link.startsWith('https://') || id === '')
      return [{ field: 'files', problem: 'file_reference', name: name.toWellFormed().slice(0, LINE_MAX) }];
    if (!FILE_KINDS.includes(kind)) return [{ field: 'files', problem: 'file_kind', name }];
    return bytes <= FILE_BYTES_MAX ? [] : [{ field: 'files', problem: 'file_size', name }];
  });
}

/** A request that nobody could approve is refused at filing, never left waiting. */
function nobodyCan(
  world: World,
  scope: Scope,
  tenant: Tenant,
  own: readonly UserId[],
  consent: boolean,
): Refusal | null {
  const { admins } = world.policy;
  if (consent && tenant.contacts.length === 0)
    return { reason: 'nobody_can_approve', who: 'contact', admins };
  if (eligibleApprovers(world, scope.id, tenant.id, own).length >= scope.approvals) return null;
  return unknownApprovers(world)
    ? { reason: 'cannot_check' }
    : { reason: 'nobody_can_approve', who: 'approver', admins };
}

/** Could somebody be allowed to decide of whom Slack did not say so? */
export function unknownApprovers({ policy, listed }: World): boolean {
  const all = policy.approvers.flatMap((rule) => rule.people);
  return (
    isAmong(listed, '', all) === 'cannot_check' ||
    peopleOf(listed, all).some((user) => listed.standing(user) === 'cannot_check')
  );
}

function tooMany({ world, related }: Context): Refusal | null {
  const max = world.policy.limits.openRequests;
  const open = related.openByRequester;
  return open.length < max ? null : { reason: 'too_many_open', max, open };
}

/** Whoever was denied waits before they ask for the same again. */
export function coolingDown({ world, related, now }: Context): Refusal | null {
  if (related.lastDenial === null) return null;
  const until = coolsDownUntil(related.lastDenial.at, world.policy, now);
  return until === null ? null : { reason: 'cooling_down', until, deniedNo: related.lastDenial.no };
}

/** Until when the same person may not ask for the same scope in the same tenant again; `null` where they may. */
export function coolsDownUntil(
  deniedAt: number,
  { limits }: Pick<Policy, 'limits'>,
  now: number,
): number | null {
  const until = deniedAt + limits.coolDownMs;
  return now < until ? until : null;
}

/** A second grant for the same person, tenant and scope may only start after the first is over. */
export function overlapping(
  command: Pick<FileRequest, 'notBefore'>,
  { related, now }: Context,
): Refusal | null {
  const startsAt = command.notBefore ?? now;
  const other = related.siblings.find((sibling) => startsAt < sibling.until);
  return other === undefined ? null : { reason: 'overlap', otherNo: other.no, until: other.until };
}

function closeoutOwed({ world, related, now }: Context): Refusal | null {
  const after = world.policy.limits.closeoutOverdueMs;
  if (after === null) return null;
  const overdue = related.openCloseouts.find((open) => now >= open.since + after);
  return overdue === undefined ? null : { reason: 'closeout_overdue', openNo: overdue.no };
}

/** The policy's figures, as they hold for one request from now on. */
export function termsOf(
  policy: Policy,
  times: Pick<Terms, 'lapseAt' | 'startWindowMs' | 'latestEndAt'>,
): Terms {
  const { limits } = policy;
  return {
    ...times,
    warnBeforeMs: limits.warnBeforeMs,
    reminderFirstMs: limits.approverReminderFirstMs,
    reminderEveryMs: limits.approverReminderEveryMs,
    extensionMs: limits.extensionMs,
    extensions: limits.extensions,
    closeoutReminderFirstMs: limits.closeoutReminderFirstMs,
    closeoutReminderEveryMs: limits.closeoutReminderEveryMs,
    closeoutAcceptedAfterMs: limits.closeoutAcceptedAfterMs,
  };
}

/** Said at the filing; the owner may be somebody else later. */
export const REQUESTER_OWNS = 'The requester is the owner.';

/** Where one person holds two roles, in words. */
export function roleNotes({ requester, grantee, owner }: OwnParts): string[] {
  return [
    ...(requester === grantee ? ['The requester will hold the access.'] : []),
    ...(requester === owner ? [REQUESTER_OWNS] : []),
    ...(requester !== owner && grantee === owner ? ['The owner will hold the access.'] : []),
  ];
}
