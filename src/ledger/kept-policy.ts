import type { Kysely, Transaction } from 'kysely';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { PolicyChanged } from '../access/event.ts';
import { boundChanges, policyChanges, settingChanges, tenantsChange } from '../access/policy-change.ts';
import type { PolicyChange } from '../access/policy-change.ts';
import type { PolicyRecord, Settings } from '../access/policy-record.ts';
import { recordPolicy, recordTenant } from '../access/policy-record.ts';
import type { Policy, Tenant, Tenants } from '../access/policy.ts';
import { appendGlobal } from './append.ts';
import { canonicalJson } from './chain.ts';
import { parseGlobal } from './history.ts';
import type { Tables } from './tables.ts';

/** What the policy of each start says, kept until the next one: what is then otherwise can be told in words. */

/** The policy, with what all of its tenants amount to. */
interface Kept extends PolicyRecord {
  readonly tenants: { readonly count: number; readonly sha256: string };
}

const settings: z.ZodType<Settings> = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
const anyOr = z.union([z.literal('any'), z.array(z.string())]);
const kept: z.ZodType<Kept> = z.object({
  settings,
  approvers: z.array(z.object({ people: z.array(z.string()), scopes: anyOr, tenants: anyOr })),
  tenants: z.object({ count: z.int(), sha256: z.string() }),
});

/** Tenants that are read and written at a time. */
const PAGE = 500;
/** So many changes of single tenants are told; of the other tenants, which they are. */
const EXPLAINED_MAX = 20;
/** Changes of the policy read for one span of time: more than anybody makes in a week. */
const READ_MAX = 100;

/** A tenant as it is kept, and as it is hashed. */
export function tenantRecord(tenant: Tenant): string {
  return canonicalJson(recordTenant(tenant)).toString('utf8');
}

/** Takes in all tenants in the order of their ids, each with its record, and gives their hash. */
export function tenantsHash(): { add(id: string, record: string): void; done(): string } {
  const hash = createHash('sha256');
  return {
    add(id, record) {
      hash.update(`${id} ${record}\n`);
    },
    done: () => hash.digest('hex'),
  };
}

/**
 * Records under which policy everything stands from now on, and what is otherwise than under the last one; keeps what it
 * says. Only inside the command handler's transaction.
 * @returns what changed; `null`: nothing did, or there was none before
 */
export async function startUnder(
  tx: Transaction<Tables>,
  now: number,
  policy: Policy,
  tenantsSha256: string,
): Promise<PolicyChanged | null> {
  const is: Kept = {
    ...recordPolicy(policy),
    tenants: { count: policy.tenants.size, sha256: tenantsSha256 },
  };
  const record = canonicalJson(is).toString('utf8');
  const sha256 = hashOf(record);
  const from = await lastLoaded(tx);
  const change = from === sha256 ? null : await replace(tx, policy, { from, is, record, sha256 });
  const loaded = { type: 'policy.loaded', sha256 } as const;
  await appendGlobal(tx, { actor: 'system:program', at: now }, loaded, ...(change === null ? [] : [change]));
  return change;
}

/** What is wrong with what is kept of the last policy; `null`: it is what the ledger says. */
export async function keptPolicyProblem(db: Kysely<Tables>): Promise<string | null> {
  const last = await lastLoaded(db);
  if (last === null || (await readKept(db, last)) !== null) return null;
  return 'what is kept of the policy is not what was loaded at the last start';
}

/** The changes of the policy in that time (half-open, milliseconds since 1970), the first ones first. */
export async function readPolicyChanges(
  db: Kysely<Tables>,
  from: number,
  until: number,
): Promise<readonly { readonly at: number; readonly changed: PolicyChanged }[]> {
  const rows = await db
    .selectFrom('ledger_event')
    .selectAll()
    .where('request_no', 'is', null)
    .where('type', '=', 'policy.changed')
    .where('at', '>=', from)
    .where('at', '<', until)
    .orderBy('at')
    .limit(READ_MAX)
    .execute();
  return rows.flatMap((row) => {
    const changed = parseGlobal(row);
    return changed.type === 'policy.changed' ? [{ at: row.at, changed }] : [];
  });
}

