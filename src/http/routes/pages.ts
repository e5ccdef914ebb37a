import { getRequestListener } from '@hono/node-server';
import { readFileSync } from 'node:fs';
import type { Context, MiddlewareHandler } from 'hono';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { isGroup } from '../../access/people.ts';
import type { PageContext, PagesDeps } from '../page-context.ts';
import { createPageContext, notFound } from '../page-context.ts';
import type { Listener } from '../exchange.ts';
import { readBody } from '../exchange.ts';
import { says } from '../views/frame.ts';
import { createHelpLink } from './help-link.ts';
import { clientFrom, createLimits } from '../limits.ts';
import { createRequestLink } from './request-link.ts';
import { tenantStatus } from './status.ts';
import { createTenantLink } from './tenant-link.ts';
import { createTenantsPage } from './tenants-page.ts';

/**
 * The customer's pages. Whatever is only looked at changes nothing: mail scanners follow links, and some submit forms.
 * They need no script, no cookie, and nothing from anywhere else.
 */

export interface Pages {
  /** Answers a request of Node's server. */
  readonly listener: Listener;
  /** The same without a server. */
  fetch(request: Request, client: string): Promise<Response>;
  /** Waits for what is still being done after an answer. */
  settled(): Promise<void>;
}

const BODY_MAX = 64 * 1_024;
const NOTHING = Buffer.alloc(0);
const FILES = [
  ['/assets/style.css', 'style.css', 'text/css; charset=utf-8'],
  ['/assets/live.js', 'live.js', 'text/javascript; charset=utf-8'],
] as const;
const YEAR_S = 31_536_000;

interface Env {
  Bindings: {
    readonly client: string;
    /** More was sent than is read. */
    readonly tooLarge: boolean;
  };
}

