import type { Ask, EventOf, Narrowed, TenantRecord, Terms } from './event.ts';
import type { UserId } from './policy.ts';
import type { ProductAccess } from './product-access.ts';

/** One answer that the request waits for, or has: a named approver's, or the customer's. */
export interface Seat {
  /** The named approver, or `customer`. */
  readonly holder: UserId;
  readonly given: {
    readonly by: string;
    readonly at: number;
    /** Which event of the request it was: two within one millisecond still have an order. */
    readonly version: number;
    readonly narrowed: Narrowed | null;
  } | null;
  /** When this holder was asked. */
  readonly askedAt: number;
}

export const CUSTOMER_SEAT = 'customer';

/** A question of an approver, and the requester's answer. */
export interface Question {
  readonly by: UserId;
  readonly text: string;
  readonly at: number;
  readonly answer: { readonly by: UserId; readonly text: string; readonly at: number } | null;
}

/** The customer's own words. */
export type CustomersWords = Pick<
  EventOf<'customer_request.filed'>,
  'tried' | 'expected' | 'urgency' | 'files'
>;

/** Who came with it, and what only that way in has. */
export type Origin =
  | { readonly kind: 'support' }
  | { readonly kind: 'customer'; readonly words: CustomersWords }
  /** Owed until it is judged. */
  | { readonly kind: 'emergency'; readonly review: Review };

/** The version of a request that was filed, and not changed since. */
export const FILED = 1;

/** True in every phase. */
export interface Base {
  readonly version: number;
  /** In which version it asked last for what it asks for: as filed, or as edited. */
  readonly askedIn: number;
  readonly origin: Origin;
  readonly filedAt: number;
  readonly requester: string;
  readonly owner: UserId;
  /** Somebody who was offered the ownership and has not accepted yet. */
  readonly offeredOwner: UserId | null;
  readonly tenant: TenantRecord;
  readonly reason: string;
  readonly caseRef: string;
  readonly terms: Terms;
  readonly roleNotes: readonly string[];
  readonly repeatCount: number;
  readonly questions: readonly Question[];
  readonly formerApprovers: readonly UserId[];
  readonly formerOwners: readonly UserId[];
  /** Who said that they did not expect this session. */
  readonly reporters: readonly string[];
  /** What products were asked for, the last at the end; none where people open and remove access by hand. */
  readonly accesses: readonly ProductAccess[];
  /** Who was sent the last reminder, and when; reminders of whatever kind is due in this phase. */
  readonly remindedAt: number | null;
  readonly reminders: number;
}

export interface Review {
  readonly reviewer: UserId;
  /** The second person who stands for it, where the policy asks for one. */
  readonly confirmedBy: UserId | null;
  /** Emergencies of the same person that were not reviewed, or not closed out, when this one was declared. */
  readonly unfinished: readonly number[];
  readonly dueAt: number;
  readonly remindedAt: number | null;
  readonly verdict: {
    readonly by: UserId;
    readonly justified: boolean;
    readonly note: string;
    readonly at: number;
  } | null;
}

/** What an approved request gives. */
export interface Grant {
  readonly ask: Ask;
  /** What was asked, where the approver gave less. */
  readonly asked: Ask;
  readonly seats: readonly Seat[];
  readonly grantedAt: number;
  readonly startBy: number;
  readonly latestEndAt: number;
}

/** More time that was asked for. It needs what the request needed, and is the same for everybody who says yes. */
export interface Extension {
  readonly by: UserId;
  readonly at: number;
  /** Which event of the request asked for it: an answer names it, so that no yes is taken for one to something else. */
  readonly version: number;
  readonly durationMs: number;
  readonly reason: string;
  readonly newExpiresAt: number;
  /** Each of our people types the tenant's id to say yes. */
  readonly highRisk: boolean;
  readonly seats: readonly Seat[];
  /** Holders who can no longer decide; the grantee was told. */
  readonly gone: readonly UserId[];
}

export interface Session {
  readonly startedBy: UserId;
  readonly startedAt: number;
  /** Absolute and half-open: at this instant it is over. */
  readonly expiresAt: number;
  /** More time that was given, in order. */
  readonly extensions: readonly Extension[];
  /** What was written down while it went on. */
  readonly notes: readonly { readonly by: UserId; readonly text: string; readonly at: number }[];
}

export interface Ending {
  readonly how: 'ended' | 'expired' | 'revoked';
  readonly by: string;
  readonly reason: string;
  readonly endedAt: number;
}

export type Closeout = Omit<EventOf<'closeout.filed'>, 'type'> & { readonly at: number };

