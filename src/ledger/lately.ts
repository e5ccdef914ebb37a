import type { Kysely, Transaction } from 'kysely';
import type { Command, GlobalCommand } from '../access/command.ts';
import type { Moment } from '../access/decision.ts';
import type { Counted, Lately } from '../access/hourly.ts';
import { countedAs, countsAs, HOUR_MS, NOTHING_LATELY } from '../access/hourly.ts';
import { actorName } from '../access/people.ts';
import type { NewEvent } from './append.ts';
import { compiled } from './compiled.ts';
import type { Tables } from './tables.ts';

/** What was done within the last hour that makes messages go to others: counted for each person, and each tenant. */

type Row = Tables['recent_act'];

const byPerson = compiled((db, asked: { what: Counted; actor: string; since: number; max: number }) =>
  db
    .selectFrom('recent_act')
    .select('at')
    .where('actor', '=', asked.actor)
    .where('what', '=', asked.what)
    .where('at', '>', asked.since)
    .orderBy('at', 'desc')
    .limit(asked.max),
);
const inTenant = compiled((db, asked: { what: Counted; tenantId: string; since: number; max: number }) =>
  db
    .selectFrom('recent_act')
    .select('at')
    .where('tenant_id', '=', asked.tenantId)
    .where('what', '=', asked.what)
    .where('at', '>', asked.since)
    .orderBy('at', 'desc')
    .limit(asked.max),
);
const addRecent = compiled((db, row: Row) => db.insertInto('recent_act').values(row));
const clearRecent = compiled((db, { before }: { before: number }) =>
  db.deleteFrom('recent_act').where('at', '<=', before),
);

/** When the like of that command was done, as far as the limit counts; nothing where nothing is counted. */
export async function readLately(
  db: Kysely<Tables>,
  command: Pick<Command | GlobalCommand, 'type'>,
  tenantId: string | null,
  { actor, world, now }: Moment,
): Promise<Lately> {
  const what = countsAs(command);
  if (what === null) return NOTHING_LATELY;
  const limit = world.policy.limits.perHour[what];
  const since = now - HOUR_MS;
  const person = await byPerson(db, { what, actor: actorName(actor), since, max: limit.person });
  const tenant =
    tenantId === null || limit.tenant === null
      ? []
      : await inTenant(db, { what, tenantId, since, max: limit.tenant });
  return { person: person.map(({ at }) => at), tenant: tenant.map(({ at }) => at) };
}

/** An event as it is counted; `null` if it is not. */
export function recentRow(
  {
    seq,
    type,
    actor,
    at,
  }: { readonly seq: number; readonly type: string; readonly actor: string; readonly at: number },
  tenantId: string | null,
): Row | null {
  const what = countedAs(type);
  return what === null ? null : { seq, what, actor, tenant_id: tenantId, at };
}

/** Counts what was just written, the last of it as that number, and forgets what is an hour older. */
export async function addLately(
  tx: Transaction<Tables>,
  end: number,
  facts: readonly Pick<NewEvent, 'actor' | 'at' | 'event'>[],
  tenantId: string | null,
): Promise<void> {
  for (const [i, { event, actor, at }] of facts.entries()) {
    const row = recentRow({ seq: end - facts.length + 1 + i, type: event.type, actor, at }, tenantId);
    if (row === null) continue;
    await addRecent(tx, row);
    await clearRecent(tx, { before: row.at - HOUR_MS });
  }
}

/** Those of these, in the order of the ledger, that are still counted after the last of them. */
export function stillCounted(rows: readonly Row[]): readonly Row[] {
  const last = rows.at(-1)?.at ?? 0;
  return rows.filter(({ at }) => at > last - HOUR_MS);
}
