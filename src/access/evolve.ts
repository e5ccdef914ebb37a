import { baseOf, CorruptHistory } from './base.ts';
import type { AccessEvent, Ask, EventOf } from './event.ts';
import { evolveAccess } from './evolve-access.ts';
import { evolvePending } from './evolve-pending.ts';
import { evolveActive } from './evolve-session.ts';
import { shut } from './product-access.ts';
import type {
  Access,
  Approved,
  Base,
  Closed,
  Ended,
  Pending,
  Review,
  Unclaimed,
  Unconfirmed,
} from './state.ts';
import { askOf, CUSTOMER_SEAT, FILED, seatsAsked } from './state.ts';

/** The state after one more event. @throws CorruptHistory where the rules could never have produced that event. */
export function evolve(state: Access | null, event: AccessEvent, at: number): Access {
  if (state === null) return begin(event, at);
  const after = evolved(state, event, at);
  // Whatever ended it: nobody may be in any more, from that very fact on.
  if (after.phase === 'approved' || after.phase === 'active') return after;
  const accesses = shut(after.accesses, at);
  return accesses === after.accesses ? after : { ...after, accesses };
}

function evolved(state: Access, event: AccessEvent, at: number): Access {
  const next = { ...state, version: state.version + 1 };
  switch (event.type) {
    case 'request.filed':
    case 'customer_request.filed':
    case 'emergency.declared':
      throw new CorruptHistory(state.phase, event.type);
    case 'question.asked':
      return {
        ...next,
        questions: [...next.questions, { by: event.by, text: event.text, at, answer: null }],
      };
    case 'question.answered':
      return {
        ...next,
        questions: next.questions.map((q, i) =>
          i === next.questions.length - 1 ? { ...q, answer: { by: event.by, text: event.text, at } } : q,
        ),
      };
    case 'owner.offered':
      return { ...next, offeredOwner: event.to };
    case 'owner.changed':
      return {
        ...next,
        owner: event.to,
        offeredOwner: null,
        formerOwners: [...next.formerOwners, event.from],
      };
    case 'session.reported':
      return { ...next, reporters: [...next.reporters, event.by] };
    case 'emergency.reviewed':
      return reviewed(next, event, {
        verdict: { by: event.by, justified: event.justified, note: event.note, at },
      });
    case 'review.reminded':
      return reviewed(next, event, { remindedAt: event.at });
    case 'approval.given':
    case 'grant.issued':
    case 'request.denied':
    case 'request.edited':
    case 'approver.replaced':
      if (next.phase !== 'pending') throw new CorruptHistory(state.phase, event.type);
      return evolvePending(next, event, at);
    case 'approver.reminded':
      if (next.phase !== 'unclaimed' && seatsAsked(next).length === 0)
        throw new CorruptHistory(state.phase, event.type);
      return { ...next, remindedAt: event.at, reminders: next.reminders + 1 };
    case 'approver.gone':
      if (next.phase === 'active') return evolveActive(next, event, at);
      if (next.phase !== 'pending') throw new CorruptHistory(state.phase, event.type);
      return { ...next, gone: [...next.gone, event.approver] };
    case 'request.cancelled': {
      if (!beforeStart(next)) throw new CorruptHistory(state.phase, event.type);
      const verdict = { by: event.by, at, reason: event.reason };
      return { ...baseOf(next), phase: 'cancelled', ask: askOf(next), verdict };
    }
    case 'request.lapsed':
      if (!beforeStart(next)) throw new CorruptHistory(state.phase, event.type);
      return { ...baseOf(next), phase: 'lapsed', ask: askOf(next), why: event.why, at };
    case 'customer_request.accepted':
      if (next.phase !== 'unclaimed') throw new CorruptHistory(state.phase, event.type);
      return {
        ...baseOf(next),
        owner: event.by,
        formerOwners: [...next.formerOwners, next.owner],
        phase: 'approved',
        opened: true,
        grant: {
          ask: event.ask,
          asked: event.ask,
          seats: [
            {
              holder: CUSTOMER_SEAT,
              given: { by: next.requester, at: next.filedAt, version: 1, narrowed: null },
              askedAt: next.filedAt,
            },
          ],
          grantedAt: at,
          startBy: next.terms.lapseAt,
          latestEndAt: next.terms.latestEndAt,
        },
      };
    case 'emergency.confirmed':
      if (next.phase !== 'unconfirmed') throw new CorruptHistory(state.phase, event.type);
      return emergencyGrant(reviewed(next, event, { confirmedBy: event.by }), next.ask, at);
    case 'approval.asked_again':
      if (next.phase === 'active') return evolveActive(next, event, at);
      if (next.phase !== 'approved') throw new CorruptHistory(state.phase, event.type);
      return {
        ...baseOf(next),
        phase: 'pending',
        // Asked again after the first deadline, they have until the grant would have lapsed.
        terms: { ...next.terms, lapseAt: Math.max(next.terms.lapseAt, next.grant.startBy) },
        ask: next.grant.ask,
        gone: [],
        // What the others took away is in the grant's ask already: an earlier, wider leave must not come back.
        seats: next.grant.seats.map((seat) =>
          seat.holder === event.approver
            ? { ...seat, given: null, askedAt: at }
            : { ...seat, given: seat.given === null ? null : { ...seat.given, narrowed: null } },
        ),
      };
    case 'start.opened':
      if (next.phase !== 'approved') throw new CorruptHistory(state.phase, event.type);
      return { ...next, opened: true };
    case 'session.started':
      if (next.phase !== 'approved') throw new CorruptHistory(state.phase, event.type);
      return {
        ...baseOf(next),
        phase: 'active',
        grant: next.grant,
        session: {
          startedBy: event.by,
          startedAt: event.startedAt,
          expiresAt: event.expiresAt,
          extensions: [],
          notes: [],
        },
        warnedFor: null,
        extension: null,
        granteeGone: false,
      };
    case 'note.taken':
    case 'session.warned':
    case 'extension.asked':
    case 'extension.agreed':
    case 'extension.approved':
    case 'extension.denied':
    case 'grantee.gone':
    case 'session.ended':
      if (next.phase !== 'active') throw new CorruptHistory(state.phase, event.type);
      return evolveActive(next, event, at);
    case 'access.asked':
    case 'access.not_answered':
    case 'access.opened':
    case 'access.open_failed':
    case 'access.extension_asked':
    case 'access.extended':
    case 'access.extension_refused':
    case 'access.closed':
    case 'access.not_closed':
    case 'access.closed_by_hand':
    case 'access.missing':
      return evolveAccess(next, event, at);
    case 'closeout.filed': {
      if (next.phase !== 'ended') throw new CorruptHistory(state.phase, event.type);
      const { type, ...filed } = event;
      const closeout = { ...filed, at };
      const open = closeout.next !== null || closeout.removed.some((item) => !item.gone);
      const after = {
        ...baseOf(next),
        grant: next.grant,
        session: next.session,
        ending: next.ending,
        closeout,
      };
      return open
        ? { ...after, phase: 'ended', contested: null }
        : { ...after, phase: 'closed', accepted: null };
    }
    case 'closeout.reminded':
      if (next.phase !== 'ended') throw new CorruptHistory(state.phase, event.type);
      return { ...next, remindedAt: event.at, reminders: next.reminders + 1 };
    case 'closeout.accepted':
    case 'closeout.contested':
      return judged(next, event, at);
  }
}

