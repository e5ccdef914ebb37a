import type { Kysely } from 'kysely';
import { accessEvent } from '../access/event.ts';
import { REPEAT_WINDOW_MS } from '../access/limits.ts';
import { likenessTo } from '../access/reason.ts';
import type { Tables } from './tables.ts';
import { createPauses } from './turns.ts';

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
/** What it costs to look into one trouble, and to compare two reasons, at most, in microseconds. */
const ONE_US = 200;
const COMPARE_US = 30;

/** What these requests repeat (each is the third of its kind, or a later one): each trouble once, as of the last of them. */
export async function readRepeats(
  db: Kysely<Tables>,
  numbers: readonly number[],
): Promise<readonly Repeat[]> {
  if (numbers.length === 0) return [];
  const flagged = await db
    .selectFrom('request')
    .select(['request_no', 'tenant_id', 'reason', 'filed_at', 'owner'])
    .where('request_no', 'in', [...numbers])
    .execute();
  const told = new Set<number>();
  const pause = createPauses();
  const repeats: Repeat[] = [];
  for (const last of flagged.sort((a, b) => b.request_no - a.request_no)) {
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
    const isAlike = likenessTo(last.reason);
    const requests = rows
      .filter((row) => row.request_no <= last.request_no && isAlike(row.reason))
      .map((row) => row.request_no)
      .sort((a, b) => a - b);
    for (const no of requests) told.add(no);
    const { tenant_id: tenantId, owner } = last;
    repeats.push({ tenantId, requests, owner, raised: await raisedIn(db, requests) });
    await pause(ONE_US + rows.length * COMPARE_US);
  }
  return repeats.sort((a, b) => b.requests.length - a.requests.length);
}

async function raisedIn(db: Kysely<Tables>, requests: readonly number[]): Promise<Repeat['raised']> {
  const closeouts = await db
    .selectFrom('ledger_event')
    .select(['seq', 'request_no as no', 'body'])
    .where('request_no', 'in', [...requests])
    .where('type', '=', 'closeout.filed')
    .execute();
  // Of each request the last one counts.
  const last = new Map(closeouts.sort((a, b) => a.seq - b.seq).map((one) => [one.no, one]));
  for (const { no, body } of [...last.values()].sort((a, b) => b.seq - a.seq)) {
    const fact = accessEvent.parse(JSON.parse(body.toString('utf8')));
    if (no !== null && fact.type === 'closeout.filed' && fact.productProblem !== '')
      return { no, by: fact.by, words: fact.productProblem };
  }
  return null;
}