export type Pending = Base & {
  readonly phase: 'pending';
  readonly ask: Ask;
  readonly seats: readonly Seat[];
  /** Holders who can no longer decide; the requester was told. */
  readonly gone: readonly UserId[];
};
/** The customer asked, which is the authorization; it waits for an engineer to accept. */
export type Unclaimed = Base & { readonly phase: 'unclaimed' };
/** An emergency that waits for its second person. */
export type Unconfirmed = Base & {
  readonly phase: 'unconfirmed';
  readonly ask: Ask;
  readonly confirmBy: number;
};
export type Approved = Base & { readonly phase: 'approved'; readonly grant: Grant; readonly opened: boolean };
export type Active = Base & {
  readonly phase: 'active';
  readonly grant: Grant;
  readonly session: Session;
  /** Warned about this end already. */
  readonly warnedFor: number | null;
  readonly extension: Extension | null;
  /** They may hold access no more, which was told. */
  readonly granteeGone: boolean;
};
export type Ended = Base & {
  readonly phase: 'ended';
  readonly grant: Grant;
  readonly session: Session;
  readonly ending: Ending;
  /** The last closeout that did not finish it: access left behind, not fixed yet, or contested. */
  readonly closeout: Closeout | null;
  readonly contested: { readonly by: UserId; readonly question: string; readonly at: number } | null;
};
export type Closed = Base & {
  readonly phase: 'closed';
  readonly grant: Grant;
  readonly session: Session;
  readonly ending: Ending;
  readonly closeout: Closeout;
  readonly accepted: { readonly by: UserId; readonly at: number } | null;
};
export type Denied = Base & {
  readonly phase: 'denied';
  readonly ask: Ask;
  readonly seats: readonly Seat[];
  readonly verdict: Verdict;
};
export type Cancelled = Base & {
  readonly phase: 'cancelled';
  readonly ask: Ask | null;
  readonly verdict: Verdict;
};
export type Lapsed = Base & {
  readonly phase: 'lapsed';
  readonly ask: Ask | null;
  readonly why: EventOf<'request.lapsed'>['why'];
  readonly at: number;
};

/** Who stopped it before a session, when and why. */
export interface Verdict {
  readonly by: string;
  readonly at: number;
  readonly reason: string;
}

export type Access =
  Pending | Unclaimed | Unconfirmed | Approved | Active | Ended | Closed | Denied | Cancelled | Lapsed;

export type Phase = Access['phase'];
/** Something can still become of it: time itself will see to that. */
export type OpenPhase = Exclude<Phase, 'closed' | 'denied' | 'cancelled' | 'lapsed'>;

/** Was it granted? Then it says so ever after, but for a grant that was called off, or fell through, before its use. */
export function isGranted(state: Access): state is Approved | Active | Ended | Closed {
  return state.phase === 'approved' || isStarted(state);
}

/** Did a session start? */
export function isStarted(state: Access): state is Active | Ended | Closed {
  return state.phase === 'active' || isOver(state);
}

/** Is its session over? */
export function isOver(state: Access): state is Ended | Closed {
  return state.phase === 'ended' || state.phase === 'closed';
}

/** The review that an emergency owes, or had; `null` for anything else. */
export function reviewOf({ origin }: Pick<Base, 'origin'>): Review | null {
  return origin.kind === 'emergency' ? origin.review : null;
}

/** Who was asked to say yes to the request, and did. */
export function seatsOf(state: Access): readonly Seat[] {
  if (isGranted(state)) return state.grant.seats;
  return state.phase === 'pending' || state.phase === 'denied' ? state.seats : [];
}

/** Who is asked now: about the request, or about more time in its session. */
export function seatsAsked(state: Access): readonly Seat[] {
  if (state.phase === 'pending') return state.seats;
  return state.phase === 'active' && state.extension !== null ? state.extension.seats : [];
}

/** Those among them who can no longer decide, as far as whoever asked was told. */
export function goneFrom(state: Access): readonly UserId[] {
  if (state.phase === 'pending') return state.gone;
  return state.phase === 'active' && state.extension !== null ? state.extension.gone : [];
}

/** Does it wait for the customer's word? */
export function asksCustomer(state: Access): boolean {
  return seatsAsked(state).some(({ holder, given }) => holder === CUSTOMER_SEAT && given === null);
}

/** What was asked for, where the request ever said so (a customer's request does so only once it is accepted). */
export function askOf(state: Access): Ask | null {
  switch (state.phase) {
    case 'unclaimed':
      return null;
    case 'pending':
    case 'unconfirmed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return state.ask;
    case 'approved':
    case 'active':
    case 'ended':
    case 'closed':
      return state.grant.ask;
  }
}
