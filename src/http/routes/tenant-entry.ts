import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Tenant } from '../../access/policy.ts';
import type { Link } from '../../ledger/links.ts';
import type { PageContext } from '../page-context.ts';
import type { Html } from '../views/frame.ts';
import { says } from '../views/frame.ts';
import { stillContact } from '../views/offer.ts';
import { newMailForm } from '../views/answers.ts';
import type { TenantFacts } from '../views/tenant-view.ts';
import type { Theirs } from '../views/words.ts';
import { placeOf } from '../../wording/names.ts';

/**
 * What everything behind `/t/:token` requires: a link that opens, somebody who is a contact now, and a record of their
 * own tenant.
 */

export type Answer = Response | Promise<Response>;

/** Each of these answers instead where what was asked for is not there. */
export interface TenantEntry {
  readonly open: (c: Context, token: string) => Promise<Opened | Response>;
  readonly over: (c: Context, why: 'not_contact' | 'used' | 'expired' | 'locked', token: string) => Answer;
  /** `null` for a number that is not this tenant's, like for one that is nobody's. */
  readonly recordOf: (opened: Opened, no: number) => Promise<Theirs | null>;
  readonly send: (
    c: Context,
    opened: Opened,
    title: string,
    body: Html,
    status?: 200 | 409 | 422,
    live?: boolean,
  ) => Answer;
  readonly coded: (
    c: Context,
    token: string,
    code: string,
  ) => Promise<{ readonly problem: string } | Response | null>;
}

export interface Opened {
  readonly link: Link;
  readonly tenant: Tenant;
  readonly facts: TenantFacts;
}

/** The way back to the tenant's page. */
export function back({ facts, tenant }: Opened): Html {
  return html`<p><a href="${facts.at}">Back to ${placeOf(tenant)}</a></p>`;
}

export function createTenantEntry(context: PageContext): TenantEntry {
  const { deps, page } = context;

  /** The link, if it still opens the page of its tenant; else the answer why not. */
  async function open(c: Context, token: string): Promise<Opened | Response> {
    const link = await context.find(c, token);
    if (link instanceof Response) return link;
    const tenant = deps.policy.tenants.get(link.tenantId);
    if (link.purpose !== 'tenant') return context.unknown(c);
    if (tenant === undefined || !stillContact(deps.policy, link)) return over(c, 'not_contact', token);
    if (link.state !== 'open') return over(c, link.state, token);
    const now = deps.clock.now();
    const nameOf = (user: string): string => context.nameOf(user);
    const world = deps.directory.known();
    return {
      link,
      tenant,
      facts: { tenant, at: `/t/${token}`, expiresAt: link.expiresAt, now, world, nameOf },
    };
  }

  function over(c: Context, why: 'not_contact' | 'used' | 'expired' | 'locked', token: string): Answer {
    const words = {
      not_contact:
        'The address that it was sent to is not listed as a contact any more. If that is wrong, ask your support team to list you again.',
      used: 'It has been used.',
      expired: 'A link to this page works for half an hour.',
      locked:
        'The code was wrong five times. If it was not you who tried, tell your support team that somebody else has this link.',
    }[why];
    const again = why === 'not_contact' || !deps.mail ? null : newMailForm(`/t/${token}/mail`);
    return page(c, {
      title: 'This link is over',
      place: null,
      body: says('This link is over', words, again),
      status: 410,
    });
  }

  async function recordOf(opened: Opened, no: number): Promise<Theirs | null> {
    const record = await deps.views.record(no);
    if (record?.state.tenant.id !== opened.link.tenantId) return null;
    return (await context.read([record]))[0] ?? null;
  }

  const send = (
    c: Context,
    { tenant }: Opened,
    title: string,
    body: Html,
    status: 200 | 409 | 422 = 200,
    live = false,
  ): Answer => page(c, { title, place: placeOf(tenant), body, status, live });

  /** The code first: without it nothing is done, whatever else was sent. */
  async function coded(
    c: Context,
    token: string,
    code: string,
  ): Promise<{ readonly problem: string } | Response | null> {
    const tried = await context.tryCode(token, code);
    if (tried === 'right') return null;
    return tried === 'over' ? over(c, 'locked', token) : tried;
  }

  return { open, over, recordOf, send, coded };
}
