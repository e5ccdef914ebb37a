import type { GlobalEvent } from '../access/event.ts';
import { waitsSince } from '../access/closeout.ts';
import type { Access } from '../access/state.ts';
import { askOf, isGranted, isOver, isStarted, reviewOf, seatsAsked, seatsOf } from '../access/state.ts';
import { dueAt } from '../access/due.ts';
import { accessWord } from '../access/product-access.ts';
import type { RequestRow, Tables } from './tables.ts';

/** The row that shows where a request stands. From the state alone, so that a replay of the ledger gives the same. */
export function projectRequest(no: number, state: Access, before: RequestRow | null): RequestRow {
  const ask = askOf(state);
  const grant = isGranted(state) ? state.grant : null;
  const session = isStarted(state) ? state.session : null;
  const ending = isOver(state) ? state.ending : null;
  return {
    request_no: no,
    version: state.version,
    phase: state.phase,
    origin: state.origin.kind,
    requester: state.requester,
    grantee: ask?.grantee ?? null,
    owner: state.owner,
    tenant_id: state.tenant.id,
    scope_id: ask?.scope.id ?? null,
    reason: state.reason,
    case_ref: state.caseRef,
    filed_at: state.filedAt,
    // A grant that lapsed or was taken back was approved all the same.
    approved_at: grant?.grantedAt ?? before?.approved_at ?? null,
    denied_at: state.phase === 'denied' ? state.verdict.at : null,
    over_at: overAt(state),
    started_at: session?.startedAt ?? null,
    expires_at: session?.expiresAt ?? null,
    ended_at: ending?.endedAt ?? null,
    end_how: ending?.how ?? null,
    closeout_since: state.phase === 'ended' ? waitsSince(state) : null,
    closed_at: state.phase === 'closed' ? state.closeout.at : null,
    review_due_at: session === null ? null : (reviewOf(state)?.dueAt ?? null),
    reviewed_at: reviewOf(state)?.verdict?.at ?? null,
    like_it: state.repeatCount,
    until_at: untilAt(state),
    due_at: dueAt(state),
    access: accessWord(state),
  };
}

/** The answers that the request, or more time in its session, waits for; and those that it has. */
export function projectSeats(no: number, state: Access): readonly Tables['seat'][] {
  const asked = seatsAsked(state);
  const open = asked.filter(({ given }) => given === null).map(({ holder }) => holder);
  const seats = seatsOf(state);
  const more = asked.filter(({ holder }) => !seats.some((seat) => seat.holder === holder));
  return [
    ...seats.map(({ holder, given, askedAt }) => ({
      request_no: no,
      holder,
      // A seat of a request that is over waits for nobody.
      given_by: open.includes(holder) ? null : (given?.by ?? ''),
      took_ms: given === null ? null : given.at - askedAt,
    })),
    ...more.map(({ holder, given }) => ({
      request_no: no,
      holder,
      given_by: given?.by ?? null,
      took_ms: null,
    })),
  ];
}

/** The latest instant at which this request can still put somebody into the tenant. */
function untilAt(state: Access): number {
  switch (state.phase) {
    case 'active':
      return state.session.expiresAt;
    case 'approved':
      return state.grant.latestEndAt;
    case 'pending':
    case 'unclaimed':
    case 'unconfirmed':
      return state.terms.latestEndAt;
    case 'ended':
    case 'closed':
      return state.ending.endedAt;
    case 'denied':
    case 'cancelled':
      return state.verdict.at;
    case 'lapsed':
      return state.at;
  }
}

function overAt(state: Access): number | null {
  if (state.phase === 'cancelled' || state.phase === 'denied') return state.verdict.at;
  return state.phase === 'lapsed' ? state.at : null;
}

/** What shows that the ledger went on from a backup, until somebody confirms that this is known. */
export function projectRestored(
  { from, copiedAt, missing, exact, nextNo }: Extract<GlobalEvent, { type: 'ledger.restored' }>,
  { seq, at, hash }: { readonly seq: number; readonly at: number; readonly hash: Buffer },
): Omit<Tables['restoration'], 'settled'> {
  return {
    seq,
    at,
    mark: hash.toString('hex').slice(0, MARK_LENGTH),
    from_seq: from.seq,
    from_at: from.at,
    copied_at: copiedAt,
    missing,
    exact: exact ? 1 : 0,
    next_no: nextNo,
    confirmed_by: null,
    confirmed_at: null,
  };
}

/** Enough of a hash to tell one going on from another. */
const MARK_LENGTH = 8;
