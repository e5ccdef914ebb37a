import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { z } from 'zod';
import { compiled } from './compiled.ts';
import type { FullRecord } from './history.ts';
import { loadRecords } from './history.ts';
import type { Tables } from './tables.ts';

/** Where a page of a tenant's history ends; the next begins behind it. */
export interface Mark {
  readonly filedAt: number;
  readonly no: number;
}

/** A mark as it stands in a link or behind a button. */
export function markText({ filedAt, no }: Mark): string {
  return `${filedAt}.${no}`;
}

/** The mark that a link or a button brings back; `null` for the newest page, and for anything that is none. */
export function readMark(text: string | undefined): Mark | null {
  const parts = /^(\d{1,16})\.(\d{1,9})$/.exec(text ?? '');
  return parts === null ? null : { filedAt: Number(parts[1]), no: Number(parts[2]) };
}

/** What one tenant's people may look up: their own requests and sessions, and nobody else's. */
export interface TenantViews {
  /** Requests newest first, behind that mark; `older` is the mark of the next page, if there is one. */
  history(
    tenantId: string,
    before: Mark | null,
    limit: number,
  ): Promise<{ readonly records: readonly FullRecord[]; readonly older: Mark | null }>;
  /** Sessions in use there now, the next to end first. */
  active(tenantId: string): Promise<readonly FullRecord[]>;
}

/** Somebody who is in a tenant, or was until its time was over and the timer has not come by. */
export interface Inside {
  readonly no: number;
  readonly grantee: string;
  readonly scopeId: string;
  readonly reason: string;
  readonly startedAt: number;
  readonly expiresAt: number;
}

const insideNow = compiled((db, { tenantId }: { tenantId: string }) =>
  db
    .selectFrom('request')
    .select([
      'request_no as no',
      'grantee',
      'scope_id as scopeId',
      'reason',
      'started_at as startedAt',
      'expires_at as expiresAt',
    ])
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`phase = 'active'`)
    // Whom a product has lost, or is asked to let in again, is not in.
    .where((eb) => eb.or([eb('access', 'is', null), eb('access', 'in', ['open', 'extending'])])),
);
const insides = z.array(
  z.object({
    no: z.int(),
    grantee: z.string(),
    scopeId: z.string(),
    reason: z.string(),
    startedAt: z.int(),
    expiresAt: z.int(),
  }),
);

/** Everybody's sessions in a tenant, as every commit until now has left them. For products, which ask at each page. */
export async function sessionsInside(db: Kysely<Tables>, tenantId: string): Promise<readonly Inside[]> {
  return insides.parse(await insideNow(db, { tenantId }));
}

/** More sessions at once in one tenant than any page shows. */
const ACTIVE_MAX = 20;

/** The tenants' own views of this ledger. Each answer is an index search, however old the ledger. */
export function createTenantViews(db: Kysely<Tables>): TenantViews {
  return {
    async history(tenantId, before, limit) {
      let rows = db
        .selectFrom('request')
        .select(['request_no as no', 'filed_at as filedAt'])
        .where('tenant_id', '=', tenantId);
      if (before !== null)
        rows = rows.where((eb) =>
          eb(eb.refTuple('filed_at', 'request_no'), '<', eb.tuple(before.filedAt, before.no)),
        );
      const found = await rows
        .orderBy('filed_at', 'desc')
        .orderBy('request_no', 'desc')
        .limit(limit + 1)
        .execute();
      const page = found.slice(0, limit);
      const records = await loadRecords(
        db,
        page.map((row) => row.no),
      );
      return { records, older: found.length > limit ? (page.at(-1) ?? null) : null };
    },
    async active(tenantId) {
      const rows = await db
        .selectFrom('request')
        .select('request_no as no')
        .where('tenant_id', '=', tenantId)
        // Written out: only then SQLite sees that the index of what is active will do.
        .where(sql<boolean>`phase = 'active'`)
        .orderBy('expires_at')
        .limit(ACTIVE_MAX)
        .execute();
      return loadRecords(
        db,
        rows.map((row) => row.no),
      );
    },
  };
}
