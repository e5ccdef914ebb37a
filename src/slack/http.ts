import { isValidSlackRequest } from '@slack/bolt';
import type { HTTPReceiver } from '@slack/bolt';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Health } from '../health.ts';

/**
 * The door to the street, in HTTP mode. Before Bolt sees a request: it is small enough, signed with our secret, of now
 * (not minutes ago, and not from the future), not seen before, and holds what Slack would send.
 */

/** Slack's own requests stay far below this. */
const BODY_MAX = 1_048_576;
/** So much is still listened to, so that whoever sends it gets to hear the answer. */
const HEARD_MAX = 8 * BODY_MAX;
/** Slack: "if the request timestamp is more than five minutes from local time, it could be a replay attack" (docs.slack.dev/authentication/verifying-requests-from-slack). Both ways. */
const WINDOW_MS = 300_000;
/** Requests that are being answered when it stops. */
const FINISH_WITHIN_MS = 2_000;
const EVENTS_PATH = '/slack/events';

/** Serves health, Slack's requests and the customer's pages on one port. Resolves when it listens. */
export async function listenHttp(deps: {
  receiver: HTTPReceiver | null;
  signingSecret: string;
  port: number;
  health: Health;
  /** The customer's pages; `null`: there are none. */
  pages: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | null;
  clock: Clock;
  log: Logger;
  /** Slack called. */
  onSeen: () => void;
}): Promise<{ readonly server: Server; readonly port: number; close(): Promise<void> }> {
  const { receiver, health, pages, clock, log } = deps;
  const seen = new Map<string, number>();

  async function fromSlack(
    request: IncomingMessage,
    response: ServerResponse,
    to: HTTPReceiver,
  ): Promise<void> {
    const body = await readBody(request);
    if (body === null) {
      finish(response, 413, request);
      return;
    }
    const status = judge(request, body);
    if (status !== 200) {
      log.warn({ status }, 'a request that is not from Slack, or came twice, was turned away');
      finish(response, status, request);
      return;
    }
    deps.onSeen();
    to.requestListener(Object.assign(request, { rawBody: body }), response);
  }

  function judge(request: IncomingMessage, body: Buffer): 200 | 400 | 401 {
    const now = clock.now();
    const signature = String(request.headers['x-slack-signature'] ?? '');
    const timestamp = Number(request.headers['x-slack-request-timestamp'] ?? NaN);
    if (!Number.isFinite(timestamp) || Math.abs(now - timestamp * 1_000) > WINDOW_MS) return 401;
    const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp };
    const signed = isValidSlackRequest({
      signingSecret: deps.signingSecret,
      body: body.toString(),
      headers,
      nowMilliseconds: now,
    });
    if (!signed) return 401;
    for (const [old, at] of seen) {
      if (now - at <= 2 * WINDOW_MS) break;
      seen.delete(old);
    }
    if (seen.has(signature)) return 401;
    seen.set(signature, now);
    return isWhatSlackSends(request, body) ? 200 : 400;
  }

  const server = createServer((request, response) => {
    if (health(request, response)) return;
    const isEvents = request.method === 'POST' && request.url?.split('?')[0] === EVENTS_PATH;
    if (!isEvents || receiver === null) {
      if (pages === null) finish(response, 404, request);
      else
        pages(request, response).catch((error: unknown) => {
          log.error({ error }, 'a page could not be sent');
          finish(response, 500, request);
        });
      return;
    }
    fromSlack(request, response, receiver).catch((error: unknown) => {
      log.error({ error }, 'a request could not be read');
      finish(response, 400, request);
    });
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(deps.port, resolve);
  });
  const address = server.address();
  return {
    server,
    port: address !== null && typeof address === 'object' ? address.port : deps.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
        // Somebody who began to speak and never went on does not keep the program from stopping.
        setTimeout(() => {
          server.closeAllConnections();
        }, FINISH_WITHIN_MS).unref();
      }),
  };
}

/** The whole body, or `null` when it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > HEARD_MAX) return null;
    if (size <= BODY_MAX) chunks.push(bytes);
  }
  return size > BODY_MAX ? null : Buffer.concat(chunks);
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

function finish(response: ServerResponse, status: number, request: IncomingMessage): void {
  if (response.headersSent) return;
  response.writeHead(status, { connection: 'close' });
  response.end();
  request.resume();
}
