import { ableContact, approversOf } from '../access/checks.ts';
import type { World } from '../access/people.ts';
import { isAmong, isContact } from '../access/people.ts';
import type { UserId } from '../access/policy.ts';
import type { Access } from '../access/state.ts';
import { askOf } from '../access/state.ts';
import type { Desk, Say } from './desk.ts';
import { actorOf } from './desk.ts';
import type { Caller } from './payload.ts';

/** Who may look: the people whom the policy lists, and whoever has a part in a request. */

/** Does the policy list this person, and are they a member of this workspace now? */
export function isInside({ policy, people }: World, user: UserId): boolean {
  const insiders = [
    ...policy.requesters,
    ...policy.admins,
    ...policy.auditors,
    ...policy.emergency.people,
    ...policy.approvers.flatMap((rule) => rule.people),
  ];
  return people.standing(user) === 'member' && isAmong(people, user, insiders) === 'yes';
}

/** May this person ask for access, as far as is known without asking Slack? */
export function mayAsk(desk: Desk, user: UserId): boolean {
  const { policy, people } = desk.directory.known();
  return isAmong(people, user, policy.requesters) !== 'no';
}

/** Why this person may not look, in words; `null` when they may. */
export async function notForYou(desk: Desk, user: UserId, state: Access | null): Promise<Say | null> {
  const world = await desk.directory.world([user]);
  if (world.people.standing(user) === 'cannot_check')
    return { text: 'Slack did not answer when asked who you are. Please try again in a minute.' };
  if (isInside(world, user) || (state !== null && hasPart(state, user))) return null;
  return { text: 'That is for the people whom the policy lists. Ask an admin to be added.' };
}

/** Is this one of the customer's own people, who may look at what concerns their tenant, and stop it? */
export async function isTheirs(desk: Desk, caller: Caller, state: Access): Promise<boolean> {
  const tenant = desk.policy.tenants.get(state.tenant.id);
  const actor = actorOf(caller);
  if (tenant === undefined || !isContact(tenant, actor)) return false;
  return ableContact({ actor, world: await desk.directory.world([caller.userId]) }) === null;
}

/** Did this person ask, decide, hold, own or review it? */
export function hasPart(state: Access, user: UserId): boolean {
  const seats = 'grant' in state ? state.grant.seats : 'seats' in state ? state.seats : [];
  const people = [
    state.requester,
    state.owner,
    askOf(state)?.grantee,
    state.review?.reviewer,
    state.offeredOwner,
  ];
  return [...people, ...approversOf(seats)].includes(user);
}
