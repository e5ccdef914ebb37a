import type { Delivered } from '../../outbox/delivery.ts';
import type { Message } from '../../notifications/message.ts';
import type { Rendered } from './blocks.ts';
import { section } from './blocks.ts';
import type { Trouble } from '../api/client.ts';
import { MAY_BE_THERE } from '../api/client.ts';
import { meaningOf } from './error-codes.ts';
import { escape } from './words.ts';
import { readerOf } from '../../access/ids.ts';

/** What Slack's answer to a message means for it, and what is told where a place takes none. */

/** What happens to a message after that. */
export function outcomeOf(trouble: Trouble, destination: string): Delivered {
  switch (trouble.kind) {
    case 'refused':
      return refusedBecause(trouble.error, destination);
    case 'rate_limited':
      return { kind: 'retry', afterMs: trouble.afterMs, why: 'ratelimited', inDoubt: false };
    case 'unknown':
      return { kind: 'retry', afterMs: null, why: trouble.why, inDoubt: true };
  }
}

function refusedBecause(why: string, destination: string): Delivered {
  if (why === MAY_BE_THERE) return { kind: 'failed', why };
  switch (meaningOf(why)) {
    case 'again':
      return { kind: 'retry', afterMs: null, why, inDoubt: false };
    case 'not_let_in':
      // Nobody can invite the app to somebody's direct messages.
      return { kind: readerOf(destination) === null ? 'refused' : 'failed', why };
    case 'otherwise':
      return { kind: 'unclear', why };
    case 'never':
      return { kind: 'failed', why };
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
