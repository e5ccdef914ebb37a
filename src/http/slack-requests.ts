import { isValidSlackRequest } from '@slack/bolt';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import type { Logger } from 'pino';
import type { Payload } from '../bounded-json.ts';
import { readPayload } from '../bounded-json.ts';
import type { Timekeeper } from '../clock.ts';
import { readBody, turnAway } from './exchange.ts';
import type { SlackListener } from './server.ts';

/**
 * What Slack may reach, in HTTP mode. Before Bolt sees a request, it must be small enough, signed with our secret,
 * current (neither minutes old nor from the future), not seen before (except where it changes nothing), and hold what
 * Slack would send.
 */

/** Slack's own requests stay far below this. */
const BODY_MAX = 1_048_576;
/** Slack: "if the request timestamp is more than five minutes from local time, it could be a replay attack" (docs.slack.dev/authentication/verifying-requests-from-slack). Both ways. */
const WINDOW_MS = 300_000;

/** Takes what is Slack's, and says how it is answered: with this content, or (it made no sense) not at all. */
export interface Intake {
  take(
    payload: Payload,
    answer: (
      answer: { readonly kind: 'taken'; readonly content: unknown } | { readonly kind: 'malformed' },
    ) => Promise<void>,
  ): Promise<void>;
}

/** Judges what comes to Slack's address, and passes on what is Slack's. */
export function createSlackRequests(deps: {
  intake: Intake;
  signingSecret: string;
  clock: Timekeeper;
  log: Logger;
  /** Slack called. */
  onSeen: () => void;
}): SlackListener {
  const { intake, clock, log } = deps;
  /** The signatures of which the time has not passed, each with its timestamp. */
  const seen = new Map<string, number>();

  // Slack's time is this machine's, or ours where that was set back.
  function readings(): readonly number[] {
    const now = clock.now();
    return [now, now - clock.ahead()];
  }

  /** The signature of a request that is Slack's, and current; `null` otherwise. */
  function signed(request: IncomingMessage, body: Buffer): { signature: string; at: number } | null {
    const signature = String(request.headers['x-slack-signature'] ?? '');
    const timestamp = Number(request.headers['x-slack-request-timestamp'] ?? NaN);
    const at = timestamp * 1_000;
    const reading = readings().find((one) => Math.abs(one - at) <= WINDOW_MS);
    if (reading === undefined) return null;
    const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp };
    const valid = isValidSlackRequest({
      signingSecret: deps.signingSecret,
      body: body.toString(),
      headers,
      nowMilliseconds: reading,
    });
    return valid ? { signature, at } : null;
  }

  /** Was it not seen before? */
  function isNew({ signature, at }: { signature: string; at: number }): boolean {
    for (const [old, oldAt] of seen) {
      if (readings().some((one) => one - oldAt <= WINDOW_MS)) break;
      seen.delete(old);
    }
    if (seen.has(signature)) return false;
    seen.set(signature, at);
    return true;
  }

  return async (request, response, onSlacks) => {
    const body = await readBody(request, BODY_MAX);
    if (body.kind === 'cut_off') return;
    if (body.kind === 'too_large') {
      turnAway(request, response, 413);
      return;
    }
    const seal = signed(request, body.bytes);
    const payload = seal === null ? null : readRequest(request, body.bytes.toString());
    // What a list offers changes nothing, and says nothing of when it was asked for: the same letters typed again within
    // the second are the very same request.
    const repeatable = payload?.['type'] === 'block_suggestion';
    if (seal === null || (!repeatable && !isNew(seal))) {
      log.warn('a request that is not from Slack, or came twice, was turned away');
      turnAway(request, response, 401);
      return;
    }
    onSlacks();
    deps.onSeen();
    if (payload === null) {
      log.warn('a request of Slack’s held nothing that Slack sends');
      turnAway(request, response, 400);
    } else if (payload['ssl_check'] === '1') response.end();
    else if (payload['type'] === 'url_verification') respond(response, { challenge: payload['challenge'] });
    else
      await intake.take(payload, (answer) => {
        if (answer.kind === 'taken') respond(response, answer.content);
        else turnAway(request, response, 400);
        return Promise.resolve();
      });
  };
}

/** A JSON object, or a form with a JSON object in `payload`, or a slash command, or a look at the certificate. */
function readRequest(request: IncomingMessage, text: string): Payload | null {
  if (request.headers['content-type']?.startsWith('application/json') === true) return readPayload(text);
  const form = parseForm(text);
  if (form['ssl_check'] === '1') return { ssl_check: '1' };
  if (typeof form['payload'] === 'string') return readPayload(form['payload']);
  return typeof form['command'] === 'string' ? form : null;
}

function respond(response: ServerResponse, content: unknown): void {
  if (content === undefined || content === '') response.end();
  else if (typeof content === 'string') response.end(content);
  else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(content));
}
