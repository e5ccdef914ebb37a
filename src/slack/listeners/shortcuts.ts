import type { App } from '@slack/bolt';
import { callerOf, messageShortcutPayload, shortcutPayload } from '../api/payload.ts';
import type { Handlers } from './handlers.ts';
import type { Listening } from './listening.ts';
import { write } from './telling.ts';

/** Shortcuts, of the whole workspace and of a message. Acknowledged at once: what they open follows. */
export function hearShortcuts(
  app: App,
  { client, ours, followUps }: Listening,
  shortcuts: Handlers['shortcuts'],
): void {
  app.shortcut(/.*/, async ({ ack, body }) => {
    const message = messageShortcutPayload.safeParse(body);
    const parsed = message.success ? message : shortcutPayload.safeParse(body);
    await ack();
    const run = parsed.success ? shortcuts.get(parsed.data.callback_id) : undefined;
    if (!parsed.success || run === undefined) return;
    const call = {
      caller: callerOf(ours, parsed.data),
      triggerId: parsed.data.trigger_id,
      delivery: `shortcut:${parsed.data.trigger_id}`,
      message: message.success ? { channel: message.data.channel.id, ...message.data.message } : null,
    };
    const work = async (): Promise<void> => (await run(call)).after?.();
    followUps.run(work, (say) => write(client, call.caller.userId, say));
  });
}
