import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import type { PageContext } from '../page-context.ts';
import { inUse } from '../views/tenant-view.ts';

/** `GET /tenants/:id/status`: what a product's own banner asks. One key per tenant, of which the policy holds the hash. */

/** Compared with where the tenant has no key, so that the answer takes the same time. */
const NO_KEY = '0'.repeat(64);

export async function tenantStatus(context: PageContext, c: Context, id: string): Promise<Response> {
  const { deps, limits } = context;
  const tenant = deps.policy.tenants.get(id);
  const key = /^Bearer ([\w.~+/=-]{1,200})$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
  const given = createHash('sha256').update(key).digest();
  const same = timingSafeEqual(given, Buffer.from(tenant?.statusKeySha256 ?? NO_KEY, 'hex'));
  if (tenant === undefined || !same || key === '') {
    const wait = await limits.misses.take(context.client(c));
    if (wait !== null) {
      c.header('Retry-After', String(wait));
      return c.json({ error: `Too many wrong keys. Try again in ${wait} seconds.` }, 429);
    }
    c.header('WWW-Authenticate', 'Bearer');
    return c.json({ error: 'Send the key of this tenant: “Authorization: Bearer …”.' }, 401);
  }
  const active = await deps.tenantViews.active(tenant.id);
  const now = deps.clock.now();
  const sessions = inUse(await context.read(active), {
    tenant,
    at: '',
    now,
    nameOf: (user) => context.nameOf(user),
  });
  return c.json({
    tenant: tenant.id,
    now: new Date(now).toISOString(),
    support_is_in: sessions.length > 0,
    sessions: sessions.map(({ who, scope, emergency, since, until, record }) => ({
      request: `TSA-${record.slice(1)}`,
      who,
      scope,
      emergency,
      since,
      until,
    })),
  });
}