/** The customer's pages, with all that they need. */
export function createPages(deps: PagesDeps): Pages {
  const app = new Hono<Env>();
  const limits = createLimits();
  let warned = false;
  const client = (c: Context<Env>): string => {
    if (deps.clientHeader === null && !warned && c.req.header('x-forwarded-for') !== undefined) {
      warned = true;
      deps.log.warn(
        'A proxy stands in front of the pages: set TSA_CLIENT_HEADER, or all customers are counted as one client.',
      );
    }
    return clientFrom(deps.clientHeader === null ? undefined : c.req.header(deps.clientHeader), c.env.client);
  };
  const context = createPageContext(deps, limits, client);
  const request = createRequestLink(context);
  const tenant = createTenantLink(context);
  const help = createHelpLink(context);
  const tenants = createTenantsPage(context);

  app.use(headers(deps.publicUrl));
  app.use(sameOrigin(context));
  // A product asks for its banner as often as its own pages are opened: only wrong keys are counted.
  app.get('/tenants/:id/status', (c) => tenantStatus(context, c, c.req.param('id')));
  app.use(async (c, next) => {
    const wait = await limits.looks.take(client(c));
    if (wait !== null) return context.wait(c, wait);
    await next();
  });
  app.use(async (c, next) => (c.env.tooLarge ? tooLarge(context, c) : next()));

  app.options('*', (c) => {
    c.header('Allow', 'GET, HEAD, POST, OPTIONS');
    return c.body(null, 204);
  });
  for (const [path, name, type] of FILES) {
    const content = readFileSync(new URL(`../browser/${name}`, import.meta.url), 'utf8');
    app.get(path, (c) => c.body(content, 200, { 'Content-Type': type }));
  }
  const token = (c: Context): string => c.req.param('token') ?? '';
  app.get('/r/:token', (c) => request.show(c, token(c)));
  app.post('/r/:token', (c) => request.answer(c, token(c)));
  app.post('/r/:token/mail', (c) => request.again(c, token(c)));
  app.get('/tenants', (c) => tenants.form(c));
  app.post('/tenants', (c) => tenants.ask(c));
  app.get('/t/:token', (c) => tenant.show(c, token(c)));
  app.get('/t/:token/status.json', (c) => tenant.status(c, token(c)));
  app.get('/t/:token/record.csv', (c) => tenant.csv(c, token(c)));
  app.get('/t/:token/ask', (c) => help.askForm(c, token(c)));
  app.post('/t/:token/ask', (c) => help.ask(c, token(c)));
  app.post('/t/:token/mail', (c) => tenant.again(c, token(c)));
  app.get('/t/:token/:no{[1-9][0-9]{0,8}}', (c) => tenant.record(c, token(c), Number(c.req.param('no'))));
  app.get('/t/:token/:no{[1-9][0-9]{0,8}}/actions.csv', (c) =>
    tenant.actions(c, token(c), Number(c.req.param('no'))),
  );
  app.post('/t/:token/:no{[1-9][0-9]{0,8}}', (c) => tenant.act(c, token(c), Number(c.req.param('no'))));
  app.notFound((c) => notFound(context, c));
  app.onError((error, c) => {
    // The address holds a link's token, so the log says only which kind of page it was.
    deps.log.error({ error, page: c.req.path.split('/')[1], method: c.req.method }, 'a page failed');
    const words = says(
      'Something went wrong here',
      'It was not your doing. Please try again in a minute; nothing is done twice. If it stays so, write to your support team.',
    );
    return context.page(c, { title: 'Something went wrong', place: null, body: words, status: 500 });
  });

  // Asked for now, so that the owner of customers' requests is known even if Slack is down when one comes.
  const learnt = deps.directory
    .learn(deps.policy.admins.filter((one) => !isGroup(one)))
    .catch((error: unknown) => {
      deps.log.warn({ error }, 'Slack did not say who the admins are');
    });
  const { host } = new URL(deps.publicUrl);
  const listener: Listener = async (request, response) => {
    // Read here, where its size is bounded however it arrives; the app behind finds it whole.
    const body = await readBody(request, BODY_MAX);
    if (body.kind === 'cut_off') return;
    const tooLarge = body.kind === 'too_large';
    if (tooLarge) response.shouldKeepAlive = false;
    const env = { client: request.socket.remoteAddress ?? '', tooLarge };
    const answer = getRequestListener((asked) => app.fetch(asked, env), {
      overrideGlobalObjects: false,
      // HTTP/1.0 need not name one.
      hostname: host,
    });
    await answer(Object.assign(request, { rawBody: tooLarge ? NOTHING : body.bytes }), response);
  };
  return {
    listener,
    fetch: async (asked, client) => app.fetch(asked, { client, tooLarge: false }),
    settled: async () => {
      await Promise.all([learnt, tenants.settled()]);
    },
  };
}

function headers(publicUrl: string): MiddlewareHandler {
  const secure = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    strictTransportSecurity: publicUrl.startsWith('https:') ? `max-age=${YEAR_S}` : false,
  });
  return async (c, next) => {
    const answer = await secure(c, next);
    c.header('Cache-Control', 'no-store');
    return answer;
  };
}

/** A form that stands on somebody else's page changes nothing here. Our own pages send `Origin: null`, as they send no referrer. */
function sameOrigin(context: PageContext): MiddlewareHandler {
  const own = new URL(context.deps.publicUrl).origin;
  return async (c, next) => {
    const site = c.req.header('sec-fetch-site');
    const origin = c.req.header('origin');
    const foreign =
      (site !== undefined && site !== 'same-origin' && site !== 'none') ||
      (origin !== undefined && origin !== 'null' && origin !== own);
    if (c.req.method !== 'POST' || !foreign) {
      await next();
      return;
    }
    const words = says(
      'This came from another site',
      'Nothing was changed. Open the link from the mail, and answer there.',
    );
    return context.page(c, { title: 'From another site', place: null, body: words, status: 403 });
  };
}

function tooLarge(context: PageContext, c: Context): Response | Promise<Response> {
  const words = says(
    'That is too long',
    'Nothing was changed. Please shorten what you wrote and send it again.',
  );
  return context.page(c, { title: 'Too long', place: null, body: words, status: 413 });
}
