import type { App, Receiver } from '@slack/bolt';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Payload } from '../../bounded-json.ts';
import { oddPlaces, sorry, withoutNulls } from './unreadable.ts';

/** What Slack sends, on its way to Bolt: it is answered whatever happens to it. */

/** The answer to what Slack sent. */
export type Answer =
  | { readonly kind: 'taken'; readonly content: unknown }
  /** It made no sense, and nothing was done. */
  | { readonly kind: 'malformed' };

/** Bolt's receiver, whichever way payloads come. */
export interface Intake extends Receiver {
  /** Hands it to Bolt. Slack is answered exactly once: by a listener, or here if none answers. */
  take(payload: Payload, answer: (answer: Answer) => Promise<void>): Promise<void>;
}

export function createIntake(log: Logger): Intake {
  let app: App | null = null;
  return {
    init(bolt) {
      app = bolt;
    },
    // HTTP and Socket Mode are started and stopped elsewhere.
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    async take(payload, answer) {
      const to = { answered: false };
      const once = async (words: Answer): Promise<void> => {
        if (to.answered) return;
        to.answered = true;
        await answer(words);
      };
      try {
        await app?.processEvent({
          body: withoutNulls(payload),
          ack: (content: unknown) => once({ kind: 'taken', content }),
        });
        // A payload that no listener takes is no mistake: Slack may send more than we use.
        if (!to.answered) log.info({ type: payload['type'] }, 'a payload from Slack is of no use here');
        await once({ kind: 'taken', content: undefined });
      } catch (error) {
        const what = error instanceof z.ZodError ? { odd: oddPlaces(error) } : { error };
        log.error({ ...what, type: payload['type'] }, 'a payload from Slack was not handled');
        const words = sorry(payload);
        await once(words === null ? { kind: 'malformed' } : { kind: 'taken', content: words });
      }
    },
  };
}