/** What the closeout came to in the eyes of who judges it. */
function judged(
  state: Access,
  event: EventOf<'closeout.accepted' | 'closeout.contested'>,
  at: number,
): Ended | Closed {
  if ((state.phase !== 'ended' && state.phase !== 'closed') || state.closeout === null)
    throw new CorruptHistory(state.phase, event.type);
  const { grant, session, ending, closeout } = state;
  const over = { ...baseOf(state), grant, session, ending, closeout };
  return event.type === 'closeout.accepted'
    ? { ...over, phase: 'closed', accepted: { by: event.by, at } }
    : { ...over, phase: 'ended', contested: { by: event.by, question: event.question, at } };
}

function beforeStart(state: Access): state is Pending | Unclaimed | Unconfirmed | Approved {
  return ['pending', 'unclaimed', 'unconfirmed', 'approved'].includes(state.phase);
}

function begin(event: AccessEvent, at: number): Access {
  if (
    event.type !== 'request.filed' &&
    event.type !== 'customer_request.filed' &&
    event.type !== 'emergency.declared'
  )
    throw new CorruptHistory('none', event.type);
  const base: Omit<Base, 'origin'> = {
    version: FILED,
    askedIn: FILED,
    filedAt: at,
    requester: event.requester,
    owner: event.owner,
    offeredOwner: null,
    tenant: event.tenant,
    reason: event.reason,
    caseRef: event.caseRef,
    terms: event.terms,
    roleNotes: event.roleNotes,
    repeatCount: event.repeatCount,
    questions: [],
    formerApprovers: [],
    formerOwners: [],
    reporters: [],
    accesses: [],
    remindedAt: null,
    reminders: 0,
  };
  switch (event.type) {
    case 'request.filed': {
      const holders = [...event.approvers, ...(event.consent ? [CUSTOMER_SEAT] : [])];
      const seats = holders.map((holder) => ({ holder, given: null, askedAt: at }));
      return { ...base, origin: { kind: 'support' }, phase: 'pending', ask: event.ask, seats, gone: [] };
    }
    case 'customer_request.filed': {
      const { tried, expected, urgency, files } = event;
      return {
        ...base,
        origin: { kind: 'customer', words: { tried, expected, urgency, files } },
        phase: 'unclaimed',
      };
    }
    case 'emergency.declared': {
      const { reviewer, reviewDueAt: dueAt, unfinished } = event;
      const review = { reviewer, confirmedBy: null, unfinished, dueAt, remindedAt: null, verdict: null };
      const emergency = { ...base, origin: { kind: 'emergency' as const, review } };
      if (event.confirmBy === null) return emergencyGrant(emergency, event.ask, at);
      return { ...emergency, phase: 'unconfirmed', ask: event.ask, confirmBy: event.confirmBy };
    }
  }
}

/** The same, with that about the review that it owes. */
function reviewed<S extends Access>(state: S, { type }: AccessEvent, change: Partial<Review>): S {
  const { origin } = state;
  if (origin.kind !== 'emergency') throw new CorruptHistory(state.phase, type);
  return { ...state, origin: { ...origin, review: { ...origin.review, ...change } } };
}

/** An emergency needs no approval to start; what it owes is its review. */
function emergencyGrant(state: Base, ask: Ask, at: number): Approved {
  const { startWindowMs, latestEndAt } = state.terms;
  const grant = { ask, asked: ask, seats: [], grantedAt: at, startBy: at + startWindowMs, latestEndAt };
  return { ...baseOf(state), phase: 'approved', opened: true, grant };
}
