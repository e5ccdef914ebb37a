import { baseOf, filled } from './base.ts';
import type { EventOf } from './event.ts';
import type { Access, Pending } from './state.ts';

/** What becomes of a request that waits for its decision. */

/** The state after one more fact about it. */
export function evolvePending(
  state: Pending,
  event: EventOf<
    'approval.given' | 'grant.issued' | 'request.denied' | 'request.edited' | 'approver.replaced'
  >,
  at: number,
): Access {
  switch (event.type) {
    case 'approval.given': {
      const given = { by: event.by, at, version: state.version, narrowed: event.narrowed };
      return { ...state, seats: filled(state.seats, event.seat, { given }) };
    }
    case 'grant.issued':
      return {
        ...baseOf(state),
        phase: 'approved',
        opened: event.ask.notBefore === null || event.ask.notBefore <= at,
        grant: {
          ask: event.ask,
          asked: state.ask,
          seats: state.seats,
          grantedAt: at,
          startBy: event.startBy,
          latestEndAt: event.latestEndAt,
        },
      };
    case 'request.denied':
      return {
        ...baseOf(state),
        phase: 'denied',
        ask: state.ask,
        seats: state.seats,
        verdict: { by: event.by, at, reason: event.reason },
      };
    case 'request.edited':
      return {
        ...state,
        askedIn: state.version,
        ask: event.ask,
        reason: event.reason,
        caseRef: event.caseRef,
        terms: { ...state.terms, latestEndAt: event.latestEndAt },
        remindedAt: null,
        reminders: 0,
        seats: state.seats.map(({ holder }) => ({ holder, given: null, askedAt: at })),
      };
    case 'approver.replaced':
      return {
        ...state,
        formerApprovers: [...state.formerApprovers, event.from],
        remindedAt: null,
        reminders: 0,
        gone: state.gone.filter((user) => user !== event.from && user !== event.to),
        seats: state.seats.map((seat) =>
          seat.holder === event.from ? { holder: event.to, given: null, askedAt: at } : seat,
        ),
      };
  }
}
