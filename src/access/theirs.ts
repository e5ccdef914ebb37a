import { actorName } from './people.ts';
import { theirCloseout } from './closeout.ts';
import type { AccessEvent, Ask } from './event.ts';
import { withoutWords } from './product-access.ts';
import type { Access, Base, Extension, Grant, Origin, Review, Session } from './state.ts';

/** The record as the customer reads it: every field is named, so that no new one is shown before somebody thought about it. */

/** Was it the customer's own word? */
type Said = (by: string) => boolean;

const TIMER = actorName({ kind: 'timer' });

/** Every field is named, so that no new one is shown to the customer before somebody thought about it. */
function theirBase(state: Base): Base {
  const { version, askedIn, filedAt, requester, owner, tenant, reason, caseRef, terms, reporters } = state;
  return {
    ...{ version, askedIn, filedAt, requester, owner, tenant, reason, caseRef, terms, reporters },
    origin: theirOrigin(state.origin),
    questions: [],
    roleNotes: [],
    repeatCount: 1,
    offeredOwner: null,
    formerApprovers: [],
    formerOwners: [],
    accesses: state.accesses.map(withoutWords),
    remindedAt: null,
    reminders: 0,
  };
}

function theirOrigin(origin: Origin): Origin {
  return origin.kind === 'emergency' ? { kind: 'emergency', review: theirReview(origin.review) } : origin;
}

/** What somebody left undone elsewhere is no business of this customer's. */
function theirReview({ reviewer, confirmedBy, dueAt, verdict }: Review): Review {
  return {
    ...{ reviewer, confirmedBy, dueAt },
    unfinished: [],
    remindedAt: null,
    verdict: verdict === null ? null : { ...verdict, note: '' },
  };
}

/** The request as the customer reads it. */
export function theirState(state: Access, said: Said): Access {
  const base = theirBase(state);
  switch (state.phase) {
    case 'pending':
      return { ...state, ...base, ask: theirAsk(state.ask), gone: [] };
    case 'unclaimed':
      return { ...state, ...base };
    case 'unconfirmed':
      return { ...state, ...base, ask: theirAsk(state.ask) };
    case 'approved':
      return { ...state, ...base, grant: theirGrant(state.grant) };
    case 'active': {
      const extension = state.extension === null ? null : theirExtension(state.extension);
      const session = theirSession(state.session);
      return { ...state, ...base, grant: theirGrant(state.grant), session, extension };
    }
    case 'ended': {
      const contested = state.contested !== null && said(state.contested.by) ? state.contested : null;
      const closeout = state.closeout === null ? null : theirCloseout(state.closeout);
      const session = theirSession(state.session);
      return { ...state, ...base, grant: theirGrant(state.grant), session, closeout, contested };
    }
    case 'closed':
      return {
        ...state,
        ...base,
        grant: theirGrant(state.grant),
        session: theirSession(state.session),
        closeout: theirCloseout(state.closeout),
      };
    case 'denied': {
      const { verdict } = state;
      // Why one of ours said no is told to whoever asked.
      const reason = said(verdict.by) ? verdict.reason : '';
      return { ...state, ...base, ask: theirAsk(state.ask), verdict: { ...verdict, reason } };
    }
    case 'cancelled':
    case 'lapsed':
      return { ...state, ...base, ask: state.ask === null ? null : theirAsk(state.ask) };
  }
}

/** Which roles and groups of ours it takes is our business; that they are gone again is theirs. */
function theirAsk(ask: Ask): Ask {
  return { ...ask, roles: [] };
}

function theirGrant(grant: Grant): Grant {
  return { ...grant, ask: theirAsk(grant.ask), asked: theirAsk(grant.asked) };
}

/** Who of ours can no longer decide is our business. */
function theirExtension(extension: Extension): Extension {
  return { ...extension, gone: [] };
}

function theirSession(session: Session): Session {
  return { ...session, extensions: session.extensions.map(theirExtension), notes: [] };
}

/** The event as the customer reads it; `null` for what is between ourselves. */
export function theirEvent(event: AccessEvent, said: Said): AccessEvent | null {
  switch (event.type) {
    case 'request.filed':
      return { ...event, ask: theirAsk(event.ask), roleNotes: [], repeatCount: 1 };
    case 'emergency.declared':
      return { ...event, ask: theirAsk(event.ask), roleNotes: [], repeatCount: 1, unfinished: [] };
    case 'request.edited':
      return { ...event, ask: theirAsk(event.ask), was: { ...event.was, ask: theirAsk(event.was.ask) } };
    case 'customer_request.filed':
      return { ...event, roleNotes: [], repeatCount: 1 };
    case 'grant.issued':
    case 'customer_request.accepted':
      return { ...event, ask: theirAsk(event.ask) };
    case 'request.denied':
    case 'extension.denied':
      return said(event.by) ? event : { ...event, reason: '' };
    case 'closeout.filed':
      return theirCloseout(event);
    case 'closeout.accepted':
    case 'closeout.contested':
      return said(event.by) || event.by === TIMER ? event : null;
    case 'emergency.reviewed':
      return { ...event, note: '' };
    case 'emergency.confirmed':
    case 'approval.given':
    case 'request.cancelled':
    case 'request.lapsed':
    case 'session.started':
    case 'extension.asked':
    case 'extension.agreed':
    case 'extension.approved':
    case 'session.ended':
    case 'session.reported':
      return event;
    case 'access.opened':
    case 'access.extended':
    case 'access.closed':
    case 'access.not_closed':
    case 'access.missing':
      return event;
    // How they looked is between ourselves.
    case 'access.closed_by_hand':
      return { ...event, note: '' };
    case 'access.asked':
    case 'access.not_answered':
    case 'access.open_failed':
    case 'access.extension_asked':
    case 'access.extension_refused':
    case 'question.asked':
    case 'question.answered':
    case 'approver.reminded':
    case 'approver.gone':
    case 'grantee.gone':
    case 'approver.replaced':
    case 'approval.asked_again':
    case 'start.opened':
    case 'session.warned':
    case 'note.taken':
    case 'owner.offered':
    case 'owner.changed':
    case 'closeout.reminded':
    case 'review.reminded':
      return null;
  }
}
