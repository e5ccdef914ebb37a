import { z } from 'zod';
import type { Message, Workspace } from '../../sandbox/workspace.ts';

/** What the app posted, by the keys that travel with its messages. */

const metadata = z.object({ event_payload: z.object({ key: z.string() }) });

function keyOf(message: Message): string | null {
  const parsed = metadata.safeParse(message.metadata);
  return parsed.success ? parsed.data.event_payload.key : null;
}

function posted(
  workspace: Workspace,
): readonly { readonly channel: string; readonly key: string; readonly inThread: boolean }[] {
  return [...workspace.conversations.values()].flatMap(({ id, messages }) =>
    [...messages.values()].flatMap((message) => {
      const key = keyOf(message);
      return key === null ? [] : [{ channel: id, key, inThread: message.threadTs !== null }];
    }),
  );
}

/** Keys of the messages that stand in a channel itself, not in a thread. */
export function topLevel(workspace: Workspace, channel: string): readonly string[] {
  return posted(workspace)
    .filter((one) => one.channel === channel && !one.inThread)
    .map(({ key }) => key);
}

/** What stands somewhere more than once. */
export function twice(workspace: Workspace): readonly string[] {
  const all = posted(workspace).map(({ channel, key }) => `${key} in ${channel}`);
  return all.filter((one, i) => all.indexOf(one) !== i);
}

/** How many messages there are. */
export function countPosted(workspace: Workspace): number {
  return posted(workspace).length;
}
