import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { createAlarm } from '../clock.ts';

/** Something that is looked at once at the start, and every now and then. */
export interface Round {
  start(): void;
  stop(): Promise<void>;
}

/** Slack reports who changes; this is for what it did not report, or when it could not be asked. */
const LOOK_AGAIN_MS = 5 * 60_000;

export function createRound(
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  what: string,
  look: (stopped: () => boolean) => Promise<void>,
): Round {
  let running = Promise.resolve();
  let stopped = true;
  const alarm = createAlarm(clock, () => {
    running = go();
  });

  async function go(): Promise<void> {
    try {
      await look(() => stopped);
    } catch (error) {
      log.error({ error }, `${what} failed; trying again`);
    }
    if (!stopped) alarm.set(clock.now() + LOOK_AGAIN_MS);
  }

  return {
    start() {
      stopped = false;
      running = go();
    },
    async stop() {
      stopped = true;
      alarm.clear();
      await running;
    },
  };
}
