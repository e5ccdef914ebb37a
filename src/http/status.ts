import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import type { Counter } from './counter.ts';
import { inUse } from './tenant-view.ts';

/** `GET /tenants/:id/status`: what a product's own banner asks. One key per tenant, of which the policy holds the hash. */

/** Compared with where there is no key, so that it takes the same time. */
const NO_KEY = '0'.repeat(64);

export async function tenantStatus(counter: Counter, c: Context, id: string): Promise<Response> {
  const { deps, limits } = counter;
  const tenant = deps.policy.tenants.get(id);
  const key = /^Bearer ([\w.~+/=-]{1,200})$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
  const given = createHash('sha256').update(key).digest();
  const same = timingSafeEqual(given, Buffer.from(tenant?.statusKeySha256 ?? NO_KEY, 'hex'));
  if (tenant === undefined || !same || key === '') {
    const wait = await limits.misses.take(counter.client(c));
    if (wait !== null) {
      c.header('Retry-After', String(wait));
      return c.json({ error: `Too many wrong keys. Try again in ${wait} seconds.` }, 429);
    }
    c.header('WWW-Authenticate', 'Bearer');
    return c.json({ error: 'Send the key of this tenant: “Authorization: Bearer …”.' }, 401);
  }
  const active = await deps.ofTenant.active(tenant.id);
  const now = deps.clock.now();
  const sessions = inUse(await counter.read(active), {
    tenant,
    at: '',
    expiresAt: now,
    now,
    nameOf: (user) => counter.nameOf(user),
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
