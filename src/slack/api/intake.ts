import type { App, Receiver } from '@slack/bolt';
import type { Logger } from 'pino';

/** What Slack sends, on its way to Bolt: bounded before it is parsed, and answered whatever becomes of it. */

/** Much more than Slack sends: of ours the deepest is 8 deep, the largest form has 870 values in it. */
const DEPTH_MAX = 32;
const VALUES_MAX = 50_000;

export type Payload = Readonly<Record<string, unknown>>;

/** The JSON object that a text is; `null`: it is none, or deeper or fuller than anything that Slack sends. */
export function readPayload(json: string): Payload | null {
  if (!isWithinBounds(json)) return null;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** Counts what is in it without taking it apart. */
function isWithinBounds(json: string): boolean {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < json.length; at++)
    switch (json.charAt(at)) {
      case '"':
        at = endOfText(json, at);
        break;
      case '{':
      case '[':
        depth += 1;
        values += 1;
        if (depth > DEPTH_MAX) return false;
        break;
      case '}':
      case ']':
        depth -= 1;
        break;
      case ',':
        values += 1;
        if (values > VALUES_MAX) return false;
        break;
    }
  return true;
}

/** Where the text ends that begins there. */
function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const one = json.charAt(at);
    if (one === '\\') at += 1;
    else if (one === '"') return at;
  }
  return json.length;
}

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
      let answered = false;
      const once = async (words: Answer): Promise<void> => {
        if (answered) return;
        answered = true;
        await answer(words);
      };
      try {
        await app?.processEvent({
          body: payload,
          ack: (content: unknown) => once({ kind: 'taken', content }),
        });
        // What nobody listens for is no mistake: Slack may send more than we use.
        await once({ kind: 'taken', content: undefined });
      } catch (error) {
        log.error({ error, type: payload['type'] }, 'a payload from Slack was not handled');
        await once({ kind: 'malformed' });
      }
    },
  };
}
