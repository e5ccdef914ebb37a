import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Logger } from 'pino';
import type { Health } from '../health.ts';
import type { Listener } from './exchange.ts';
import { turnAway } from './exchange.ts';
import { clientFrom, clientOf } from './limits.ts';
import type { SocketLimits } from './sockets.ts';
import { createSockets } from './sockets.ts';

/** One port, behind which are health, Slack's requests, what products ask and the customer's pages. */

/** How long whoever is at the other end may take, and how much of the server they may hold. */
export interface ServerLimits {
  /** For a request's head; at most `requestMs`: Node takes the longer of the two for the whole request. */
  readonly headMs: number;
  /** For a whole request, body and all: Slack's and a page's come at once, or from a phone. */
  readonly requestMs: number;
  /** How often Node looks for those that are late: they are closed so much later at most. */
  readonly lookMs: number;
  /** Between one request and the next: longer than the 60 s after which load balancers and proxies (AWS, nginx) give theirs up, so that none sends a request into a connection that is being closed. */
  readonly idleMs: number;
  /** Without a byte either way while an answer is sent: whoever reads none of it. */
  readonly stuckMs: number;
  /** Requests on one connection; after the last it is closed. They may be sent without waiting for answers. */
  readonly requestsPerSocket: number;
  /** Lines in a head; what goes beyond is not read. */
  readonly headers: number;
  /**
   * Together with about a hundred for the database, Slack and mail these fit into the 1,024 descriptors that a process
   * usually has.
   */
  readonly sockets: SocketLimits;
}

export const LIMITS: ServerLimits = {
  headMs: 5_000,
  requestMs: 10_000,
  lookMs: 1_000,
  idleMs: 65_000,
  stuckMs: 30_000,
  requestsPerSocket: 1_000,
  headers: 100,
  sockets: { slack: 200, others: 600, perClient: 60 },
};

/** Requests that are being answered when it stops. */
const FINISH_WITHIN_MS = 2_000;
const EVENTS_PATH = '/slack/events';

/** Answers what comes to Slack's address; says when it was Slack's. */
export type SlackListener = (
  request: IncomingMessage,
  response: ServerResponse,
  isSlacks: () => void,
) => Promise<void>;

/** Somebody who shares the port: whose paths are theirs alone. */
export interface SharedListener {
  readonly listener: Listener;
  isFor(path: string): boolean;
}

/** Serves all of it on one port. Resolves when it listens. */
export async function serve(deps: {
  port: number;
  health: Health;
  /** Slack's requests; `null`: they come another way. */
  slack: SlackListener | null;
  /** What products ask, at its own paths; `null`: it is not asked here. */
  accessApi?: SharedListener | null;
  /** The customer's pages; `null`: there are none. */
  pages: Listener | null;
  /** The header in which a proxy in front names the client; `null`: whoever connects is the client. */
  clientHeader: string | null;
  log: Logger;
  limits?: ServerLimits;
}): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { health, slack, accessApi = null, pages, clientHeader, log, limits = LIMITS } = deps;
  const sockets = createSockets(limits.sockets, (of) => {
    log.warn({ of }, 'too many connections were open: the one that waited longest was closed');
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0] ?? '';
    const isEvents = request.method === 'POST' && path === EVENTS_PATH;
    if (isEvents && slack !== null)
      await slack(request, response, () => {
        sockets.slackAsked(request.socket);
      });
    else if (accessApi?.isFor(path) === true) await accessApi.listener(request, response);
    else if (pages !== null) await pages(request, response);
    else turnAway(request, response, 404);
  }

  const server = createServer(
    {
      headersTimeout: limits.headMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.lookMs,
      keepAliveTimeout: limits.idleMs,
    },
    (request, response) => {
      const told = clientHeader === null ? undefined : request.headers[clientHeader.toLowerCase()];
      sockets.asked(
        request.socket,
        clientFrom(told === undefined ? told : String(told), request.socket.remoteAddress ?? ''),
      );
      if (health(request, response)) return;
      answer(request, response).catch((error: unknown) => {
        log.error({ error }, 'a request could not be answered');
        turnAway(request, response, 500);
      });
    },
  );
  server.timeout = limits.stuckMs;
  server.maxHeadersCount = limits.headers;
  server.maxRequestsPerSocket = limits.requestsPerSocket;
  server.on('connection', (socket) => {
    sockets.arrived(socket, clientHeader === null ? clientOf(socket.remoteAddress ?? '') : null);
  });
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
        // A client that began a request and never went on does not keep the program from stopping.
        setTimeout(() => {
          server.closeAllConnections();
        }, FINISH_WITHIN_MS).unref();
      }),
  };
}
