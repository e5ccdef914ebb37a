import { isTold, nextBy } from '../access/closeout.ts';
import { approversOf, decidersOf, whoAnswers } from '../access/standing.ts';
import type { AccessEvent } from '../access/event.ts';
import { isProductFact } from '../access/evolve-access.ts';
import type { World } from '../access/people.ts';
import { actorName, answersFor, peopleOf } from '../access/people.ts';
import type { Access, Seat } from '../access/state.ts';
import { askOf, CUSTOMER_SEAT, isGranted, isStarted, seatsAsked, seatsOf } from '../access/state.ts';
import type { Owed } from './message.ts';
import { ofProduct } from './owe-products.ts';
import { directMessage, inChannel, isOutsideSlack, readerOf } from '../access/ids.ts';

/** A fact that just joined a request's history, with the request before and after it. */
export interface Entry {
  readonly no: number;
  readonly event: AccessEvent;
  readonly before: Access | null;
  readonly after: Access;
}

/**
 * Who must be told what of a new fact. Pure. Every place that shows the request's card gets it brought up to date;
 * a place that sees the card for the first time is notified by that, the others by a notice where it concerns them.
 */
export function owe({ no, event, before, after }: Entry, world: World, now: number): readonly Owed[] {
  const version = after.version;
  const had = before === null ? new Set<string>() : places(before, world, now);
  const has = places(after, world, now);
  const cards = [...new Set([...has, ...had])];
  // Who left has nowhere to read it; what they were shown before is tidied up.
  const arrives = (to: string): boolean => {
    const reader = readerOf(to);
    return reader === null || world.listed.standing(reader) !== 'deactivated';
  };
  const notices = hearers(event, before ?? after, after, world, now);
  const marked =
    after.tenant.channel !== null && MARKING.has(event.type) ? [inChannel(after.tenant.channel)] : [];
  return [
    ...cards.filter(arrives).map((destination): Owed => {
      return { key: `card:${no}:${version}:${destination}`, destination, message: { kind: 'card', no } };
    }),
    ...marked.map((destination): Owed => {
      return {
        key: `bookmark:${no}:${version}:${destination}`,
        destination,
        message: { kind: 'bookmark', no },
      };
    }),
    ...[...notices]
      .filter(([destination]) => arrives(destination) && (had.has(destination) || !has.has(destination)))
      .map(([destination, loud]): Owed => {
        const message = { kind: 'notice', no, version, loud } as const;
        const which = ONCE.has(event.type) ? event.type : `${version}:${event.type}`;
        return { key: `notice:${no}:${which}:${destination}`, destination, message };
      }),
  ];
}

const TIMER = actorName({ kind: 'timer' });

/** What changes whether, or until when, somebody is in the tenant. */
const MARKING: ReadonlySet<AccessEvent['type']> = new Set([
  'session.started',
  'extension.approved',
  'session.ended',
]);

/**
 * What happens to a request once at most. After a restore it can happen again, as another version: whoever was told of
 * it in what was lost is found, and not told again.
 */
const ONCE: ReadonlySet<AccessEvent['type']> = new Set([
  'request.denied',
  'request.cancelled',
  'request.lapsed',
  'session.started',
  'grantee.gone',
  'session.ended',
]);

/** Where the request's card stands in this phase. */
function places(state: Access, world: World, now: number): ReadonlySet<string> {
  const { channels } = world.policy;
  const ask = askOf(state);
  const seats = seatsOf(state);
  const people = [state.requester, ...decidersOf(state), ...asked(state, world, now)];
  const granted = isGranted(state);
  if (granted || state.origin.kind === 'emergency') people.push(state.owner);
  if (granted && ask !== null) people.push(ask.grantee);
  if (state.origin.kind === 'emergency') people.push(state.origin.review.reviewer);
  const used = isStarted(state);
  const where: (string | null)[] = [];
  if (used || state.origin.kind === 'emergency') {
    where.push(channels.alert, state.tenant.channel);
    people.push(...contactsWithoutChannel(state, world));
  }
  if (state.origin.kind === 'customer') where.push(channels.support ?? channels.alert);
  const { contacts, channel } = consentPlaces(state, seats, world);
  where.push(channel);
  return new Set([
    ...[...people, ...contacts].filter(isSlackUser).map(directMessage),
    ...where.filter((id) => id !== null).map(inChannel),
  ]);
}

