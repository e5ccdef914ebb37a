import { expect } from 'vitest';
import type { World } from '../../src/access/people.ts';
import type { Tenant } from '../../src/access/policy.ts';
import type { Listener } from '../../src/http/exchange.ts';
import { createPages } from '../../src/http/routes/pages.ts';
import type { Link, Links, Purpose } from '../../src/ledger/links.ts';
import { createLinks } from '../../src/ledger/links.ts';
import { createTenantIndex } from '../../src/policy/tenant-catalogue.ts';
import { createReportedActions } from '../../src/ledger/actions.ts';
import { createTenantViews } from '../../src/ledger/tenant-views.ts';
import { CARA, HOUR, TENANTS, worldOf } from './access-fixtures.ts';
import type { TestLedger } from './test-ledger.ts';
import { testLedger } from './test-ledger.ts';

/** The pages on a ledger of their own, and somebody who has links, and perhaps their codes. */
export interface TestPages extends TestLedger {
  readonly links: Links;
  /** By the current policy: what the next visit finds. */
  world: World;
  issue(purpose: Purpose, more?: Partial<Omit<Link, 'state' | 'purpose'>>): Promise<Mailed>;
  get(path: string, more?: Visit): Promise<Page>;
  post(path: string, form?: Record<string, string>, more?: Visit): Promise<Page>;
  /** Every event and every message owed: what may not change. */
  trace(): string;
  settled(): Promise<void>;
  /** The pages as the program serves them, to be reached over a socket. */
  readonly listener: Listener;
}

export interface Mailed {
  readonly token: string;
  readonly code: string;
  /** A code of six digits that is not the code. */
  readonly wrong: string;
  readonly path: string;
}

interface Visit {
  readonly method?: string;
  /** The address from which they come. */
  readonly from?: string;
  readonly headers?: Record<string, string>;
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** As a person reads it: without markup, white space folded. */
  readonly text: string;
}

export const AT = 'https://access.example.com';
/** Names as Slack would give them: `UGUS` is Gus. */
const nameOf = (user: string): string => `${user.charAt(1)}${user.slice(2).toLowerCase()}`;

export function openTestPages(
  world: World = worldOf(),
  more: {
    readonly mail?: boolean;
    readonly clientHeader?: string;
    /** Slack, where it does not tell names. */
    readonly learn?: () => Promise<void>;
  } = {},
): TestPages {
  const g = testLedger(world);
  const links = createLinks(g.ledger.db, g.clock);
  let pages = open(world);

  function open(now: World): ReturnType<typeof createPages> {
    const profile = (user: string) => ({
      user,
      name: more.learn === undefined ? nameOf(user) : user,
      timeZone: 'Europe/Berlin',
      standing: now.people.standing(user),
      email: null,
    });
    return createPages({
      publicUrl: AT,
      clientHeader: more.clientHeader ?? null,
      handler: g.handler,
      views: g.views,
      tenantViews: createTenantViews(g.ledger.db),
      reported: createReportedActions(g.ledger.db),
      links,
      policy: now.policy,
      tenants: createTenantIndex(now.policy.tenants.values()),
      clock: g.clock,
      log: g.log,
      mail: more.mail ?? true,
      directory: {
        asked: () => Promise.resolve(now),
        recent: () => Promise.resolve(now),
        known: () => now,
        profile,
        learn: (users) => (users.length === 0 || more.learn === undefined ? Promise.resolve() : more.learn()),
      },
    });
  }

  async function visit(path: string, init: RequestInit, from = '203.0.113.7'): Promise<Page> {
    const response = await pages.fetch(new Request(new URL(path, AT), init), from);
    const body = await response.text();
    return { status: response.status, headers: response.headers, body, text: textOf(body) };
  }

  return {
    ...g,
    links,
    get world() {
      return world;
    },
    set world(changed) {
      world = changed;
      pages = open(changed);
    },
    async issue(purpose, over = {}) {
      const { token, code } = await links.issue({
        purpose,
        email: CARA,
        tenantId: 'acme',
        requestNo: purpose === 'tenant' ? null : 1,
        version: purpose === 'tenant' ? null : 1,
        expiresAt: g.clock.now() + HOUR,
        ...over,
      });
      const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
      return { token, code, wrong, path: `/${purpose === 'tenant' ? 't' : 'r'}/${token}` };
    },
    get: (path, { method = 'GET', from, headers = {} } = {}) => visit(path, { method, headers }, from),
    post: (path, form = {}, { method = 'POST', from, headers = {} } = {}) =>
      visit(path, { method, body: new URLSearchParams(form), headers }, from),
    trace: () =>
      JSON.stringify([
        g.ledger.raw.prepare('select seq, type, hash from ledger_event order by seq').all(),
        g.ledger.raw.prepare('select key, destination, body from outbox order by id').all(),
      ]),
    settled: () => pages.settled(),
    listener: (request, response) => pages.listener(request, response),
  };
}

/** The tenant `bolt` must consent; here so do the others that are asked for. */
export function consenting(...ids: readonly string[]): World {
  const tenants: readonly Tenant[] = TENANTS.map((t) =>
    ids.includes(t.id) ? { ...t, consent: 'required' } : t,
  );
  return worldOf({ tenants });
}

/** Cara is no contact of anybody’s any more. */
export function withoutCara(tenants: readonly Tenant[] = TENANTS): World {
  return worldOf({
    tenants: tenants.map((t) => ({ ...t, contacts: t.contacts.filter((c) => c.email !== CARA) })),
  });
}

/** What happened to requests, in order, after the first so many facts. */
export function facts(d: TestPages, after = 0): readonly string[] {
  const rows = d.ledger.raw.prepare(
    'select type, actor from ledger_event where request_no is not null order by seq',
  );
  return rows
    .all()
    .slice(after)
    .map((row) => {
      expect(row).toMatchObject({ type: expect.any(String) as string });
      return Object.values(row as Record<string, unknown>).join(' by ');
    });
}

/** To whom what kind of message is owed, in order. */
export function owed(d: TestPages): readonly string[] {
  const rows = d.ledger.raw.prepare(
    "select destination || ' ' || json_extract(body, '$.kind') as line from outbox where destination like '%mail:%' order by id",
  );
  return rows.pluck().all().map(String);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };

function textOf(body: string): string {
  return body
    .replaceAll(/<(head|style|script)\b.*?<\/\1>/gs, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/ (?=[.,;:)])|(?<=\() /g, '')
    .trim();
}
