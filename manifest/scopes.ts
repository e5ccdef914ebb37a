/**
 * What the app needs of Slack, and which bot scopes that takes (docs.slack.dev/reference/methods and …/events). The
 * manifest is made from these tables, and a test holds them to the calls and listeners in the program.
 */

/** Reading history: direct messages, public channels and private ones. A post whose fate is unknown is looked for there. */
const HISTORY = ['im:history', 'channels:history', 'groups:history'];

/** Each Web API method that is called. Slack names more scopes for some; these are the ones for what is done here. */
export const METHODS: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'bookmarks.add': ['bookmarks:write'],
  'bookmarks.edit': ['bookmarks:write'],
  'bookmarks.list': ['bookmarks:read'],
  'bookmarks.remove': ['bookmarks:write'],
  'chat.getPermalink': [],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': HISTORY,
  // Opened with one person at a time, never with a group.
  'conversations.open': ['im:write'],
  'conversations.replies': HISTORY,
  'pins.add': ['pins:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.getPresence': ['users:read'],
  // The address is how many products know a person; without it they ask by Slack id alone.
  'users.info': ['users:read', 'users:read.email'],
  'views.open': [],
  'views.publish': [],
  'views.push': [],
  'views.update': [],
};

/** Each event that is listened to. */
export const EVENTS: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  // Both kinds of channel, so that it also greets in private ones.
  member_joined_channel: ['channels:read', 'groups:read'],
  subteam_members_changed: ['usergroups:read'],
  user_change: ['users:read'],
};

/** Each kind of input in a form that takes a scope (docs.slack.dev/reference/block-kit/block-elements). */
export const INPUTS: Readonly<Record<string, readonly string[]>> = {
  file_input: ['files:read'],
};

/** Slash commands and shortcuts. */
const COMMANDS = 'commands';

/** Every bot scope that all of this takes, each once, in order. */
export function botScopes(): readonly string[] {
  const needed = [...Object.values(METHODS), ...Object.values(EVENTS), ...Object.values(INPUTS)].flat();
  return [...new Set([COMMANDS, ...needed])].sort();
}