/** Whom this fact concerns beyond the cards, and whether it must reach them now (loud) or is there to be read. */
function hearers(
  event: AccessEvent,
  before: Access,
  after: Access,
  world: World,
  now: number,
): Map<string, boolean> {
  const { channels } = world.policy;
  const grantee = askOf(after)?.grantee ?? null;
  const approvers = [
    ...approversOf(seatsOf(after)),
    ...(after.origin.kind === 'emergency' ? [after.origin.review.reviewer] : []),
  ];
  const pinged = (users: readonly string[]): string[] =>
    users.map((user) => answersFor(world.people, user, now));
  const theirs = after.tenant.channel === null ? [] : [inChannel(after.tenant.channel)];
  const alert = [inChannel(channels.alert), ...theirs];
  const security = inChannel(channels.security ?? channels.alert);
  const contacts = contactsWithoutChannel(after, world);
  const owners = whoOwns(after, world);
  const told = new Map<string, boolean>();
  const tell = (loud: boolean, people: readonly (string | null)[], places: readonly string[] = []): void => {
    const all = [
      ...people.filter((p) => p !== null && isSlackUser(p)).map((p) => directMessage(p ?? '')),
      ...places,
    ];
    for (const destination of all) told.set(destination, loud || told.get(destination) === true);
  };
  if (isProductFact(event)) {
    ofProduct(event, before, after, { grantee, owners, approvers, contacts, alert, security }, tell);
    return told;
  }
  switch (event.type) {
    case 'request.filed':
    case 'customer_request.filed':
    case 'emergency.declared':
    case 'review.reminded':
      // The card itself says it; an overdue review is the team's business too.
      if (event.type === 'review.reminded' && after.origin.kind === 'emergency') {
        tell(true, event.reviewers);
        if (event.at >= after.origin.review.dueAt) tell(true, [], alert.slice(0, 1));
      }
      break;
    case 'approval.given':
      // The last yes issues the grant, which is the better news.
      if (seatsOf(after).some((seat) => seat.given === null)) tell(true, [after.requester]);
      break;
    case 'grant.issued':
      tell(true, [after.requester, grantee]);
      tell(false, [after.owner]);
      break;
    case 'customer_request.accepted':
      // The start, which comes with it, is told at once.
      tell(false, [after.requester]);
      break;
    case 'emergency.confirmed':
      tell(true, [after.requester]);
      break;
    case 'request.denied':
      tell(true, [after.requester]);
      tell(false, approvers);
      break;
    case 'request.cancelled':
      tell(event.by !== after.requester, [after.requester]);
      tell(before.phase === 'approved' && event.by !== grantee, [grantee, after.owner]);
      tell(false, approversOf(seatsOf(before)));
      // Whoever heard that it waits for its second person hears that it came to nothing.
      if (after.origin.kind === 'emergency') tell(true, contacts, alert);
      break;
    case 'request.lapsed':
      tell(true, [after.requester, before.phase === 'approved' ? grantee : null]);
      tell(false, approversOf(seatsOf(before)));
      if (after.origin.kind === 'customer') tell(true, [], [inChannel(channels.support ?? channels.alert)]);
      if (after.origin.kind === 'emergency') tell(true, contacts, alert);
      break;
    case 'question.asked':
      tell(true, [after.requester]);
      break;
    case 'request.edited':
    case 'question.answered':
      tell(true, asked(after, world, now));
      if (event.type === 'request.edited' && seatsAsked(after).some((seat) => seat.holder === CUSTOMER_SEAT))
        tell(true, contacts, theirs);
      break;
    case 'approver.reminded':
      tell(true, event.approvers);
      // Once: who waits for a silent approver can ask somebody else from now on.
      if (after.phase === 'pending' && after.reminders === 1) tell(true, [after.requester]);
      if (after.phase === 'unclaimed') tell(true, [], [inChannel(channels.support ?? channels.alert)]);
      break;
    case 'approver.gone':
      tell(true, [after.phase === 'active' ? grantee : after.requester]);
      tell(true, [event.why === 'not_named' ? event.approver : null]);
      break;
    case 'approver.replaced':
      tell(true, [event.from]);
      tell(event.by !== after.requester, [after.requester]);
      break;
    case 'approval.asked_again':
      tell(true, [...pinged([event.approver]), after.phase === 'active' ? grantee : after.requester]);
      if (after.phase === 'active' && event.approver === CUSTOMER_SEAT) tell(true, contacts, theirs);
      break;
    case 'start.opened':
    case 'session.warned':
      tell(true, [grantee]);
      break;
    case 'session.started':
      tell(true, [after.requester, after.owner, ...approvers]);
      // Where the card stands already it changes in silence. An emergency of one person comes with its card.
      if (before.origin.kind !== 'emergency' || before.version > 1) tell(true, contacts, alert);
      // Whoever pressed Start knows.
      told.delete(directMessage(event.by));
      tell(false, [event.by]);
      break;
    case 'extension.asked':
      tell(true, asked(after, world, now));
      if (event.consent) tell(true, contacts, theirs);
      if (after.origin.kind === 'customer') tell(true, [after.requester]);
      break;
    case 'extension.agreed':
      // The last yes moves the end, which is the better news.
      if (seatsAsked(after).some((seat) => seat.given === null)) tell(true, [grantee]);
      break;
    case 'extension.approved':
      tell(true, [grantee, after.owner, ...contacts], alert);
      break;
    case 'extension.denied':
      tell(true, [grantee]);
      break;
    case 'grantee.gone':
      tell(true, owners, [security]);
      break;
    case 'session.ended':
      tell(true, [grantee, after.requester, ...owners, ...contacts, ...approvers], alert);
      // Nobody stopped it: whoever was in may hold access no more.
      if (event.how === 'revoked' && event.by === TIMER) tell(true, [], [security]);
      break;
    case 'session.reported':
      tell(true, event.standing ? [] : pinged(approvers), [security]);
      break;
    case 'note.taken':
      // It is for whoever closes it out.
      break;
    case 'owner.offered':
      tell(true, [event.to]);
      break;
    case 'owner.changed':
      tell(true, [event.from, event.to]);
      break;
    case 'closeout.filed':
      // Whoever approved it sees that the problem is still there.
      tell(after.phase === 'closed' || event.next !== null, approvers);
      tell(true, event.next !== null && event.next.by !== event.by ? [event.next.by] : []);
      tell(after.phase === 'ended', [after.owner, grantee], alert.slice(0, 1));
      if (after.origin.kind === 'customer' && isTold(after)) tell(true, [after.requester]);
      break;
    case 'closeout.reminded':
      tell(true, [...owners, nextBy(after)]);
      break;
    case 'closeout.accepted':
      tell(false, [after.owner]);
      break;
    case 'closeout.contested':
      tell(true, [after.owner, grantee]);
      break;
    case 'emergency.reviewed':
      tell(true, [after.requester], alert.slice(0, 1));
      break;
  }
  return told;
}

