import { REPEAT_WINDOW_MS } from './limits.ts';
import type { Lately } from './hourly.ts';
import { NOTHING_LATELY } from './hourly.ts';
import { alike } from './reason.ts';

/** What other requests a rule may look at. Read in the same transaction as the request itself. */
export interface RelatedRequests {
  /** Numbers of the requester's requests that still wait for a decision or a start. */
  readonly openByRequester: readonly number[];
  /** The last denial for the same requester, tenant and scope. */
  readonly lastDenial: { readonly no: number; readonly at: number } | null;
  /** Other requests for the same grantee, tenant and scope that are not over. */
  readonly siblings: readonly Sibling[];
  /** Ended sessions that the actor (as owner or grantee) has not closed out, and since when each could have been. */
  readonly openCloseouts: readonly { readonly no: number; readonly since: number }[];
  /** The requester's emergencies that are not reviewed, or not closed out. */
  readonly openEmergencies: readonly number[];
  /** Requests for the same tenant in the last 30 days. */
  readonly similar: readonly { readonly no: number; readonly reason: string; readonly filedAt: number }[];
  /** The ledger went on from a backup, and no admin has said yet that they know. */
  readonly gap: Gap | null;
  /** A request of this number may have been there before the ledger went on from a backup, at that instant. */
  readonly lostAt: number | null;
  /** When the like of it was done within the last hour. */
  readonly lately: Lately;
}

/** What happened between a backup and its being put in place is not in the ledger. */
export interface Gap {
  /** The event that says so. */
  readonly restored: number;
  readonly at: number;
}

export interface Sibling {
  readonly no: number;
  readonly phase: 'pending' | 'unconfirmed' | 'approved' | 'active';
  /** The latest instant at which it can still be in use. */
  readonly until: number;
}

/** Nothing else is known or needed. */
export const NOTHING_RELATED: RelatedRequests = {
  openByRequester: [],
  lastDenial: null,
  siblings: [],
  openCloseouts: [],
  openEmergencies: [],
  similar: [],
  gap: null,
  lostAt: null,
  lately: NOTHING_LATELY,
};

/** How many requests of the last 30 days for this tenant speak of the same problem, this one included. */
export function countAlike(related: RelatedRequests, reason: string, now: number): number {
  return (
    1 + related.similar.filter((r) => r.filedAt > now - REPEAT_WINDOW_MS && alike(r.reason, reason)).length
  );
}
