import { ableContact, decidersOf, standingOf } from './standing.ts';
import type { AccessEvent, Ask } from './event.ts';
import type { World } from './people.ts';
import { isAmong } from './people.ts';
import type { Policy, Principal, UserId } from './policy.ts';
import { withoutWords } from './product-access.ts';
import type { Access, Base, Closeout, Extension, Grant, Review, Session } from './state.ts';
import { askOf } from './state.ts';

/**
 * What somebody may read of a request. The customer reads the record: who, why, when, what was done, whether it is fixed.
 * Our own talk about it is ours. Every screen, page, mail and file draws what `visibleTo` gives it, and decides nothing.
 */

/** As what somebody reads. */
export type Audience = 'ours' | 'customer';

/** A request as an audience reads it. Only `visibleTo` makes one. */
export interface Visible<A extends Audience = Audience> {
  readonly audience: A;
  readonly no: number;
  readonly state: Access;
}

/** The same, with what happened to it. */
export interface VisibleRecord<E, A extends Audience = Audience> extends Visible<A> {
  readonly events: readonly E[];
}

/** Does the policy list this person, and are they a member of this workspace now? */
export function isListed({ policy, people }: World, user: UserId): boolean {
  return people.standing(user) === 'member' && isAmong(people, user, insidersOf(policy)) === 'yes';
}

/** Everybody whom the policy gives something to do. */
export function insidersOf(policy: Policy): readonly Principal[] {
  return [
    ...policy.requesters,
    ...policy.admins,
    ...policy.auditors,
    ...policy.emergency.people,
    ...policy.approvers.flatMap((rule) => rule.people),
  ];
}

/** Did this person ask, decide, hold, own or review it? */
export function hasPart(state: Access, user: UserId): boolean {
  return state.requester === user || works(state, user);
}

/** May this person look at it, and as what? `null`: they may not. */
export function mayRead(world: World, state: Access, user: UserId): Audience | null {
  const audience = readsAs(world, state, user);
  if (audience === 'customer')
    return ableContact({ actor: { kind: 'person', id: user }, world }) === null ? audience : null;
  return isListed(world, user) || hasPart(state, user) ? audience : null;
}

/**
 * As what somebody reads who is told of it. The customer's own people read as the customer, be they guests or members
 * here; but for members who decide, hold or own it on our side.
 */
export function readsAs(world: World, state: Access, user: UserId): Audience {
  if (!isCustomers(world.policy, state, user)) return 'ours';
  return standingOf(world, user) === 'member' && works(state, user) ? 'ours' : 'customer';
}

/** As what a channel reads: the tenant's own is the customer's, where it is none of ours. */
export function channelReadsAs({ policy }: Pick<World, 'policy'>, state: Access, channel: string): Audience {
  const theirs = channel === state.tenant.channel && !Object.values(policy.channels).includes(channel);
  return theirs ? 'customer' : 'ours';
}

/** As what somebody reads about a tenant as a whole. */
export function readsTenantAs({ policy }: Pick<World, 'policy'>, tenantId: string, user: UserId): Audience {
  return isContactName(policy, tenantId, user) ? 'customer' : 'ours';
}

/** The request as this audience may read it. */
export function visibleTo<A extends Audience, E extends { readonly event: AccessEvent }>(
  audience: A,
  record: { readonly no: number; readonly state: Access; readonly events: readonly E[] },
  policy: Policy,
): VisibleRecord<E, A> {
  const { no, state, events } = record;
  if (audience === 'ours') return { audience, no, state, events };
  const said = (by: string): boolean => speaksForThem(policy, state, by);
  return {
    audience,
    no,
    state: theirState(state, said),
    events: events.flatMap((one) => {
      const event = theirEvent(one.event, state, said);
      return event === null ? [] : [{ ...one, event }];
    }),
  };
}

/** The world as this audience reads of it: when our people are away is for ourselves. */
export function worldTo(audience: Audience, world: World): World {
  return audience === 'ours' ? world : { ...world, people: { ...world.people, absence: () => undefined } };
}

