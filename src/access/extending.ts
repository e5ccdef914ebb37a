import type { Context, Decision, Moment } from './decision.ts';
import { accept, invalid, refuse } from './decision.ts';
import { ableActor, ableContact, personOf } from './standing.ts';
import { textProblems } from './text.ts';
import type { RequestCommand } from './command.ts';
import { DURATION_MIN_MS } from './limits.ts';
import { moveEnd } from './opening.ts';
import { lengthProblems, reasonProblems } from './work-order.ts';
import { actorName, answersFor, eligibleApprovers } from './people.ts';
import type { Longest, Policy, Scope, Tenant, UserId } from './policy.ts';
import { findScope, longestExtended } from './policy.ts';
import type { FieldProblem, Refusal } from './refusal.ts';
import {
  findSeat,
  isTyped,
  isVacant,
  NO_LONGER,
  refusalIn,
  seatToFill,
  stillApproves,
  stillHolds,
} from './seats.ts';
import { placeGone } from './session.ts';
import type { Active } from './state.ts';
import { CUSTOMER_SEAT } from './state.ts';

/**
 * More time for a session that is in use. It needs what the request needed: as many people, the customer's consent, the
 * typed id; and the whole session stays within the smallest limit.
 */

type Of<T extends RequestCommand['type']> = Extract<RequestCommand, { type: T }>;

/** The grantee, where more time can be asked for at all. */
export function mayAskExtension(state: Active, moment: Moment): Refusal | null {
  const able = ableActor(moment);
  if (able !== null) return able;
  if (personOf(moment.actor) !== state.grant.ask.grantee) return { reason: 'not_allowed', needs: 'grantee' };
  return noMoreTime(state, moment) ?? placeGone(state, state.grant.ask, moment.world);
}

/** The grantee asks for more time. Until everybody who is needed says yes, the old end stands. */
export function askExtension(state: Active, command: Of<'ask_extension'>, context: Context): Decision {
  const { world } = context;
  const scope = findScope(world.policy, state.grant.ask.scope.id);
  const tenant = world.policy.tenants.get(state.tenant.id);
  if (tenant === undefined) return refuse({ reason: 'no_longer_valid', what: 'tenant' });
  if (scope === undefined) return refuse({ reason: 'no_longer_valid', what: 'scope' });
  const needs = needsOf(state, scope, tenant);
  const problems: FieldProblem[] = [
    ...lengthProblems(command.durationMs, longestExtension(state, scope, tenant, world.policy)),
    ...reasonProblems(command.reason, tenant),
    // The customer said yes to help with an issue, not to whatever else that scope opens.
    ...(state.origin.kind === 'customer' && (scope.highRisk || scope.approvals > 1)
      ? [{ field: 'scope', problem: 'needs_own_request' } as const]
      : []),
  ];
  if (problems.length > 0) return invalid(problems);
  if (needs.consent && tenant.contacts.length === 0)
    return refuse({ reason: 'nobody_can_approve', who: 'contact', admins: world.policy.admins });
  const approvers = approversFor(state, needs.people, context);
  if ('reason' in approvers) return refuse(approvers);
  return accept({
    type: 'extension.asked',
    by: actorName(context.actor),
    durationMs: command.durationMs,
    reason: command.reason.trim(),
    newExpiresAt: state.session.expiresAt + command.durationMs,
    approvers: [...approvers],
    consent: needs.consent,
    highRisk: needs.highRisk,
  });
}

/** Why no more time can be asked for now, whatever would be asked; `null` where it can. */
function noMoreTime(state: Active, here: Pick<Moment, 'world' | 'now'>): Refusal | null {
  const { extension, session, terms } = state;
  if (state.origin.kind === 'emergency') return { reason: 'no_extension_in_emergency' };
  // Whoever was asked and can answer no more keeps nobody waiting.
  if (extension !== null && !extension.seats.some((seat) => isVacant(state, seat, here)))
    return { reason: 'extension_waits' };
  if (session.extensions.length >= terms.extensions)
    return { reason: 'extension_limit', max: terms.extensions };
  const { policy } = here.world;
  const scope = findScope(policy, state.grant.ask.scope.id);
  const tenant = policy.tenants.get(state.tenant.id);
  const full =
    scope === undefined || tenant === undefined
      ? undefined
      : wholeLimits(state, scope, tenant, policy).find(
          ({ ms }) => session.startedAt + ms - session.expiresAt < DURATION_MIN_MS,
        );
  return full === undefined ? null : { reason: 'session_limit', maxMs: full.ms, set: full.set };
}

/** The most time that can be asked for now, and why no more. */
export function longestExtension(
  state: Active,
  scope: Scope,
  tenant: Tenant,
  policy: Policy,
): { readonly ms: number; readonly set: 'extension' | 'session' | 'consent' } {
  const { startedAt, expiresAt } = state.session;
  const left = wholeLimits(state, scope, tenant, policy).map(({ ms, set }) => ({
    ms: startedAt + ms - expiresAt,
    set: set === 'consent' ? set : ('session' as const),
  }));
  const single = { ms: state.terms.extensionMs, set: 'extension' as const };
  return [single, ...left].reduce((least, limit) => (limit.ms < least.ms ? limit : least));
}

