import { isValidSlackRequest } from '@slack/bolt';
import type { HTTPReceiver } from '@slack/bolt';
import type { IncomingMessage } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import type { Logger } from 'pino';
import type { Timekeeper } from '../clock.ts';
import { readBody, turnAway } from '../http/exchange.ts';
import type { SlackListener } from '../http/server.ts';

/**
 * The door to the street, in HTTP mode. Before Bolt sees a request: it is small enough, signed with our secret, of now
 * (not minutes ago, and not from the future), not seen before, and holds what Slack would send.
 */

/** Slack's own requests stay far below this. */
const BODY_MAX = 1_048_576;
/** Slack: "if the request timestamp is more than five minutes from local time, it could be a replay attack" (docs.slack.dev/authentication/verifying-requests-from-slack). Both ways. */
const WINDOW_MS = 300_000;

/** Judges what comes to Slack's address, and passes on to Bolt what is Slack's. */
export function createSlackDoor(deps: {
  receiver: HTTPReceiver;
  signingSecret: string;
  clock: Timekeeper;
  log: Logger;
  /** Slack called. */
  onSeen: () => void;
}): SlackListener {
  const { receiver, clock, log } = deps;
  /** The signatures of which the time has not passed, each with its timestamp. */
  const seen = new Map<string, number>();

  function judge(request: IncomingMessage, body: Buffer): 200 | 400 | 401 {
    const now = clock.now();
    // Slack's time is this machine's, or ours where that was set back.
    const readings = [now, now - clock.ahead()];
    const signature = String(request.headers['x-slack-signature'] ?? '');
    const timestamp = Number(request.headers['x-slack-request-timestamp'] ?? NaN);
    const at = timestamp * 1_000;
    const reading = readings.find((one) => Math.abs(one - at) <= WINDOW_MS);
    if (reading === undefined) return 401;
    const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp };
    const signed = isValidSlackRequest({
      signingSecret: deps.signingSecret,
      body: body.toString(),
      headers,
      nowMilliseconds: reading,
    });
    if (!signed) return 401;
    for (const [old, oldAt] of seen) {
      if (readings.some((one) => one - oldAt <= WINDOW_MS)) break;
      seen.delete(old);
    }
    if (seen.has(signature)) return 401;
    seen.set(signature, at);
    return isWhatSlackSends(request, body) ? 200 : 400;
  }

  return async (request, response, isSlacks) => {
    const body = await readBody(request, BODY_MAX);
    if (body.kind === 'cut_off') return;
    if (body.kind === 'too_large') {
      turnAway(request, response, 413);
      return;
    }
    const status = judge(request, body.bytes);
    if (status !== 200) {
      log.warn({ status }, 'a request that is not from Slack, or came twice, was turned away');
      turnAway(request, response, status);
      return;
    }
    isSlacks();
    deps.onSeen();
    receiver.requestListener(Object.assign(request, { rawBody: body.bytes }), response);
  };
}

/** A JSON object, or a form with a JSON object in `payload`, or a slash command. */
function isWhatSlackSends(request: IncomingMessage, body: Buffer): boolean {
  const text = body.toString();
  if (request.headers['content-type']?.startsWith('application/json') === true) return isObject(text);
  const { payload, command, ssl_check: check } = parseForm(text);
  if (typeof payload === 'string') return isObject(payload);
  return typeof command === 'string' || check === '1';
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
