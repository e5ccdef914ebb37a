import { getRequestListener } from '@hono/node-server';
import { readFileSync } from 'node:fs';
import type { Context, MiddlewareHandler } from 'hono';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import { z } from 'zod';
import { isGroup } from '../../access/people.ts';
import type { Owed } from '../../notifications/message.ts';
import { mailTo } from '../../notifications/owe-mail.ts';
import type { PageContext, PagesDeps } from '../page-context.ts';
import { createPageContext, formOf, notFound } from '../page-context.ts';
import type { Listener } from '../exchange.ts';
import { readBody } from '../exchange.ts';
import { says } from '../views/frame.ts';
import { createHelpLink } from './help-link.ts';
import { clientFrom, createLimits } from '../limits.ts';
import { createRequestLink } from './request-link.ts';
import { tenantStatus } from './status.ts';
import { createTenantLink } from './tenant-link.ts';

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
  const tenants = createTenants(context);

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

const address = z.email().max(254);

/** `/tenants`: a link to the tenant's page, by mail. Nobody learns here whose address is a contact's. */
function createTenants(context: PageContext): {
  form(c: Context): Response | Promise<Response>;
  ask(c: Context): Promise<Response>;
  settled(): Promise<void>;
} {
  const { deps, limits } = context;
  const underWay = new Set<Promise<void>>();

  function form(c: Context, typed: string, problem: string | null): Response | Promise<Response> {
    const body = deps.mail
      ? html`<h1>Who was in your tenant?</h1>
          <p>
            See who of our support is or was in your tenant, and why; ask for help; or stop a session. We send
            a link to the address that is listed as your company’s contact.
          </p>
          <form method="post" action="/tenants">
            <div class="field">
              <label for="email">Your e-mail address</label>
              <input
                id="email"
                name="email"
                type="email"
                autocomplete="email"
                required
                maxlength="254"
                value="${typed}"
                ${problem === null ? null : html`aria-invalid="true" aria-describedby="email-problem"`}
              />
              ${problem === null ? null : html`<p class="problem" id="email-problem">${problem}</p>`}
            </div>
            <div class="buttons"><button type="submit" class="go">Send me the link</button></div>
          </form>`
      : says('Who was in your tenant?', 'No mail can be sent from here, so please ask your support team.');
    const title = problem === null ? 'Your tenant’s page' : 'Not sent yet';
    return context.page(c, { title, place: null, body, status: problem === null ? 200 : 422 });
  }

  return {
    form: (c) => form(c, '', null),
    async ask(c) {
      const typed = z.object({ email: z.string().trim().max(400).catch('') }).parse(await formOf(c));
      const email = address.safeParse(typed.email);
      if (!email.success || !deps.mail)
        return form(c, typed.email, 'Write your e-mail address, such as name@example.com.');
      const to = email.data.toLowerCase();
      const wait = await context.tooOften(c, limits.mails, to);
      if (wait !== null) return wait;
      // Answered first: how long it takes says nothing about whether the address is known.
      const work = owe(to).finally(() => underWay.delete(work));
      underWay.add(work);
      const body = says(
        'If this is a contact’s address, a mail is on its way',
        'It should be there in a few minutes, with a link that works for half an hour.',
        'Nothing there? Look into the spam folder. Then ask your support team whether this address is listed as a contact of your company.',
      );
      return context.page(c, { title: 'Look into your mail', place: null, body, status: 200 });
    },
    async settled() {
      await Promise.all(underWay);
    },
  };

  async function owe(email: string): Promise<void> {
    const ids = deps.tenants.ofContact(email).map(({ id }) => id);
    const key = deps.clock.uuid();
    const world = deps.directory.known();
    try {
      for (const tenantId of ids) {
        const command = { type: 'ask_link', tenantId, about: null } as const;
        const owed: Owed = {
          key: `tenant:${key}:${tenantId}`,
          destination: mailTo(email),
          message: { kind: 'tenant_mail', tenantId },
        };
        const attempt = { command, actor: { kind: 'contact', email }, world, delivery: null } as const;
        await deps.handler.handleGlobal(attempt, [owed]);
      }
    } catch (error) {
      deps.log.error({ error }, 'a link to a tenant’s page was asked for, and could not be owed');
    }
  }
}
