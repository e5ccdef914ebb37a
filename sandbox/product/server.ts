import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { z } from 'zod';
import { DEEDS, frontPage, PEOPLE, tenantPage, TENANTS } from './console.ts';
import type { Person } from './console.ts';
import type { Settings } from './integration.ts';
import { createIntegration } from './integration.ts';
import type { Access } from './store.ts';
import { createStore } from './store.ts';
import { readBody, send } from '../server.ts';

/** The console, running: its pages, the address that TSA calls, and its bad days. */

/** What a product does on its bad days, to TSA's calls. */
export type ProductFault =
  /** Answers this instead of doing anything. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfterS?: number;
      readonly body?: string;
    }
  /** Says nothing at all. */
  | { readonly kind: 'hang' }
  /** The connection is cut before anything is done. */
  | { readonly kind: 'reset' }
  /** It is done, and the connection is cut before the answer. */
  | { readonly kind: 'lost_answer' };

export interface Product {
  /** Its pages. */
  readonly url: string;
  /** Where TSA calls. */
  readonly webhookUrl: string;
  /** Who is in at that instant, as its own books say. */
  opened(at?: number): readonly Access[];
  /** Was it closed, by a call? */
  isClosed(id: string): boolean;
  /** Somebody is let in past every rule. */
  plant(who: { readonly id: string; readonly name: string; readonly tenant: string }): void;
  /** The books lose an access. */
  forget(id: string): void;
  /** Whether that person would be let in now: what each page asks. */
  mayBeIn(tenantId: string, slackId: string, action?: string): Promise<boolean>;
  /** From now on, or `null` for no more of it; the next `times` calls only, if given. */
  misbehave(fault: ProductFault | null, times?: number): void;
  /** Nobody listens any more. What it keeps in a file stays. */
  down(): Promise<void>;
  /** Listens again at the same address, with what the file says. */
  up(): Promise<void>;
  close(): Promise<void>;
}

interface ProductSettings {
  readonly secrets: readonly string[];
  readonly tsa: Settings['tsa'];
  /** Where it keeps its books; `null`: in memory alone, and a restart forgets them. */
  readonly file: string | null;
  readonly now?: () => number;
  readonly port?: number;
}

/** Starts the console on this machine. */
export async function createProduct({
  secrets,
  tsa,
  file,
  now = () => Date.now(),
  port: wanted = 0,
}: ProductSettings): Promise<Product> {
  let fault: { what: ProductFault; times: number } | null = null;
  let port = wanted;
  let store = createStore(file);
  let server: Server | null = null;
  const url = (): string => `http://127.0.0.1:${port}`;
  const make = () => createIntegration({ secrets, audience: `${url()}/tsa`, tsa, store, now, objection });
  let integration: ReturnType<typeof make> | null = null;

  function running(): ReturnType<typeof make> {
    integration ??= make();
    return integration;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url());
    if (request.method === 'POST' && pathname === '/tsa') {
      await answerTsa(request, response);
      return;
    }
    const me = PEOPLE.find(({ slackId }) => slackId === searchParams.get('as')) ?? PEOPLE[0];
    const tenant = /^\/t\/([\w-]+)$/.exec(pathname)?.[1];
    if (me === undefined || (tenant !== undefined && !TENANTS.has(tenant))) send(response, 404, {});
    else if (tenant === undefined) await page(response, 200, frontPage(me));
    else await answerTenant(request, response, tenant, me);
  }

  async function answerTenant(
    request: IncomingMessage,
    response: ServerResponse,
    tenant: string,
    me: Person,
  ): Promise<void> {
    const verdict = await running().mayBeIn(tenant, me.slackId);
    const may = verdict.in || !me.staff;
    let done: string | null = null;
    const deed = request.method === 'POST' ? deedOf((await readBody(request)).toString()) : null;
    if (deed !== null && verdict.in) {
      const { scope, ...what } = DEEDS[deed];
      const allowed = (await running().mayBeIn(tenant, me.slackId, scope)).in;
      await running().report(verdict.session, { ...what, outcome: allowed ? 'done' : 'denied' });
      done = allowed ? `Done: ${what.what}.` : `Your session does not cover that: ${what.what}.`;
    }
    const banners: string[] = [];
    for (const { slackId } of PEOPLE.filter(({ staff }) => staff)) {
      const other = slackId === me.slackId ? verdict : await running().mayBeIn(tenant, slackId);
      if (other.in) banners.push(other.badge);
    }
    await page(response, may ? 200 : 403, tenantPage(tenant, me, { may, banners, done }));
  }

  async function answerTsa(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const what = take();
    if (what?.kind === 'hang') return;
    if (what?.kind === 'reset') {
      request.socket.destroy();
      return;
    }
    if (what?.kind === 'status') {
      const wait = what.retryAfterS === undefined ? {} : { 'retry-after': String(what.retryAfterS) };
      response.writeHead(what.status, wait).end(what.body ?? '');
      return;
    }
    const raw = (await readBody(request)).toString('utf8');
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    const { status, body } = await running().webhook(
      z.record(z.string(), z.string()).parse(Object.fromEntries(headers)),
      raw,
    );
    if (what?.kind === 'lost_answer') request.socket.destroy();
    else send(response, status, body);
  }

  function take(): ProductFault | null {
    if (fault === null) return null;
    const { what } = fault;
    fault.times -= 1;
    if (fault.times <= 0) fault = null;
    return what;
  }

  async function up(): Promise<void> {
    if (server !== null) return;
    if (file !== null) store = createStore(file);
    integration = null;
    const fresh = createServer((request, response) => {
      answer(request, response).catch(() => response.destroy());
    }).listen(port, '127.0.0.1');
    await once(fresh, 'listening');
    port = z.object({ port: z.number() }).parse(fresh.address()).port;
    server = fresh;
  }

  async function down(): Promise<void> {
    const old = server;
    if (old === null) return;
    server = null;
    old.closeAllConnections();
    old.close();
    await once(old, 'close');
  }

  await up();
  return {
    get url() {
      return url();
    },
    get webhookUrl() {
      return `${url()}/tsa`;
    },
    opened: (at = now()) => store.opened(at),
    isClosed: (id) => store.isClosed(id),
    plant({ id, name, tenant }) {
      const at = now();
      store.open({
        ...{ id, session: 'none', tenant: { id: tenant }, scope: { id: 'read', name: 'Read-only' } },
        grantee: { slack_id: 'U0MALLORY', email: null, name },
        reason: 'Nobody asked.',
        notBefore: new Date(at).toISOString(),
        notAfter: new Date(at + 3_600_000).toISOString(),
      });
    },
    forget: (id) => {
      store.forget(id);
    },
    mayBeIn: async (tenantId, slackId, action) => (await running().mayBeIn(tenantId, slackId, action)).in,
    misbehave(what, times = Infinity) {
      fault = what === null ? null : { what, times };
    },
    up,
    down,
    close: down,
  };
}

function objection(tenantId: string, slackId: string): string | null {
  const person = PEOPLE.find((one) => one.slackId === slackId && one.staff);
  if (!TENANTS.has(tenantId)) return `This console has no tenant ${tenantId}.`;
  return person === undefined ? 'This person has no seat in this console.' : null;
}

function deedOf(form: string): keyof typeof DEEDS | null {
  const asked = z.enum(['look', 'reset', 'remove']).safeParse(new URLSearchParams(form).get('do'));
  return asked.success ? asked.data : null;
}

async function page(
  response: ServerResponse,
  status: number,
  content: ReturnType<typeof frontPage>,
): Promise<void> {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(String(await content));
}