/** What bounds the whole session: the current policy, and what a customer who asked has agreed to. */
function wholeLimits(
  { origin, terms, session }: Active,
  scope: Scope,
  tenant: Tenant,
  policy: Policy,
): readonly { readonly ms: number; readonly set: Longest['set'] | 'consent' }[] {
  const limit = longestExtended(policy, scope, tenant);
  if (origin.kind !== 'customer') return [limit];
  return [{ ms: terms.latestEndAt - session.startedAt, set: 'consent' }, limit];
}

/** What more time takes: what the request took, and whatever the current policy asks beyond that. */
function needsOf(
  { origin, grant }: Active,
  scope: Scope,
  tenant: Tenant,
): { readonly people: number; readonly consent: boolean; readonly highRisk: boolean } {
  // Who asked for help has authorised all of it by themselves; more is theirs to give, and nobody else's.
  if (origin.kind === 'customer') return { people: 0, consent: true, highRisk: false };
  const people = grant.seats.filter(({ holder }) => holder !== CUSTOMER_SEAT).length;
  return {
    people: Math.max(people, scope.approvals),
    consent: people < grant.seats.length || scope.consent || tenant.consent === 'required',
    highRisk: grant.ask.scope.highRisk || scope.highRisk,
  };
}

/**
 * So many different people: those who approved; or, where one of them cannot decide any more or is away without anybody
 * to stand in, somebody who can. Nobody waits for an answer in vain.
 */
function approversFor(state: Active, needed: number, context: Context): readonly UserId[] | Refusal {
  const { world, now } = context;
  const { ask, seats } = state.grant;
  const own = [state.requester, state.owner, ask.grantee];
  const asked = seats.map(({ holder }) => holder).filter((holder) => holder !== CUSTOMER_SEAT);
  const here = (user: UserId): boolean => answersFor(world.people, user, now) === user;
  const others = eligibleApprovers(world, ask.scope.id, state.tenant.id, own);
  const deputies = asked.flatMap((user) => world.policy.deputies.get(user) ?? []);
  const inOrder = [
    ...asked.filter(here),
    ...asked.filter((user) => !here(user)),
    ...deputies.filter((user) => others.includes(user)),
    ...others,
  ];
  const chosen = new Set<UserId>();
  // Nobody is to answer twice: neither for somebody else beside themselves, nor for two.
  const answering = new Set<UserId>();
  for (const holder of inOrder) {
    if (chosen.size === needed) break;
    const standIn = answersFor(world.people, holder, now);
    const by = own.includes(standIn) ? holder : standIn;
    if (chosen.has(holder) || answering.has(by) || answering.has(holder)) continue;
    const problem = stillApproves(state, { holder }, context, by);
    if (problem?.reason === 'cannot_check') return problem;
    if (problem !== null) continue;
    chosen.add(holder);
    answering.add(by);
  }
  return chosen.size === needed
    ? [...chosen]
    : { reason: 'nobody_can_approve', who: 'approver', admins: world.policy.admins };
}

/** Whose yes to the time that is asked for is still to be given. */
export function mayApproveExtension(state: Active, moment: Moment): Refusal | null {
  return nothingAsked(state, moment) ?? refusalIn(seatToFill(state, moment));
}

/** Whoever is asked; what was given already can still be refused as a whole. */
export function mayDenyExtension(state: Active, moment: Moment): Refusal | null {
  return nothingAsked(state, moment) ?? refusalIn(findSeat(state, moment));
}

function nothingAsked({ extension }: Active, moment: Moment): Refusal | null {
  return extension === null ? (ableContact(moment) ?? { reason: 'no_extension_asked' }) : null;
}

/** One seat says yes to more time. The last one needed moves the end, with the same yes. */
export function approveExtension(
  state: Active,
  command: Of<'approve_extension'>,
  context: Context,
): Decision {
  const { extension } = state;
  if (extension === null) return refuse({ reason: 'no_extension_asked' });
  const found = seatToFill(state, context);
  if ('reason' in found) return refuse(found);
  if (command.version !== extension.version) return refuse({ reason: 'extension_changed' });
  const { seat } = found;
  if (!isTyped(state, seat, { highRisk: extension.highRisk, typed: command.typedTenantId }))
    return invalid([{ field: 'typedTenantId', problem: 'does_not_match' }]);
  const agreed = { type: 'extension.agreed', seat: seat.holder, by: actorName(context.actor) } as const;
  const others = extension.seats.filter(({ holder }) => holder !== seat.holder);
  if (others.some(({ given }) => given === null)) return accept(agreed);
  // It is used at once: whoever said yes before must still be somebody who may.
  for (const other of others) {
    const problem = stillHolds(state, other, context);
    if (problem?.reason === 'cannot_check') return refuse(problem);
    if (problem !== null)
      return accept(agreed, { type: 'approval.asked_again', approver: other.holder, why: NO_LONGER });
  }
  return accept(agreed, moveEnd(state, extension.newExpiresAt));
}

/** Any one seat's no is a no to more time; the session goes on as it was agreed. */
export function denyExtension(_: Active, command: Of<'deny_extension'>, context: Context): Decision {
  const problems = textProblems('reason', command.reason, { required: true, line: false });
  if (problems.length > 0) return invalid(problems);
  return accept({
    type: 'extension.denied',
    by: actorName(context.actor),
    reason: command.reason.trim(),
  });
}