/** Whose answers the request, or more time in its session, waits for: those who can give them now. */
function asked(state: Access, { people }: World, now: number): readonly string[] {
  return seatsAsked(state)
    .filter((seat) => seat.given === null && seat.holder !== CUSTOMER_SEAT)
    .map((seat) => whoAnswers(state, seat, people, now));
}

/** Who sees it through; where they are no member any more, the admins. */
function whoOwns({ owner }: Access, { policy, listed }: World): readonly string[] {
  const standing = listed.standing(owner);
  const there = standing === 'member' || standing === 'cannot_check';
  return there ? [owner] : peopleOf(listed, policy.admins);
}

/** Contacts who are told in person, because there is no channel for it. */
function contactsWithoutChannel(state: Access, { policy }: World): readonly string[] {
  if (state.tenant.channel !== null) return [];
  const contacts = policy.tenants.get(state.tenant.id)?.contacts ?? [];
  return contacts.flatMap((c) => (c.slack === null ? [] : [c.slack]));
}

/** Where the customer is asked for consent: in their channel, or else each contact who is in Slack. */
function consentPlaces(
  state: Access,
  seats: readonly Seat[],
  world: World,
): { contacts: string[]; channel: string | null } {
  if (!seats.some((seat) => seat.holder === CUSTOMER_SEAT) || state.origin.kind === 'customer')
    return { contacts: [], channel: null };
  if (state.tenant.channel !== null) return { contacts: [], channel: state.tenant.channel };
  return { contacts: [...contactsWithoutChannel(state, world)], channel: null };
}

/** Contacts outside Slack and time itself have no direct messages. */
function isSlackUser(actor: string): boolean {
  return !isOutsideSlack(actor) && actor !== CUSTOMER_SEAT;
}
