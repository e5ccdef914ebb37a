import type { UserId } from '../../access/policy.ts';
import type { Owed } from '../../notifications/message.ts';
import type { SlackContext, Slice } from '../context.ts';
import { putGlobal } from '../context.ts';
import { refusalWords } from '../messages/words.ts';
import { GAP_KNOWN } from '../messages/restored.ts';
import { inChannel } from '../../access/ids.ts';

/** An admin confirms that what is missing after a restore is known: sessions can start again. */
export function restored(context: SlackContext, changed: (user: UserId) => Promise<void>): Slice {
  return {
    actions: {
      [GAP_KNOWN]: async (call) => {
        const restored = Number(call.value);
        const command = { type: 'confirm_gap', restored } as const;
        const refusal = await putGlobal(context, command, call, [told(context, restored, 'confirmed')]);
        if (refusal !== null) return { say: { text: refusalWords(refusal, null, null) } };
        return {
          say: { text: 'It is written down that you know what is missing. Sessions can start again.' },
          after: () => changed(call.caller.userId),
        };
      },
    },
  };
}

/** Whoever starts the program and whoever reads the alert channel hear that something is missing, until it is confirmed. */
export async function announceRestored(
  context: Pick<SlackContext, 'handler' | 'views' | 'policy' | 'log'>,
): Promise<void> {
  const gap = await context.views.gap();
  if (gap === null || gap.confirmed !== null) return;
  context.log.warn(
    { gap },
    'the ledger goes on from a backup; no session starts until an admin confirms in Slack',
  );
  await context.handler.owe('restored', [told(context, gap.restored, 'announced')]);
}

function told(
  { policy }: Pick<SlackContext, 'policy'>,
  restored: number,
  what: 'announced' | 'confirmed',
): Owed {
  return {
    key: `restored:${restored}:${what}`,
    destination: inChannel(policy.channels.alert),
    message: { kind: 'restored', restored },
  };
}
