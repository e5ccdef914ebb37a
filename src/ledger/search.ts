import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { UserId } from '../access/policy.ts';
import type { FullRecord } from './history.ts';
import { loadRecords } from './history.ts';
import type { Tables } from './tables.ts';

/** What is looked for: `null`, or nothing, where any will do. */
export interface Criteria {
  /** When it was filed; half open. */
  readonly from: number;
  readonly until: number;
  readonly tenantId: string | null;
  /** Who asked, holds, or owns. */
  readonly person: UserId | null;
  readonly scopeId: string | null;
  /** One of these became of it, and it is one of these. */
  readonly emergency: boolean;
  readonly ways: readonly ('revoked' | 'expired' | 'denied' | 'cancelled' | 'lapsed')[];
  /** All of them stand in the reason or in the case, in letters of whatever case. */
  readonly words: readonly string[];
}

export interface Found {
  readonly count: number;
  readonly newest: readonly FullRecord[];
  /** Were all that it could be looked at? Otherwise only the newest. */
  readonly all: boolean;
}

/** Looks for requests that were filed. However old the ledger, it looks at so many at most. */
export interface SearchViews {
  search(criteria: Criteria, limit: number): Promise<Found>;
}

/** Requests that one search looks at; the newest of a person or tenant that an index finds. */
export const LOOKED_AT_MAX = 2_000;

/** The search of this ledger. */
export function createSearch(db: Kysely<Tables>, lookedAtMax = LOOKED_AT_MAX): SearchViews {
  return {
    async search(criteria, limit) {
      const { tenantId, person } = criteria;
      const columns =
        tenantId !== null
          ? (['tenant_id'] as const)
          : person !== null
            ? (['requester', 'grantee', 'owner'] as const)
            : [null];
      const found = new Set<number>();
      let all = true;
      for (const column of columns) {
        const rows = await candidates(db, criteria, column, lookedAtMax);
        all &&= rows.length < lookedAtMax;
        for (const row of rows) if (meets(row, criteria)) found.add(row.request_no);
      }
      const newest = [...found].sort((a, b) => b - a).slice(0, limit);
      return { count: found.size, newest: await loadRecords(db, newest), all };
    },
  };
}

type Candidate = Pick<
  Tables['request'],
  | 'request_no'
  | 'phase'
  | 'end_how'
  | 'origin'
  | 'requester'
  | 'grantee'
  | 'owner'
  | 'scope_id'
  | 'reason'
  | 'case_ref'
>;

function candidates(
  db: Kysely<Tables>,
  { from, until, tenantId, person, emergency, ways }: Criteria,
  column: 'tenant_id' | 'requester' | 'grantee' | 'owner' | null,
  lookedAtMax: number,
): Promise<readonly Candidate[]> {
  let rows = db
    .selectFrom('request')
    .select(['request_no', 'phase', 'end_how', 'origin', 'requester', 'grantee', 'owner', 'scope_id'])
    .select(['reason', 'case_ref'])
    .where('filed_at', '>=', from)
    .where('filed_at', '<', until);
  if (column !== null) rows = rows.where(column, '=', tenantId ?? person ?? '');
  // Written out: only then SQLite sees that the index of what is rare will do.
  else if (emergency) rows = rows.where(sql<boolean>`origin = 'emergency'`);
  else if (ways.length === 1 && ways[0] === 'revoked') rows = rows.where(sql<boolean>`end_how = 'revoked'`);
  return rows.orderBy('filed_at', 'desc').limit(lookedAtMax).execute();
}

function meets(row: Candidate, { person, scopeId, emergency, ways, words }: Criteria): boolean {
  const parts = [row.requester, row.grantee, row.owner];
  if (person !== null && !parts.includes(person)) return false;
  if (scopeId !== null && row.scope_id !== scopeId) return false;
  if (emergency && row.origin !== 'emergency') return false;
  if (ways.length > 0 && !ways.some((way) => row.phase === way || row.end_how === way)) return false;
  if (words.length === 0) return true;
  const text = folded(`${row.reason}\n${row.case_ref}`);
  return words.every((word) => text.includes(folded(word)));
}

/** Letters as they are compared, whatever their case. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
