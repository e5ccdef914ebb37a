import type { Delivered } from '../../outbox/delivery.ts';
import type { Message } from '../../notifications/message.ts';
import type { Rendered } from './blocks.ts';
import { section } from './blocks.ts';
import type { Trouble } from '../api/client.ts';
import { MAY_BE_THERE } from '../api/client.ts';
import { readerOf } from './facts.ts';
import { escape } from './words.ts';

/** What Slack's answer to a message means for it, and what is told where a place takes none. */

/** Errors that no second try can mend (docs.slack.dev/reference/methods/chat.postMessage, conversations.open). */
const FINAL: ReadonlySet<string> = new Set([
  'channel_not_found',
  'is_archived',
  'user_not_found',
  'users_not_found',
  'user_disabled',
  'cannot_dm_bot',
  'user_not_visible',
  'restricted_action',
  'restricted_action_read_only_channel',
  'cannot_find_user',
  MAY_BE_THERE,
]);
/** Errors about the app or about Slack, not about the place (same pages): nothing arrives anywhere then. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  'access_denied',
  'accesslimited',
  'account_inactive',
  'deprecated_endpoint',
  'fatal_error',
  'internal_error',
  'invalid_auth',
  'method_deprecated',
  'missing_scope',
  'not_allowed_token_type',
  'not_authed',
  'org_login_required',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
  'token_expired',
  'token_revoked',
  'two_factor_setup_required',
]);

/** What happens to a message after that. */
export function outcomeOf(trouble: Trouble, destination: string): Delivered {
  switch (trouble.kind) {
    case 'refused': {
      const { error } = trouble;
      if (EVERYWHERE.has(error)) return { kind: 'retry', afterMs: null, why: error, inDoubt: false };
      // Slack says the same of a private channel that the app was not invited to.
      const notLetIn = error === 'channel_not_found' && readerOf(destination) === null;
      return { kind: FINAL.has(error) && !notLetIn ? 'failed' : 'refused', why: error };
    }
    case 'rate_limited':
      return { kind: 'retry', afterMs: trouble.afterMs, why: 'ratelimited', inDoubt: false };
    case 'unknown':
      return { kind: 'retry', afterMs: null, why: trouble.why, inDoubt: true };
  }
}

/** Says that a place takes no messages, and what can be done. */
export function undeliverable({
  destination,
  key,
  why,
  waits,
}: Extract<Message, { kind: 'undeliverable' }>): Rendered {
  const place = placeNamed(destination);
  const text = waits
    ? `:warning: ${place} takes no messages from me (${escape(why)}), so what is owed there waits, since more than five minutes: ${escape(key)} and whatever came after it. If the channel is there, invite me to it; it then comes by itself.`
    : `:warning: A message to ${place} was refused for good and is not tried again: ${escape(key)} (${escape(why)}). If the channel or the person is gone, mend the policy.`;
  const words = `${text} What is owed there can also be dropped or sent elsewhere: \`npm run tsa -- owed list\`. More of the same is not told again today.`;
  return { text: words, blocks: [section(words)] };
}

function placeNamed(destination: string): string {
  const reader = readerOf(destination);
  if (reader !== null) return `<@${reader}>`;
  const channel = /^channel:(\w+)$/.exec(destination)?.[1];
  return channel === undefined ? escape(destination) : `<#${channel}> (${channel})`;
}
