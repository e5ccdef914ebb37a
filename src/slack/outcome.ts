import type { Delivered } from '../outbox/dispatcher.ts';
import type { Trouble } from './client.ts';
import { MAY_BE_THERE } from './client.ts';
import { readerOf } from './facts.ts';

/** Errors that no second try mends (docs.slack.dev/reference/methods/chat.postMessage, conversations.open). */
const FINAL = new Set([
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
/** How often a channel that does not let us in is tried. */
const UNINVITED_MS = 60_000;

/** What becomes of an errand that Slack did not take: tried again, or given up. */
export function outcomeOf(trouble: Trouble, destination: string): Delivered {
  switch (trouble.kind) {
    case 'refused':
      // Slack says the same of a private channel that the app was not invited to: that can be mended, and is waited for.
      if (trouble.error === 'channel_not_found' && readerOf(destination) === null)
        return { kind: 'retry', afterMs: UNINVITED_MS, why: trouble.error, inDoubt: false };
      if (FINAL.has(trouble.error)) return { kind: 'failed', why: trouble.error };
      return { kind: 'retry', afterMs: null, why: trouble.error, inDoubt: false };
    case 'rate_limited':
      return { kind: 'retry', afterMs: trouble.afterMs, why: 'ratelimited', inDoubt: false };
    case 'unknown':
      return { kind: 'retry', afterMs: null, why: trouble.why, inDoubt: true };
  }
}
