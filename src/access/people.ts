import type { ApproverRule, Policy, Principal, Tenant, UserId } from './policy.ts';
import { customerNamed } from './ids.ts';

/** What a Slack user is, as `users.info` tells it at the moment they act. */
export type Standing =
  'member' | 'guest' | 'bot' | 'deactivated' | 'external' | 'shared_account' | 'not_found' | 'cannot_check';

/** Who answers for an absent approver. */
export interface Absence {
  readonly from: number;
  readonly until: number;
  readonly delegate: UserId;
}

/** Who is who and who is in which group. */
export interface Roll {
  standing(user: UserId): Standing;
  /** Members of a user group; `undefined` when Slack could not be asked. */
  members(group: Principal): ReadonlySet<UserId> | undefined;
}

/** What is known about people right now. A snapshot: the rules never ask, they are told. */
export interface People extends Roll {
  absence(user: UserId): Absence | undefined;
}

/** Everything outside a request that a rule may look at. */
export interface World {
  readonly policy: Policy;
  /** What is so now. Whom a rule looks at here Slack is asked about, for this one decision. */
  readonly people: People;
  /** What is remembered, for offering and listing: it lets nobody do anything. */
  readonly listed: Roll;
  /** User groups that were looked at for this, and that Slack does not let the app read: nobody counts as their member. */
  readonly unreadable: readonly UnreadableGroup[];
}

/** A user group of the policy that cannot be read, whoever asks, and why. */
export interface UnreadableGroup {
  readonly group: Principal;
  /** `limited`: Slack answers no more questions about groups for now. `refused`: for a reason that only its log knows. */
  readonly why: 'unknown' | 'not_granted' | 'limited' | 'refused';
}

/** The world where nothing is remembered otherwise than it is. */
export function certain(policy: Policy, people: People): World {
  return { policy, people, listed: people, unreadable: [] };
}

/** Who acts: a person in Slack, a contact outside Slack, time, or a product by its connector’s name. */
export type Actor =
  | { readonly kind: 'person'; readonly id: UserId }
  | { readonly kind: 'contact'; readonly email: string }
  | { readonly kind: 'timer' }
  | { readonly kind: 'product'; readonly name: string };

/** The actor as the ledger names it: `U…` (of another workspace `U…@T…`), `customer:…`, `system:timer` or `product:…`. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
      return actor.id;
    case 'contact':
      return customerNamed(actor.email);
    case 'timer':
      return 'system:timer';
    case 'product':
      return `product:${actor.name}`;
  }
}

/** Yes, no, or Slack could not be asked (which is never a yes). */
export type Answer = 'yes' | 'no' | 'cannot_check';

/** Is this person one of those principals, directly or through a user group? */
export function isAmong(
  people: Pick<Roll, 'members'>,
  user: UserId,
  principals: readonly Principal[],
): Answer {
  if (principals.includes(user)) return 'yes';
  let answer: Answer = 'no';
  for (const principal of principals) {
    if (!isGroup(principal)) continue;
    const members = people.members(principal);
    if (members === undefined) answer = 'cannot_check';
    else if (members.has(user)) return 'yes';
  }
  return answer;
}

/** May this person change things for others, as far as is known? */
export function administers({ policy, people }: Pick<World, 'policy' | 'people'>, user: UserId): boolean {
  return isAmong(people, user, policy.admins) === 'yes';
}

/** Slack user group ids start with S; people's with U or W. */
export function isGroup(principal: Principal): boolean {
  return principal.startsWith('S');
}

/** May this person decide about this scope in this tenant, going by the policy alone? */
export function mayApprove(world: World, user: UserId, scopeId: string, tenantId: string): Answer {
  const rules = world.policy.approvers.filter((rule) => covers(rule, scopeId, tenantId));
  return isAmong(
    world.people,
    user,
    rules.flatMap((rule) => rule.people),
  );
}

/** May this person judge emergencies with this scope in this tenant? Whoever may approve there, and every admin. */
export function mayReview(world: World, user: UserId, scopeId: string, tenantId: string): Answer {
  const allowed = mayApprove(world, user, scopeId, tenantId);
  if (allowed === 'yes') return allowed;
  const admin = isAmong(world.people, user, world.policy.admins);
  return admin === 'no' ? allowed : admin;
}

/** Everybody whom the policy lets decide about this scope in this tenant, but for those excluded; doNotPing last. */
export function eligibleApprovers(
  world: World,
  scopeId: string,
  tenantId: string,
  excluded: readonly UserId[],
): readonly UserId[] {
  const principals = world.policy.approvers
    .filter((rule) => covers(rule, scopeId, tenantId))
    .flatMap((rule) => rule.people);
  const all = new Set(peopleOf(world.listed, principals));
  for (const user of excluded) all.delete(user);
  const able = [...all].filter(
    (user) => world.listed.standing(user) === 'member' && !world.policy.sharedAccounts.includes(user),
  );
  const quiet = (user: UserId): boolean => world.policy.doNotPing.includes(user);
  return [...able.filter((user) => !quiet(user)), ...able.filter(quiet)];
}

/** Is the actor a contact of this tenant? Matched by user and team together, or by the address a mail link was sent to. */
export function isContact(tenant: Pick<Tenant, 'contacts'>, actor: Actor): boolean {
  switch (actor.kind) {
    case 'person':
      return tenant.contacts.some((c) => c.slack === actor.id);
    case 'contact':
      return tenant.contacts.some((c) => c.email === actor.email);
    case 'timer':
    case 'product':
      return false;
  }
}

/**
 * Every name under which the ledger may know this actor: a contact who acts in Slack is a person there, and whoever
 * answers a mail is an address. The policy says which of them are the same.
 */
export function namesOf(
  { policy }: Pick<World, 'policy'>,
  tenantId: string,
  actor: Actor,
): readonly string[] {
  const contacts = policy.tenants.get(tenantId)?.contacts ?? [];
  const same = contacts.filter((contact) => isContact({ contacts: [contact] }, actor));
  const names = same.flatMap(({ slack, email }) => [slack, email === null ? null : customerNamed(email)]);
  return [actorName(actor), ...names.filter((name) => typeof name === 'string')];
}

/** These people, and the members of these groups as far as they are known. */
export function peopleOf(people: Pick<Roll, 'members'>, principals: readonly Principal[]): readonly UserId[] {
  const all = principals.flatMap((p) => (isGroup(p) ? [...(people.members(p) ?? [])] : [p]));
  return [...new Set(all)];
}

/** Who sees a customer's request through until an engineer takes it on: the first admin who is able. */
export function ownerForCustomers({ policy, listed }: World): UserId | null {
  const able = (user: UserId): boolean =>
    listed.standing(user) === 'member' && !policy.sharedAccounts.includes(user);
  return peopleOf(listed, policy.admins).find(able) ?? null;
}

/** The person who answers for this approver now: their delegate while they are away, else themselves. */
export function answersFor(people: People, approver: UserId, now: number): UserId {
  const absence = people.absence(approver);
  return absence !== undefined && absence.from <= now && now < absence.until ? absence.delegate : approver;
}

function covers(rule: ApproverRule, scopeId: string, tenantId: string): boolean {
  return (
    (rule.scopes === 'any' || rule.scopes.includes(scopeId)) &&
    (rule.tenants === 'any' || rule.tenants.includes(tenantId))
  );
}
