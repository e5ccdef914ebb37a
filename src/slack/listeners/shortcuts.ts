import type { App } from '@slack/bolt';
import { callerOf, shortcutPayload } from '../api/payload.ts';
import type { Handlers } from './handlers.ts';
import type { Listening } from './listening.ts';
import { write } from './telling.ts';
import { sayUnreadable } from './unreadable.ts';

const OLD_SHORTCUT =
  'This shortcut is from an older version of the app and does nothing any more. Write `/tsa help` to see what there is.';

/** Shortcuts, of the whole workspace and of a message. Acknowledged at once: what they open follows. */
export function hearShortcuts(app: App, listening: Listening, shortcuts: Handlers['shortcuts']): void {
  const { client, ours, followUps } = listening;
  app.shortcut({}, async ({ ack, body }) => {
    const parsed = shortcutPayload.safeParse(body);
    await ack();
    if (!parsed.success) {
      sayUnreadable(listening, body, parsed.error);
      return;
    }
    const { data } = parsed;
    const caller = callerOf(ours, data);
    const run = shortcuts.get(data.callback_id);
    if (run === undefined) {
      followUps.run(() => write(client, caller.userId, { text: OLD_SHORTCUT }));
      return;
    }
    const call = {
      caller,
      triggerId: data.trigger_id,
      delivery: `shortcut:${data.trigger_id}`,
      message: data.type === 'message_action' ? { channel: data.channel.id, ...data.message } : null,
    };
    const work = async (): Promise<void> => (await run(call)).after?.();
    followUps.run(work, (say) => write(client, caller.userId, say));
  });
}
