import type { Kysely } from 'kysely';
import { REPEAT_COUNT, REPEAT_WINDOW_MS } from '../access/limits.ts';
import { alike } from '../access/reason.ts';
import { loadRecords } from './history.ts';
import type { RequestTable, Tables } from './tables.ts';

/** The same trouble in the same tenant, asked for again and again: a problem of the product, which somebody must own. */
export interface Repeat {
  readonly tenantId: string;
  /** All of the last 30 days, the first one first. */
  readonly requests: readonly number[];
  /** Who owns the last of them. */
  readonly owner: string;
  /** What the last closeout that named a product problem said of it. */
  readonly raised: { readonly no: number; readonly by: string; readonly words: string } | null;
}

/** Requests of one tenant that are looked at for likeness: the newest ones say enough. */
const LOOKED_AT_MAX = 200;

type Flagged = Pick<RequestTable, 'request_no' | 'tenant_id' | 'reason' | 'filed_at' | 'like_it'>;

/** What these requests repeat, each trouble once, as of the last request that was flagged for it. */
export async function readRepeats(db: Kysely<Tables>, filed: readonly Flagged[]): Promise<readonly Repeat[]> {
  const flagged = filed
    .filter((row) => row.like_it >= REPEAT_COUNT)
    .sort((a, b) => b.request_no - a.request_no);
  const told = new Set<number>();
  const repeats: Repeat[] = [];
  for (const last of flagged) {
    if (told.has(last.request_no)) continue;
    const rows = await db
      .selectFrom('request')
      .select(['request_no', 'reason'])
      .where('tenant_id', '=', last.tenant_id)
      .where('filed_at', '>', last.filed_at - REPEAT_WINDOW_MS)
      .where('filed_at', '<=', last.filed_at)
      .orderBy('filed_at', 'desc')
      .limit(LOOKED_AT_MAX)
      .execute();
    const requests = rows
      .filter((row) => row.request_no <= last.request_no && alike(row.reason, last.reason))
      .map((row) => row.request_no)
      .sort((a, b) => a - b);
    for (const no of requests) told.add(no);
    repeats.push({ tenantId: last.tenant_id, requests, ...(await ownersOf(db, requests)) });
  }
  return repeats.sort((a, b) => b.requests.length - a.requests.length);
}

async function ownersOf(
  db: Kysely<Tables>,
  requests: readonly number[],
): Promise<Pick<Repeat, 'owner' | 'raised'>> {
  const records = await loadRecords(db, requests);
  const raised = records.flatMap(({ no, state }) =>
    'closeout' in state && state.closeout !== null && state.closeout.productProblem !== ''
      ? [{ no, by: state.closeout.by, words: state.closeout.productProblem }]
      : [],
  );
  return { owner: records.at(-1)?.state.owner ?? '', raised: raised.at(-1) ?? null };
}
