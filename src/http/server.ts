import { createServer } from 'node:http';
import type { Logger } from 'pino';
import type { Health } from '../health.ts';
import type { Listener } from './exchange.ts';
import { turnAway } from './exchange.ts';

/** The door to the street: one port, behind which are health, Slack's requests and the customer's pages. */

/** Requests that are being answered when it stops. */
const FINISH_WITHIN_MS = 2_000;
const EVENTS_PATH = '/slack/events';

/** Serves all of it on one port. Resolves when it listens. */
export async function serve(deps: {
  port: number;
  health: Health;
  /** Slack's requests; `null`: they come another way. */
  slack: Listener | null;
  /** The customer's pages; `null`: there are none. */
  pages: Listener | null;
  log: Logger;
}): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { health, slack, pages, log } = deps;
  const server = createServer((request, response) => {
    if (health(request, response)) return;
    const isEvents = request.method === 'POST' && request.url?.split('?')[0] === EVENTS_PATH;
    const listener = isEvents && slack !== null ? slack : pages;
    if (listener === null) {
      turnAway(request, response, 404);
      return;
    }
    listener(request, response).catch((error: unknown) => {
      log.error({ error }, 'a request could not be answered');
      turnAway(request, response, 500);
    });
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(deps.port, resolve);
  });
  const address = server.address();
  return {
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
