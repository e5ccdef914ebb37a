import type { UnreadableGroup } from '../access/people.ts';
import { listed } from './speaker.ts';

/** User groups of the policy that Slack does not let the app read, for whoever waits for it and for the operator. */

/** Why one cannot be read. */
export function whyUnreadable({ group, why }: UnreadableGroup): string {
  switch (why) {
    case 'unknown':
      return `Slack knows no user group ${group}`;
    case 'not_granted':
      return `the app may not read the user group ${group} (is the Slack scope usergroups:read missing?)`;
    case 'limited':
      return `Slack takes no more questions about user groups for a minute, so that of ${group} is open`;
    case 'refused':
      return `Slack refuses to say who is in the user group ${group}`;
  }
}

/** What is in the way of what somebody tried, and what to do. */
export function unreadableWords(groups: readonly UnreadableGroup[], admins: string): string {
  const whys = listed(groups.map(whyUnreadable));
  const next = groups.every(({ why }) => why === 'limited')
    ? 'Please try again in a minute.'
    : `So long nobody counts as a member of it; trying again will not help. Tell ${admins}.`;
  return `it depends on who is in a user group of the policy, and ${whys}. ${next}`;
}
