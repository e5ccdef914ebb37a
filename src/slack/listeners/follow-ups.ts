import type { Logger } from 'pino';
import type { After, Say } from '../context.ts';
import { FAILED } from './telling.ts';

/** What goes on after Slack was acknowledged: views that are opened, lists that are looked up. */
export interface FollowUps {
  /** Runs it on its own; whoever waits for it is told if it fails. */
  run(after: After | undefined, tell?: (say: Say) => Promise<unknown>): void;
  /** Waits for all that runs. */
  settled(): Promise<void>;
}

export function createFollowUps(log: Logger): FollowUps {
  const running = new Set<Promise<void>>();
  return {
    run(after, tell = () => Promise.resolve()) {
      if (after === undefined) return;
      const work = after()
        .catch(async (error: unknown) => {
          log.error({ error }, 'what follows an acknowledgement failed');
          await tell({ text: FAILED });
        })
        .catch((error: unknown) => {
          log.error({ error }, 'and nobody could be told');
        })
        .finally(() => running.delete(work));
      running.add(work);
    },
    async settled() {
      await Promise.all(running);
    },
  };
}