/** A part on our side: whoever has one has heard, or written, what is said there. */
function works(state: Access, user: UserId): boolean {
  const { review } = state;
  return [
    ...decidersOf(state),
    ...state.formerApprovers,
    ...(state.way === 'customer' ? [] : [state.requester]),
    askOf(state)?.grantee,
    state.owner,
    state.offeredOwner,
    review?.reviewer,
    review?.verdict?.by,
  ].includes(user);
}

/** One of the customer's own, by the policy of now, or because they asked as the customer. */
function isCustomers(policy: Policy, state: Access, name: string): boolean {
  const asked = state.way === 'customer' && state.requester === name;
  return asked || isContactName(policy, state.tenant.id, name);
}

function isContactName(policy: Policy, tenantId: string, name: string): boolean {
  const contacts = policy.tenants.get(tenantId)?.contacts ?? [];
  return name.startsWith('customer:') || contacts.some(({ slack }) => slack === name);
}

/** Was it the customer's own word? Whoever decides on our side speaks for us. */
function speaksForThem(policy: Policy, state: Access, by: string): boolean {
  return isCustomers(policy, state, by) && !decidersOf(state).includes(by);
}

type Said = (by: string) => boolean;

/** Every field is named, so that no new one is shown to the customer before somebody thought about it. */
function theirBase(state: Base): Base {
  const { version, way, filedAt, requester, owner, tenant, reason, caseRef, terms, reporters, customer } =
    state;
  return {
    ...{ version, way, filedAt, requester, owner, tenant, reason, caseRef, terms, reporters, customer },
    review: state.review === null ? null : theirReview(state.review),
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

/** What somebody left undone elsewhere is no business of this customer's. */
function theirReview({ reviewer, confirmedBy, dueAt, verdict }: Review): Review {
  return {
    ...{ reviewer, confirmedBy, dueAt },
    unfinished: [],
    remindedAt: null,
    verdict: verdict === null ? null : { ...verdict, note: '' },
  };
}

function theirState(state: Access, said: Said): Access {
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
      const closeout = state.closeout === null ? null : theirCloseout(state.closeout, state.way);
      const session = theirSession(state.session);
      return { ...state, ...base, grant: theirGrant(state.grant), session, closeout, contested: null };
    }
    case 'closed':
      return {
        ...state,
        ...base,
        grant: theirGrant(state.grant),
        session: theirSession(state.session),
        closeout: theirCloseout(state.closeout, state.way),
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
  return { ...session, extensions: session.extensions.map(theirExtension) };
}

/** The notes are ours, but where they are the summary for the customer who asked. */
function theirCloseout<C extends Pick<Closeout, 'removed' | 'notes' | 'productProblem'>>(
  closeout: C,
  way: Base['way'],
): C {
  return {
    ...closeout,
    removed: closeout.removed.map(({ gone }) => ({ role: '', gone })),
    productProblem: '',
    notes: way === 'customer' ? closeout.notes : '',
  };
}

/** The event as the customer reads it; `null` for what is between ourselves. */
function theirEvent(event: AccessEvent, { way }: Access, said: Said): AccessEvent | null {
  switch (event.type) {
    case 'request.filed':
      return { ...event, ask: theirAsk(event.ask), roleNotes: [], repeatCount: 1 };
    case 'emergency.declared':
      return { ...event, ask: theirAsk(event.ask), roleNotes: [], repeatCount: 1, unfinished: [] };
    case 'customer_request.filed':
      return { ...event, roleNotes: [], repeatCount: 1 };
    case 'grant.issued':
    case 'customer_request.accepted':
      return { ...event, ask: theirAsk(event.ask) };
    case 'request.denied':
    case 'extension.denied':
      return said(event.by) ? event : { ...event, reason: '' };
    case 'closeout.filed':
      return theirCloseout(event, way);
    case 'closeout.contested':
      return said(event.by) ? event : null;
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
    case 'owner.offered':
    case 'owner.changed':
    case 'closeout.reminded':
    case 'closeout.accepted':
    case 'review.reminded':
      return null;
  }
}
