import type { RespondFn } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { UserId } from '../../access/policy.ts';
import { slackIdOf } from '../../access/whose.ts';
import type { After, Answered, Say } from '../context.ts';
import { section } from '../messages/blocks.ts';

/** How something is told to whoever typed a command or pressed a button, and to nobody else. */

/** Told where something went wrong on our side. */
export const FAILED =
  'Something went wrong on our side, and nothing was changed. Please try again; if it goes on, tell whoever runs this app.';

/** Only they see it. */
export function ephemeral({ text, blocks }: Say): {
  response_type: 'ephemeral';
  text: string;
  blocks?: NonNullable<Say['blocks']>;
} {
  return { response_type: 'ephemeral', text, ...(blocks === undefined ? {} : { blocks }) };
}

/** Told beside what they typed or pressed, after the acknowledgement. */
async function tell(respond: RespondFn, say: Say): Promise<void> {
  await respond({ ...ephemeral(say), replace_original: false });
}

/** Told beside what they typed or pressed if Slack said where, else in their messages with the app. */
export function besides(
  client: WebClient,
  user: UserId,
  responseUrl: string,
  respond: RespondFn,
): (say: Say) => Promise<void> {
  return (say) => (responseUrl === '' ? write(client, user, say) : tell(respond, say));
}

/** Told in their messages with the app, where there is nothing beside which it could be said. */
export async function write(client: WebClient, user: UserId, { text, blocks }: Say): Promise<void> {
  const { channel } = await client.conversations.open({ users: slackIdOf(user) });
  await client.chat.postMessage({
    channel: channel?.id ?? slackIdOf(user),
    text,
    blocks: blocks ?? [section(text)],
  });
}

/** What is left to do of an answer once it is acknowledged: what it says itself, what was looked up, or a modal. */
export function remaining(
  { after, later, view }: Answered,
  client: WebClient,
  triggerId: string,
  speak: (say: Say) => Promise<unknown>,
): After | undefined {
  if (after !== undefined) return after;
  if (later !== undefined)
    return async () => {
      await speak(await later());
    };
  // Opening a modal takes longer than an acknowledgement may wait.
  if (view !== undefined)
    return async () => {
      await client.views.open({ trigger_id: triggerId, view });
    };
  return undefined;
}
