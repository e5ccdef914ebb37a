import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { Deliverer } from './deliver.ts';
import type { Fault } from './faults.ts';
import { Faults } from './faults.ts';
import { Humans } from './human.ts';
import type { MethodContext } from './methods.ts';
import { JSON_ARGUMENTS, METHODS, Refused } from './methods.ts';
import { Workspace } from './workspace.ts';

/** A local Slack: the Web API, Socket Mode, response URLs, and a page for people, on one port of this machine. */
export interface Sandbox {
  readonly url: string;
  /** For SLACK_API_URL. */
  readonly apiUrl: string;
  readonly tokens: { readonly bot: string; readonly app: string; readonly signingSecret: string };
  readonly workspace: Workspace;
  readonly humans: Humans;
  readonly deliverer: Deliverer;
  readonly faults: Faults;
  close(): Promise<void>;
}

export type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

const BODY_MAX = 4 * 1_048_576;
const HANG_MS = 60_000;

export async function createSandbox(
  options: {
    port?: number;
    now?: () => number;
    /** The Slack scopes that the app was installed with; all that any method needs if left out. */
    scopes?: readonly string[];
    page?: (sandbox: Omit<Sandbox, 'close'>) => PageHandler;
  } = {},
): Promise<Sandbox> {
  const workspace = new Workspace(options.now ?? Date.now);
  const faults = new Faults();
  const tokens = {
    bot: 'xoxb-sandbox-0001',
    app: 'xapp-sandbox-0001',
    signingSecret: 'sandbox-signing-secret',
  };
  const deliverer = new Deliverer(workspace, faults, tokens.signingSecret);
  let url = '';
  const humans = new Humans(workspace, deliverer, () => url);
  const tickets = new Set<string>();
  const isGranted = (scope: string): boolean => options.scopes?.includes(scope) !== false;
  const require = (scope: string): void => {
    if (!isGranted(scope)) throw new Refused('missing_scope', [`needed: ${scope}`]);
  };

  const context = (): MethodContext => ({
    workspace,
    spendTrigger: (id) => humans.spendTrigger(id),
    socketUrl() {
      const ticket = workspace.newId('ticket');
      tickets.add(ticket);
      return `${url.replace('http', 'ws')}/socket?ticket=${ticket}`;
    },
    siteUrl: () => `${url}/`,
    refuseBlocks: faults.refuseBlocks,
    refusedAs: faults.refusedAs,
    require,
    isGranted,
  });

  /** One call of the Web API: the answer as JSON, or how the line misbehaves. */
  async function api(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const args = readArguments(request, await readBody(request));
    const tooMany = faults.tiers.take(name, workspace.now());
    const fault: Fault | null =
      tooMany === null ? faults.take(name) : { kind: 'rate_limited', retryAfterS: tooMany };
    const began = performance.now();
    const log = (answer: Record<string, unknown>): void => {
      const { token, ...shown } = args;
      const ms = Math.round(performance.now() - began);
      workspace.record({
        direction: 'from_app',
        what: `${name} → ${answer['ok'] === true ? 'ok' : String(answer['error'])}`,
        ms,
        body: { ...shown, ...(token === undefined ? {} : { token: '…' }), answer },
      });
    };
    switch (fault?.kind) {
      case 'rate_limited':
        log({ error: 'ratelimited' });
        send(
          response,
          429,
          { ok: false, error: 'ratelimited' },
          { 'retry-after': String(fault.retryAfterS) },
        );
        return;
      case 'server_error':
        log({ error: 'HTTP 500' });
        send(response, 500, { ok: false });
        return;
      case 'hang':
        log({ error: 'no answer' });
        setTimeout(() => response.destroy(), HANG_MS).unref();
        return;
      case 'reset':
        log({ error: 'connection cut' });
        request.socket.destroy();
        return;
      case 'refuse':
        log({ error: fault.error });
        send(response, 200, { ok: false, error: fault.error });
        return;
      case 'lost_answer':
      case undefined:
        break;
    }
    const answer = perform(name, args, request);
    log(answer);
    if (fault?.kind === 'lost_answer') request.socket.destroy();
    else send(response, 200, answer);
  }

  function perform(
    name: string,
    { token, ...args }: Record<string, unknown>,
    request: IncomingMessage,
  ): Record<string, unknown> {
    try {
      const method = METHODS[name];
      if (method === undefined) throw new Refused('unknown_method');
      const given =
        typeof token === 'string' ? token : request.headers.authorization?.replace(/^Bearer /, '');
      if (given === undefined) throw new Refused('not_authed');
      if (given !== (name === 'apps.connections.open' ? tokens.app : tokens.bot))
        throw new Refused('invalid_auth');
      if (method.scope !== null) require(method.scope);
      return { ok: true, ...method.call(args, context()) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return {
        ok: false,
        error: error.code,
        ...(error.messages.length > 0 ? { response_metadata: { messages: error.messages } } : {}),
      };
    }
  }

  const sandbox: Omit<Sandbox, 'close'> = {
    get url() {
      return url;
    },
    get apiUrl() {
      return `${url}/api/`;
    },
    tokens,
    workspace,
    humans,
    deliverer,
    faults,
  };
  const page = options.page?.(sandbox);

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://sandbox').pathname;
    if (path.startsWith('/api/')) {
      await api(path.slice('/api/'.length), request, response);
      return;
    }
    if (path.startsWith('/response/')) {
      try {
        humans.respond(
          path.slice('/response/'.length),
          JSON.parse((await readBody(request)).toString('utf8')),
        );
        send(response, 200, { ok: true });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        send(response, 404, { ok: false, error: error.code });
      }
      return;
    }
    if (page !== undefined && (await page(request, response))) return;
    send(response, 404, { ok: false, error: 'not_found' });
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      workspace.record({
        direction: 'from_app',
        what: `the sandbox failed: ${String(error)}`,
        ms: null,
        body: null,
      });
      if (!response.headersSent) send(response, 500, { ok: false, error: 'internal_error' });
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const ticket = new URL(request.url ?? '/', 'http://sandbox').searchParams.get('ticket') ?? '';
    if (!tickets.delete(ticket)) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      deliverer.connect(ws);
    });
  });
  // Slack pings so that a dead line is noticed (docs.slack.dev/apis/events-api/using-socket-mode).
  const pings = setInterval(() => {
    for (const socket of sockets.clients) socket.ping('Ping from the sandbox');
  }, 10_000);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`;

  return Object.assign(sandbox, {
    close: async (): Promise<void> => {
      clearInterval(pings);
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** The whole body of a request. @throws when it is larger than Slack would take */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > BODY_MAX) throw new Error('too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Sends JSON. */
export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

function readArguments(request: IncomingMessage, body: Buffer): Record<string, unknown> {
  const text = body.toString('utf8');
  if (request.headers['content-type']?.includes('json') === true)
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  const form = Object.fromEntries(new URLSearchParams(text));
  return Object.fromEntries(
    Object.entries(form).map(([key, value]): [string, unknown] => [
      key,
      JSON_ARGUMENTS.has(key) ? JSON.parse(value) : value,
    ]),
  );
}
