import type { World } from './people.ts';
import { isGroup, peopleOf } from './people.ts';
import type { UserId } from './policy.ts';

/**
 * With whom somebody works, as far as the policy can tell: those who stand in the same rule of approvers, and the members
 * of the same user group. For showing; it lets nobody do anything.
 */
export function teamOf({ policy, listed }: World, user: UserId): ReadonlySet<UserId> {
  const everybody = [
    ...policy.requesters,
    ...policy.admins,
    ...policy.auditors,
    ...policy.emergency.people,
    ...policy.approvers.flatMap((rule) => rule.people),
  ];
  const groups = [...new Set(everybody.filter(isGroup))].map((group) => [group]);
  const circles = [...policy.approvers.map((rule) => rule.people), ...groups];
  const team = new Set(
    circles
      .map((principals) => peopleOf(listed, principals))
      .flatMap((all) => (all.includes(user) ? all : [])),
  );
  team.delete(user);
  return team;
}
