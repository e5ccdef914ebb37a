import type { UserId } from '../../access/policy.ts';
import { inChannel } from '../../outbox/owe.ts';
import type { Owed } from '../../outbox/owed.ts';
import type { Desk, Slice } from '../desk.ts';
import { putHouse } from '../desk.ts';
import { refusalWords } from '../refusals.ts';
import { GAP_KNOWN } from './message.ts';

/** An admin confirms that what is missing after a restore is known: sessions can start again. */
export function restored(desk: Desk, changed: (user: UserId) => Promise<void>): Slice {
  return {
    actions: {
      [GAP_KNOWN]: async (call) => {
        const restored = Number(call.value);
        const command = { type: 'confirm_gap', restored } as const;
        const refusal = await putHouse(desk, command, call, [told(desk, restored, 'confirmed')]);
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
export async function announceRestored(desk: Pick<Desk, 'door' | 'views' | 'policy' | 'log'>): Promise<void> {
  const gap = await desk.views.gap();
  if (gap === null || gap.confirmed !== null) return;
  desk.log.warn(
    { gap },
    'the ledger goes on from a backup; no session starts until an admin confirms in Slack',
  );
  await desk.door.owe([told(desk, gap.restored, 'announced')]);
}

function told({ policy }: Pick<Desk, 'policy'>, restored: number, what: 'announced' | 'confirmed'): Owed {
  return {
    key: `restored:${restored}:${what}`,
    destination: inChannel(policy.channels.alert),
    message: { kind: 'restored', restored },
  };
}
