import { ableContact, decidersOf, standingOf } from './standing.ts';
import type { AccessEvent } from './event.ts';
import type { World } from './people.ts';
import { isAmong } from './people.ts';
import type { Policy, Principal, UserId } from './policy.ts';
import type { Access } from './state.ts';
import { askOf, reviewOf } from './state.ts';
import { theirEvent, theirState } from './theirs.ts';
import { emailOf } from './ids.ts';

/**
 * What somebody may read of a request. The customer reads the record: who, why, when, what was done, whether it is fixed.
 * Our own talk about it is ours. Every screen, page, mail and file draws what `visibleTo` gives it, and decides nothing.
 */

/** As what somebody reads. */
export type Audience = 'ours' | 'customer';

/** A request as an audience reads it. Only `visibleTo` makes one. */
export interface Visible<A extends Audience = Audience> {
  readonly audience: A;
  readonly no: number;
  readonly state: Access;
}

/** The same, with what happened to it. */
export interface VisibleRecord<E, A extends Audience = Audience> extends Visible<A> {
  readonly events: readonly E[];
}

/** Does the policy list this person, and are they a member of this workspace now? */
export function isListed({ policy, people }: World, user: UserId): boolean {
  return people.standing(user) === 'member' && isAmong(people, user, insidersOf(policy)) === 'yes';
}

/** Everybody whom the policy gives something to do. */
export function insidersOf(policy: Policy): readonly Principal[] {
  return [
    ...policy.requesters,
    ...policy.admins,
    ...policy.auditors,
    ...policy.emergency.people,
    ...policy.approvers.flatMap((rule) => rule.people),
  ];
}

/** May this person see everything that goes on? */
export function overlooks({ policy, people }: World, user: UserId): boolean {
  return isAmong(people, user, [...policy.admins, ...policy.auditors]) === 'yes';
}

/** May this person read the review? Whoever asks, decides, administers or audits. */
export function mayReadReview({ policy, people }: World, user: UserId): boolean {
  const readers = [
    ...policy.admins,
    ...policy.auditors,
    ...policy.requesters,
    ...policy.approvers.flatMap((rule) => rule.people),
  ];
  return people.standing(user) === 'member' && isAmong(people, user, readers) === 'yes';
}

/** Did this person ask, decide, hold, own or review it? */
export function hasPart(state: Access, user: UserId): boolean {
  return state.requester === user || works(state, user);
}

/** May this person look at it, and as what? `null`: they may not. */
export function mayRead(world: World, state: Access, user: UserId): Audience | null {
  const audience = readsAs(world, state, user);
  if (audience === 'customer')
    return ableContact({ actor: { kind: 'person', id: user }, world }) === null ? audience : null;
  return isListed(world, user) || hasPart(state, user) ? audience : null;
}

/**
 * As what somebody reads who is told of it. The customer's own people read as the customer, be they guests or members
 * here; but for members who decide, hold or own it on our side.
 */
export function readsAs(world: World, state: Access, user: UserId): Audience {
  if (!isCustomers(world.policy, state, user)) return 'ours';
  return standingOf(world, user) === 'member' && works(state, user) ? 'ours' : 'customer';
}

/** As what a channel reads: the tenant's own is the customer's, where it is none of ours. */
export function channelReadsAs({ policy }: Pick<World, 'policy'>, state: Access, channel: string): Audience {
  const theirs = channel === state.tenant.channel && !Object.values(policy.channels).includes(channel);
  return theirs ? 'customer' : 'ours';
}

/** As what somebody reads about a tenant as a whole. */
export function readsTenantAs({ policy }: Pick<World, 'policy'>, tenantId: string, user: UserId): Audience {
  return isContactName(policy, tenantId, user) ? 'customer' : 'ours';
}

/** The request as this audience may read it. */
export function visibleTo<A extends Audience, E extends { readonly event: AccessEvent }>(
  audience: A,
  record: { readonly no: number; readonly state: Access; readonly events: readonly E[] },
  policy: Policy,
): VisibleRecord<E, A> {
  const { no, state, events } = record;
  if (audience === 'ours') return { audience, no, state, events };
  const said = (by: string): boolean => speaksForThem(policy, state, by);
  return {
    audience,
    no,
    state: theirState(state, said),
    events: events.flatMap((one) => {
      const event = theirEvent(one.event, said);
      return event === null ? [] : [{ ...one, event }];
    }),
  };
}

/** The world as this audience reads of it: when our people are away is for ourselves. */
export function worldTo(audience: Audience, world: World): World {
  return audience === 'ours' ? world : { ...world, people: { ...world.people, absence: () => undefined } };
}

/** A part on our side: whoever has one has heard, or written, what is said there. */
function works(state: Access, user: UserId): boolean {
  const review = reviewOf(state);
  return [
    ...decidersOf(state),
    ...state.formerApprovers,
    ...(state.origin.kind === 'customer' ? [] : [state.requester]),
    askOf(state)?.grantee,
    state.owner,
    state.offeredOwner,
    review?.reviewer,
    review?.verdict?.by,
  ].includes(user);
}

/** One of the customer's own, by the current policy, or because they asked as the customer. */
function isCustomers(policy: Policy, state: Access, name: string): boolean {
  const asked = state.origin.kind === 'customer' && state.requester === name;
  return asked || isContactName(policy, state.tenant.id, name);
}

function isContactName(policy: Policy, tenantId: string, name: string): boolean {
  const contacts = policy.tenants.get(tenantId)?.contacts ?? [];
  return emailOf(name) !== null || contacts.some(({ slack }) => slack === name);
}

/** Was it the customer's own word? Whoever decides on our side speaks for us. */
function speaksForThem(policy: Policy, state: Access, by: string): boolean {
  return isCustomers(policy, state, by) && !decidersOf(state).includes(by);
}
