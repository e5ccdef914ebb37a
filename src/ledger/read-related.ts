import type { Kysely } from 'kysely';
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

const openOf = compiled((db, { requester }: { requester: string }) =>
  db
    .selectFrom('request')
    .select('request_no')
    .where('requester', '=', requester)
    .where('due_at', 'is not', null)
    .where('phase', 'in', ['pending', 'unclaimed', 'unconfirmed', 'approved'])
    .orderBy('request_no'),
);
const denialOf = compiled((db, of: RelatedTo) =>
  db
    .selectFrom('request')
    .select(['request_no', 'denied_at'])
    .where('requester', '=', of.requester)
    .where('tenant_id', '=', of.tenantId)
    .where('scope_id', '=', of.scopeId)
    .where('denied_at', 'is not', null)
    .orderBy('denied_at', 'desc')
    .limit(1),
);
const siblingsOf = compiled((db, of: RelatedTo & { self: number }) =>
  db
    .selectFrom('request')
    .select(['request_no', 'phase', 'until_at'])
    .where('grantee', '=', of.grantee)
    .where('tenant_id', '=', of.tenantId)
    .where('scope_id', '=', of.scopeId)
    .where('due_at', 'is not', null)
    .where('phase', 'in', siblingPhase.options)
    .where('request_no', '!=', of.self),
);
const closeoutsOf = compiled((db, { requester }: { requester: string }) =>
  db
    .selectFrom('request')
    .select(['request_no', 'ended_at'])
    .where('due_at', 'is not', null)
    .where('phase', '=', 'ended')
    .where((eb) => eb.or([eb('owner', '=', requester), eb('grantee', '=', requester)]))
    .orderBy('ended_at'),
);
/** One that is closed out but still due some time owes its review. */
const emergenciesOf = compiled((db, { requester }: { requester: string }) =>
  db
    .selectFrom('request')
    .select('request_no')
    .where('requester', '=', requester)
    .where('due_at', 'is not', null)
    .where('phase', 'in', ['active', 'ended', 'closed'])
    .where('way', '=', 'emergency')
    .orderBy('request_no'),
);
const similarTo = compiled((db, { tenantId, since }: { tenantId: string; since: number }) =>
  db
    .selectFrom('request')
    .select(['request_no', 'reason', 'filed_at'])
    .where('tenant_id', '=', tenantId)
    .where('filed_at', '>', since)
    .orderBy('filed_at', 'desc')
    .limit(SIMILAR_MAX),
);

/** This person's emergencies that are not reviewed, or not closed out. */
export async function readOpenEmergencies(
  db: Kysely<Tables>,
  requester: string,
): Promise<RelatedRequests['openEmergencies']> {
  return (await emergenciesOf(db, { requester })).map((row) => row.request_no);
}

/** What the rules must know of other requests. Every question is an index search. */
export async function readRelated(
  tx: Kysely<Tables>,
  of: RelatedTo | null,
  self: number | null,
  now: number,
): Promise<Omit<RelatedRequests, 'gap' | 'lostAt' | 'lately'>> {
  if (of === null) return NOTHING_RELATED;
  const siblings = (await siblingsOf(tx, { ...of, self: self ?? 0 })).map((row) => ({
    no: row.request_no,
    phase: siblingPhase.parse(row.phase),
    until: row.until_at,
  }));
  if (of.about === 'entry') return { ...NOTHING_RELATED, siblings };
  const open = await openOf(tx, of);
  const [denial] = await denialOf(tx, of);
  const closeouts = await closeoutsOf(tx, of);
  const similar = await similarTo(tx, { tenantId: of.tenantId, since: now - REPEAT_WINDOW_MS });
  return {
    openByRequester: open.map((row) => row.request_no),
    lastDenial: lastDenial(denial),
    siblings,
    openCloseouts: closeouts.map((row) => ({ no: row.request_no, endedAt: row.ended_at ?? 0 })),
    openEmergencies: of.about === 'emergency' ? await readOpenEmergencies(tx, of.requester) : [],
    similar: similar.map((row) => ({ no: row.request_no, reason: row.reason, filedAt: row.filed_at })),
  };
}

function lastDenial(
  row: { request_no: number; denied_at: number | null } | undefined,
): RelatedRequests['lastDenial'] {
  return row === undefined || row.denied_at === null ? null : { no: row.request_no, at: row.denied_at };
}
