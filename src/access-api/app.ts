import { readFileSync } from 'node:fs';
import type { Context } from 'hono';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { RecordActions } from './actions.ts';
import type { Session } from './covering.ts';
import { documentOf } from './document.ts';
import { documentPage } from './document-page.ts';
import type { Gated } from './gate.ts';
import { createGate, requestId } from './gate.ts';
import type { KeyBook } from './key-book.ts';
import { problemAnswer } from './problem.ts';
import type { Route } from './route.ts';
import { routesOf } from './routes.ts';

/**
 * What products ask: may this person be here now, and here is what was done. Apart from the customer's pages, for it
 * answers programs, not people; it may be served on a port of its own.
 */
export interface AccessApiDeps {
  /** Where products reach it, without a slash at its end. */
  readonly baseUrl: string;
  readonly keys: Pick<KeyBook, 'find' | 'used'>;
  /** The sessions of a tenant that are not over, straight from the ledger. */
  readonly sessionsIn: (tenantId: string) => Promise<readonly Session[]>;
  readonly recordActions: RecordActions;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
  /** Who connects, for counting wrong keys. */
  readonly client: (c: Context<Gated>) => string;
}

const DOCUMENT_FRESH_S = 3_600;
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const STYLE = new URL('./browser/openapi.css', import.meta.url);

export function createAccessApi(deps: AccessApiDeps): Hono<Gated> {
  const app = new Hono<Gated>();
  const gate = createGate({ keys: deps.keys, now: () => deps.clock.now(), client: deps.client });
  const routes = routesOf(deps);
  const document = documentOf(routes, deps.baseUrl);
  const style = readFileSync(STYLE, 'utf8');

  app.use(requestId);
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"], frameAncestors: ["'none'"] },
      referrerPolicy: 'no-referrer',
    }),
  );
  for (const route of routes) serve(route);
  app.get('/openapi.json', (c) => {
    c.header('Cache-Control', `public, max-age=${DOCUMENT_FRESH_S}`);
    return c.json(document);
  });
  app.get('/openapi', (c) => c.html(documentPage(document)));
  app.get('/openapi.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.notFound((c) => problemAnswer(c, 404));
  app.onError((error, c) => {
    deps.log.error({ error, method: c.req.method }, 'a product could not be answered');
    return problemAnswer(c, 500);
  });
  return app;

  function serve({ method, path: written, question, body, respond }: Route): void {
    const path = written.replaceAll(/\{(\w+)\}/g, ':$1');
    if (question === null || body === null) app.on(method, path, (c) => respond(c, null, undefined));
    else
      app.on(
        method,
        path,
        gate(question),
        bodyLimit({ maxSize: body.bytesMax, onError: (c) => problemAnswer(c, 413) }),
        async (c) => {
          const json = await jsonOf(c);
          return json === undefined ? problemAnswer(c, 400) : respond(c, c.get('key'), json);
        },
      );
    app.all(path, (c) => {
      c.header('Allow', method.toUpperCase());
      return problemAnswer(c, 405);
    });
  }
}

/** The body, where it is JSON and says so. */
async function jsonOf(c: Context): Promise<unknown> {
  if (!JSON_TYPE.test(c.req.header('content-type') ?? '')) return undefined;
  try {
    return JSON.parse(await c.req.text());
  } catch {
    return undefined;
  }
}
