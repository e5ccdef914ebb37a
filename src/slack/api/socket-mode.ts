import { SocketModeClient } from '@slack/socket-mode';
import type { Logger } from 'pino';
import { z } from 'zod';
import { readPayload } from '../../bounded-json.ts';
import { slackLogger } from '../../log.ts';
import type { Answer, Intake } from './intake.ts';

/**
 * The connection to Slack in Socket Mode. It stays up whatever arrives; what makes no sense is acknowledged, so that
 * Slack does not send it again.
 */

const envelope = z.object({ envelope_id: z.string().min(1), payload: z.record(z.string(), z.unknown()) });
/** Finds the id where the rest cannot be parsed. Quotation marks in what people write are escaped. */
const ENVELOPE_ID = /"envelope_id"\s*:\s*"([\w.-]{1,100})"/;
/** Messages about the connection itself. */
const ABOUT_CONNECTION = ['hello', 'disconnect'];

class Connection extends SocketModeClient {
  readonly #intake: Intake;
  readonly #log: Logger;

  constructor(appToken: string, apiUrl: string, intake: Intake, log: Logger) {
    super({
      appToken,
      logger: slackLogger(log),
      clientOptions: { slackApiUrl: apiUrl, allowAbsoluteUrls: false },
    });
    this.#intake = intake;
    this.#log = log;
  }

  /** Replaces the SDK's method, which trusts what it gets: a `null`, or an event without a type, ended the app. */
  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    const text = isBinary || typeof data !== 'string' ? '' : data;
    const message = readPayload(text);
    if (message !== null && ABOUT_CONNECTION.includes(String(message['type']))) {
      await super.onWebSocketMessage(text, false);
      return;
    }
    const whole = envelope.safeParse(message);
    try {
      if (whole.success) {
        const id = whole.data.envelope_id;
        await this.#intake.take(whole.data.payload, (answer) => this.#answer(id, answer));
      } else {
        this.#log.warn('a message from Slack over Socket Mode made no sense');
        const id = ENVELOPE_ID.exec(text)?.[1];
        if (id !== undefined) await this.#answer(id, { kind: 'malformed' });
      }
    } catch (error) {
      this.#log.warn({ error }, 'Slack could not be answered; it delivers again');
    }
  }

  async #answer(envelopeId: string, answer: Answer): Promise<void> {
    const content = answer.kind === 'taken' ? answer.content : undefined;
    const payload = typeof content === 'string' ? { text: content } : (content ?? {});
    await new Promise<void>((resolve, reject) => {
      if (this.websocket?.isActive() !== true) {
        reject(new Error('the connection to Slack is down'));
        return;
      }
      this.websocket.send(JSON.stringify({ envelope_id: envelopeId, payload }), (error) => {
        if (error instanceof Error) reject(error);
        else resolve();
      });
    });
  }
}

/** The connection, not opened yet. */
export function createConnection(
  deps: { readonly appToken: string; readonly apiUrl: string },
  intake: Intake,
  log: Logger,
): SocketModeClient {
  return new Connection(deps.appToken, deps.apiUrl, intake, log);
}