async function replace(
  tx: Transaction<Tables>,
  policy: Policy,
  { from, is, record, sha256 }: { from: string | null; is: Kept; record: string; sha256: string },
): Promise<PolicyChanged | null> {
  const was = from === null ? null : await readKept(tx, from);
  const tenants = was?.tenants.sha256 === is.tenants.sha256 ? [] : await keepTenants(tx, policy.tenants);
  await tx.replaceInto('kept_policy').values({ only: 1, sha256, record }).execute();
  if (from === null) return null;
  const type = 'policy.changed';
  if (was === null) return { type, from, to: sha256, changes: null, more: 0 };
  const { changes, more } = boundChanges([...policyChanges(was, is), ...tenants]);
  return { type, from, to: sha256, changes: [...changes], more };
}

/** The hash of the policy of the last start; `null` at the first one. */
async function lastLoaded(db: Kysely<Tables>): Promise<string | null> {
  const row = await db
    .selectFrom('ledger_event')
    .select('body')
    .where('request_no', 'is', null)
    .where('type', '=', 'policy.loaded')
    .orderBy('at', 'desc')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  return z.object({ sha256: z.string() }).parse(JSON.parse(row.body.toString('utf8'))).sha256;
}

/** What was kept of it, tenants included, if that is what it said; else `null`. */
async function readKept(db: Kysely<Tables>, sha256: string): Promise<Kept | null> {
  const row = await db.selectFrom('kept_policy').selectAll().executeTakeFirst();
  if (row === undefined || hashOf(row.record) !== sha256) return null;
  const said = kept.parse(JSON.parse(row.record));
  const hash = tenantsHash();
  for await (const page of keptTenants(db)) for (const { id, record } of page) hash.add(id, record);
  return hash.done() === said.tenants.sha256 ? said : null;
}

/** All that are kept, in the order of their ids. */
async function* keptTenants(db: Kysely<Tables>): AsyncGenerator<readonly Tables['kept_tenant'][]> {
  for (let last = ''; ;) {
    const page = await db
      .selectFrom('kept_tenant')
      .selectAll()
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    yield page;
    const end = page.at(-1);
    if (end === undefined || page.length < PAGE) return;
    last = end.id;
  }
}

/** Keeps these instead of those that are there, and tells what is otherwise. */
async function keepTenants(tx: Transaction<Tables>, tenants: Tenants): Promise<readonly PolicyChange[]> {
  const explained: PolicyChange[] = [];
  const added: string[] = [];
  const removed: string[] = [];
  const others: string[] = [];
  for (const page of pagesOf(tenants.values())) {
    const ids = page.map(({ id }) => id);
    const rows = await tx.selectFrom('kept_tenant').selectAll().where('id', 'in', ids).execute();
    const before = new Map(rows.map(({ id, record }) => [id, record]));
    const now = page.map((tenant) => ({ id: tenant.id, record: tenantRecord(tenant) }));
    const other = now.filter(({ id, record }) => before.get(id) !== record);
    for (const { id, record } of other) {
      const was = before.get(id);
      if (was === undefined) added.push(id);
      else if (explained.length >= EXPLAINED_MAX) others.push(id);
      else explained.push(...settingChanges(parse(was), parse(record), `tenants.${id}.`));
    }
    if (other.length > 0) await tx.replaceInto('kept_tenant').values(other).execute();
  }
  for await (const page of keptTenants(tx)) {
    const gone = page.flatMap(({ id }) => (tenants.has(id) ? [] : [id]));
    removed.push(...gone);
    if (gone.length > 0) await tx.deleteFrom('kept_tenant').where('id', 'in', gone).execute();
  }
  return [
    ...tenantsChange('added', added),
    ...tenantsChange('removed', removed),
    ...explained,
    ...tenantsChange('changed', others),
  ];
}

function* pagesOf(tenants: Iterable<Tenant>): Generator<readonly Tenant[]> {
  let page: Tenant[] = [];
  for (const tenant of tenants) {
    page.push(tenant);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function parse(record: string): Settings {
  return settings.parse(JSON.parse(record));
}

function hashOf(record: string): string {
  return createHash('sha256').update(record).digest('hex');
}
