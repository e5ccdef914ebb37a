import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { z } from 'zod';
import type { RelatedRequests } from '../access/related-requests.ts';
import { NOTHING_RELATED } from '../access/related-requests.ts';
import type { RelatedTo } from '../access/decide.ts';
import { REPEAT_WINDOW_MS } from '../access/limits.ts';
import { compiled } from './compiled.ts';
import type { Tables } from './tables.ts';

const siblingPhase = z.enum(['pending', 'unconfirmed', 'approved', 'active']);
/** Requests looked at for likeness: the newest ones say enough. */
const SIMILAR_MAX = 200;

/** Why a request is related; it can be for several of these. */
type Why = 'open' | 'sibling' | 'closeout' | 'emergency' | 'denial' | 'similar';

/** Requests as they are related, and the instant that says the most about that. */
function related(db: Kysely<Tables>, why: Why, at: 'request_no' | 'until_at' | 'closeout_since') {
  return db.selectFrom('request').select((eb) => [
    sql.lit(why).as('why'),
    'request_no as no',
    // Whom a product is letting in has taken the place already.
    sql<string>`case access when 'opening' then 'active' else phase end`.as('phase'),
    eb.ref(at).as('at'),
    sql<string | null>`null`.as('reason'),
  ]);
}

/** One that is closed out but still due some time owes its review. */
function emergencies(db: Kysely<Tables>, requester: string) {
  return related(db, 'emergency', 'request_no')
    .where('requester', '=', requester)
    .where('due_at', 'is not', null)
    .where('phase', 'in', ['active', 'ended', 'closed'])
    .where('origin', '=', 'emergency');
}

interface Asked extends Omit<RelatedTo, 'about'> {
  readonly self: number;
  readonly since: number;
}

/** Requests by which the same person may be in the same tenant at the same time. */
function siblings(db: Kysely<Tables>, of: Asked) {
  return related(db, 'sibling', 'until_at')
    .where('grantee', '=', of.grantee)
    .where('tenant_id', '=', of.tenantId)
    .where('scope_id', '=', of.scopeId)
    .where('due_at', 'is not', null)
    .where('phase', 'in', siblingPhase.options)
    .where('request_no', '!=', of.self);
}

function filing(db: Kysely<Tables>, of: Asked) {
  const open = related(db, 'open', 'request_no')
    .where('requester', '=', of.requester)
    .where('due_at', 'is not', null)
    .where('phase', 'in', ['pending', 'unclaimed', 'unconfirmed', 'approved']);
  const closeouts = related(db, 'closeout', 'closeout_since')
    .where('due_at', 'is not', null)
    .where('phase', '=', 'ended')
    .where((eb) => eb.or([eb('owner', '=', of.requester), eb('grantee', '=', of.requester)]));
  const denial = db
    .selectFrom('request')
    .select(['request_no', 'phase', 'denied_at', 'reason'])
    .where('requester', '=', of.requester)
    .where('tenant_id', '=', of.tenantId)
    .where('scope_id', '=', of.scopeId)
    .where('denied_at', 'is not', null)
    .orderBy('denied_at', 'desc')
    .limit(1);
  const similar = db
    .selectFrom('request')
    .select(['request_no', 'phase', 'filed_at', 'reason'])
    .where('tenant_id', '=', of.tenantId)
    .where('filed_at', '>', of.since)
    .orderBy('filed_at', 'desc')
    .limit(SIMILAR_MAX);
  return siblings(db, of)
    .unionAll(open)
    .unionAll(closeouts)
    .unionAll(
      db
        .selectFrom(denial.as('last'))
        .select([sql.lit<Why>('denial').as('why'), 'request_no as no', 'phase', 'denied_at as at', 'reason']),
    )
    .unionAll(
      db
        .selectFrom(similar.as('newest'))
        .select([sql.lit<Why>('similar').as('why'), 'request_no as no', 'phase', 'filed_at as at', 'reason']),
    );
}

/** All that is asked about other requests, in one statement: each part of it searches an index of its own. */
const relatedTo = {
  entry: compiled((db, of: Asked) => siblings(db, of)),
  filing: compiled((db, of: Asked) => filing(db, of)),
  emergency: compiled((db, of: Asked) => filing(db, of).unionAll(emergencies(db, of.requester))),
} as const satisfies Record<RelatedTo['about'], unknown>;
const emergenciesOf = compiled((db, { requester }: { requester: string }) => emergencies(db, requester));

/** This person's emergencies that are not reviewed, or not closed out. */
export async function readOpenEmergencies(
  db: Kysely<Tables>,
  requester: string,
): Promise<RelatedRequests['openEmergencies']> {
  return (await emergenciesOf(db, { requester })).map((row) => row.no).sort(byNumber);
}

/** The last denial for that person, tenant and scope. */
export async function readLastDenial(
  db: Kysely<Tables>,
  of: { readonly requester: string; readonly tenantId: string; readonly scopeId: string },
): Promise<RelatedRequests['lastDenial']> {
  const row = await db
    .selectFrom('request')
    .select(['request_no as no', 'denied_at as at'])
    .where('requester', '=', of.requester)
    .where('tenant_id', '=', of.tenantId)
    .where('scope_id', '=', of.scopeId)
    .where('denied_at', 'is not', null)
    .orderBy('denied_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { no: row.no, at: row.at ?? 0 };
}

/** What the rules must know of other requests. Every question is an index search. */
export async function readRelated(
  tx: Kysely<Tables>,
  of: RelatedTo | null,
  self: number | null,
  now: number,
): Promise<Omit<RelatedRequests, 'gap' | 'lostAt' | 'lately'>> {
  if (of === null) return NOTHING_RELATED;
  const { about, ...ids } = of;
  const rows = await relatedTo[about](tx, { ...ids, self: self ?? 0, since: now - REPEAT_WINDOW_MS });
  const found = Map.groupBy(rows, (row) => row.why);
  const all = (why: Why): typeof rows => found.get(why) ?? [];
  const [denial] = all('denial');
  return {
    openByRequester: all('open')
      .map((row) => row.no)
      .sort(byNumber),
    lastDenial: denial === undefined ? null : { no: denial.no, at: denial.at ?? 0 },
    siblings: all('sibling').map((row) => ({
      no: row.no,
      phase: siblingPhase.parse(row.phase),
      until: row.at ?? 0,
    })),
    openCloseouts: all('closeout')
      .map((row) => ({ no: row.no, since: row.at ?? 0 }))
      .sort((a, b) => a.since - b.since),
    openEmergencies: all('emergency')
      .map((row) => row.no)
      .sort(byNumber),
    similar: all('similar').map((row) => ({ no: row.no, reason: row.reason ?? '', filedAt: row.at ?? 0 })),
  };
}

function byNumber(a: number, b: number): number {
  return a - b;
}
