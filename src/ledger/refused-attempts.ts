import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Tables } from './tables.ts';

/** How often something was refused in that time: to that person, or about that tenant's requests. */
export async function countRefused(
  db: Kysely<Tables>,
  of: { readonly tenantId: string } | { readonly person: string },
  from: number,
  until: number,
): Promise<number> {
  const said = (what: 'times' | 'about') =>
    sql<number>`json_extract(cast(ledger_event.body as text), ${sql.lit(`$.${what}`)})`;
  const refused = db
    .selectFrom('ledger_event')
    .select((eb) => eb.fn.sum<number | null>(said('times')).as('times'))
    .where('ledger_event.request_no', 'is', null)
    .where('type', '=', 'attempt.refused')
    .where('at', '>=', from)
    .where('at', '<', until);
  const row = await (
    'person' in of
      ? refused.where('actor', '=', of.person)
      : refused
          .innerJoin('request', (join) => join.on('request.request_no', '=', said('about')))
          .where('request.tenant_id', '=', of.tenantId)
  ).executeTakeFirstOrThrow();
  return row.times ?? 0;
}
