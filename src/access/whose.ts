import type { Contact, Policy, UserId } from './policy.ts';
import { withTenants } from './policy.ts';

/** Whose people somebody is of. Slack's user ids are unique within one workspace only. */

/** The workspace that the app is installed in and, on Enterprise Grid, the organisation that it belongs to. */
export interface Workspace {
  readonly teamId: string;
  readonly enterpriseId: string | null;
}

/** Somebody as Slack tells of them. The team may be a workspace (`T…`) or an organisation (`E…`). */
export interface SlackUser {
  readonly id: string;
  readonly teamId: string | null;
  /** The organisation of that workspace, where it is told. */
  readonly enterpriseId: string | null;
}

/**
 * The one name under which everything here knows somebody in Slack: ours by their user id, anybody else by the id with
 * the team behind it. So whoever comes from elsewhere is nobody whom the policy or a request names, whatever their id;
 * and whoever comes from nowhere is none of ours.
 */
export function userOf(ours: Workspace, { id, teamId, enterpriseId }: SlackUser): UserId {
  const organisation = [teamId, enterpriseId].includes(ours.enterpriseId) && ours.enterpriseId !== null;
  return teamId === ours.teamId || organisation ? id : userElsewhere(id, teamId ?? NOWHERE);
}

const NOWHERE = '?';

/** Somebody of another workspace, as everything here knows them. */
export function userElsewhere(id: string, teamId: string): UserId {
  return `${id}@${teamId}`;
}

/** Is this somebody of another workspace? */
export function isElsewhere(user: UserId): boolean {
  return /^[^:@]+@/.test(user);
}

/** The id by which Slack knows them: for asking and telling Slack, never for telling people apart. */
export function slackIdOf(user: UserId): string {
  return isElsewhere(user) ? user.slice(0, user.indexOf('@')) : user;
}

/** The policy with those contacts who are in this very workspace (its guests, say) known as such. */
export function atHome(policy: Policy, ours: Workspace): Policy {
  return withTenants(policy, (tenant) =>
    tenant.contacts.length === 0
      ? tenant
      : { ...tenant, contacts: tenant.contacts.map((contact) => knownHere(contact, ours)) },
  );
}

function knownHere(contact: Contact, ours: Workspace): Contact {
  const { slack } = contact;
  if (slack === null || !isElsewhere(slack)) return contact;
  const id = slackIdOf(slack);
  const teamId = slack.slice(id.length + 1);
  return { ...contact, slack: userOf(ours, { id, teamId, enterpriseId: null }) };
}
