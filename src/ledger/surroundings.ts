import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Around } from '../access/around.ts';
import { NOTHING_AROUND } from '../access/around.ts';
import type { Neighbours } from '../access/decide.ts';
import { REPEAT_WINDOW_MS } from '../access/limits.ts';
import type { Tables } from './tables.ts';

const siblingPhase = z.enum(['pending', 'unconfirmed', 'approved', 'active']);
/** Requests looked at for likeness: the newest ones say enough. */
const SIMILAR_MAX = 200;

/** What the rules must know of other requests. Every question is an index search. */
export async function readAround(
  tx: Kysely<Tables>,
  of: Neighbours | null,
  self: number | null,
  now: number,
): Promise<Around> {
  if (of === null) return NOTHING_AROUND;
  const open = await tx
    .selectFrom('request')
    .select('request_no')
    .where('requester', '=', of.requester)
    .where('phase', 'in', ['pending', 'unclaimed', 'unconfirmed', 'approved'])
    .orderBy('request_no')
    .execute();
  const denial = await tx
    .selectFrom('request')
    .select(['request_no', 'denied_at'])
    .where('requester', '=', of.requester)
    .where('tenant_id', '=', of.tenantId)
    .where('scope_id', '=', of.scopeId)
    .where('denied_at', 'is not', null)
    .orderBy('denied_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const siblings = await tx
    .selectFrom('request')
    .select(['request_no', 'phase', 'until_at'])
    .where('grantee', '=', of.grantee)
    .where('tenant_id', '=', of.tenantId)
    .where('scope_id', '=', of.scopeId)
    .where('phase', 'in', siblingPhase.options)
    .where('request_no', '!=', self ?? 0)
    .execute();
  const closeouts = await tx
    .selectFrom('request')
    .select(['request_no', 'ended_at'])
    .where('phase', '=', 'ended')
    .where((eb) => eb.or([eb('owner', '=', of.requester), eb('grantee', '=', of.requester)]))
    .orderBy('ended_at')
    .execute();
  const similar = await tx
    .selectFrom('request')
    .select(['request_no', 'reason', 'filed_at'])
    .where('tenant_id', '=', of.tenantId)
    .where('filed_at', '>', now - REPEAT_WINDOW_MS)
    .orderBy('filed_at', 'desc')
    .limit(SIMILAR_MAX)
    .execute();
  return {
    openByRequester: open.map((row) => row.request_no),
    lastDenial: lastDenial(denial),
    siblings: siblings.map((row) => ({
      no: row.request_no,
      phase: siblingPhase.parse(row.phase),
      until: row.until_at,
    })),
    openCloseouts: closeouts.map((row) => ({ no: row.request_no, endedAt: row.ended_at ?? 0 })),
    similar: similar.map((row) => ({ no: row.request_no, reason: row.reason, filedAt: row.filed_at })),
  };
}

function lastDenial(row: { request_no: number; denied_at: number | null } | undefined): Around['lastDenial'] {
  return row === undefined || row.denied_at === null ? null : { no: row.request_no, at: row.denied_at };
}
