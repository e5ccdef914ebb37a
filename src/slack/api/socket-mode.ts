import { SocketModeClient, UnrecoverableSocketModeStartError } from '@slack/socket-mode';
import type { Logger } from 'pino';
import { WebAPIPlatformError } from '@slack/web-api';
import { z } from 'zod';
import { readPayload } from '../../bounded-json.ts';
import { slackLogger } from '../../log.ts';
import type { Answer, Intake } from './intake.ts';

/**
 * The connection to Slack in Socket Mode. It stays up whatever arrives; what makes no sense is acknowledged, so that
 * Slack does not send it again. It is back soon after Slack is, however long Slack was away.
 */

/** Slack is asked for a connection so long. Together with the wait before it, and with as long again for the socket, it is back within 30 s. */
export const TRY_MS = 5_000;
const WAIT_FIRST_MS = 1_000;
const WAIT_MAX_MS = 15_000;
/** So long Slack may take to say goodbye. */
const CLOSE_WITHIN_MS = 2_000;
/** Refusals that no later try mends (docs.slack.dev/reference/methods/apps.connections.open, and the SDK's list): whoever runs the app must. */
const FINAL: ReadonlySet<string> = new Set([
  ...Object.values(UnrecoverableSocketModeStartError),
  'missing_scope',
  'not_allowed_token_type',
  'token_expired',
  'token_revoked',
]);

/** How long is waited after so many tries in vain. The SDK waits ever longer: after a night away, for half an hour. */
export function waitBeforeTry(inVain: number): number {
  return Math.min(WAIT_FIRST_MS * 1.5 ** inVain, WAIT_MAX_MS);
}

const envelope = z.object({ envelope_id: z.string().min(1), payload: z.record(z.string(), z.unknown()) });
/** Finds the id where the rest cannot be parsed. Quotation marks in what people write are escaped. */
const ENVELOPE_ID = /"envelope_id"\s*:\s*"([\w.-]{1,100})"/;
/** Messages about the connection itself. */
const ABOUT_CONNECTION = ['hello', 'disconnect'];

class Connection extends SocketModeClient {
  readonly #intake: Intake;
  readonly #log: Logger;
  #connecting = false;
  #leaving = false;
  #wait: NodeJS.Timeout | undefined;

  constructor(appToken: string, apiUrl: string, intake: Intake, log: Logger) {
    super({
      appToken,
      logger: slackLogger(log),
      // It is opened again here: the SDK waits ever longer for that, without end.
      autoReconnectEnabled: false,
      clientOptions: {
        slackApiUrl: apiUrl,
        allowAbsoluteUrls: false,
        timeout: TRY_MS,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
      },
    });
    this.#intake = intake;
    this.#log = log;
    this.on('disconnected', () => {
      if (this.#leaving || this.#connecting) return;
      this.start().catch((error: unknown) => {
        log.fatal({ error }, 'Slack refuses the connection for good; leaving, rather than being deaf');
        throw error;
      });
    });
  }

  /** Opens it, again and again until it is open. @throws when Slack refuses it for good */
  override async start(): ReturnType<SocketModeClient['start']> {
    this.#connecting = true;
    try {
      for (let inVain = 0; ; inVain += 1)
        try {
          return await super.start();
        } catch (error) {
          const final = error instanceof WebAPIPlatformError && FINAL.has(error.data.error);
          if (this.#leaving || final) throw error;
          this.#log.warn({ error, inVain }, 'no connection to Slack yet; trying again');
          await new Promise((resolve) => (this.#wait = setTimeout(resolve, waitBeforeTry(inVain))));
          this.emit('reconnecting');
        }
    } finally {
      this.#connecting = false;
    }
  }

  override async disconnect(): Promise<void> {
    this.#leaving = true;
    clearTimeout(this.#wait);
    // Asked a second time, it no longer waits for Slack to answer.
    const force = setTimeout(() => this.websocket?.disconnect(), CLOSE_WITHIN_MS);
    await super.disconnect();
    clearTimeout(force);
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
