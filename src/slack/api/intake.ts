import type { App, Receiver } from '@slack/bolt';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Payload } from '../../bounded-json.ts';
import { oddPlaces, sorry, withoutNulls } from './unreadable.ts';

/** What Slack sends, on its way to Bolt: answered whatever becomes of it. */

/** What Slack is told about what it sent. */
export type Answer =
  | { readonly kind: 'taken'; readonly content: unknown }
  /** It could not be made sense of. Nothing was done. */
  | { readonly kind: 'malformed' };

/** Bolt's receiver, whichever way payloads come. */
export interface Intake extends Receiver {
  /** Gives it to Bolt. Slack is answered once, at once: if nobody does who listens, then here. */
  take(payload: Payload, answer: (answer: Answer) => Promise<void>): Promise<void>;
}

export function createIntake(log: Logger): Intake {
  let app: App | null = null;
  return {
    init(bolt) {
      app = bolt;
    },
    // Both ways in have a life of their own.
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
        // What nobody listens for is no mistake: Slack may send more than we use.
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
