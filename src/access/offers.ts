import type { FilingCommand } from './command.ts';
import type { Moment } from './decision.ts';
import { overdueEnd } from './due.ts';
import type { Actor, People, World } from './people.ts';
import { answersFor } from './people.ts';
import type { RequestCommandType } from './permits.ts';
import { permits, permitsFiling } from './permits.ts';
import type { Principal, UserId } from './policy.ts';
import { notClosed } from './product-access.ts';
import type { Refusal } from './refusal.ts';
import type { Audience } from './reading.ts';
import { channelReadsAs } from './reading.ts';
import { decidersOf, ownPart, personOf } from './standing.ts';
import type { Access } from './state.ts';
import { askOf, reviewOf } from './state.ts';

/**
 * What somebody is offered where they read of a request: of what they may, whatever is worth a button. An offer lets
 * nobody do anything: whoever takes it up is asked about then.
 */

/** A command, or one of the two that have a form of their own. */
export type Offer = RequestCommandType | 'approve_less' | 'file_again';

/** What is offered, each in the words for us or in those for the customer. */
export type Offers = ReadonlyMap<Offer, Audience>;

/**
 * Where one person reads: in their own messages, which ask them for what is theirs to do; or in the record that they
 * looked up, where an admin finds what nobody else can do for others, too.
 */
export type Place = 'messages' | 'record';

/** What is offered to one person, as whom they read. */
export function offersTo(
  state: Access,
  { audience, place }: { readonly audience: Audience; readonly place: Place },
  { actor, world, now }: Moment,
): Offers {
  return offersFor(state, { audience, place }, { actor, world: asFarAsKnown(state, world, now), now });
}

/**
 * What is offered in a channel, which many read: whatever somebody there could be right to press whom the request does
 * not name; what is asked of a named person stands in their own messages. Anybody may be there; in a channel of ours,
 * whoever is on the policy's lists; in the tenant's own, one of its contacts.
 */
export function offersIn(channel: string, state: Access, world: World, now: number): Offers {
  const known = asFarAsKnown(state, world, now);
  const offers = (audience: Audience, moment: Moment): Offers =>
    offersFor(state, { audience, place: 'messages' }, moment);
  const { contacts = [] } = world.policy.tenants.get(state.tenant.id) ?? {};
  const theirs = channel === state.tenant.channel ? contacts.flatMap(({ slack }) => slack ?? []) : [];
  const listed = channelReadsAs(world, state, channel) === 'ours' ? [onTheLists(known)] : [];
  return new Map([
    ...theirs.flatMap((id) => [...offers('customer', { actor: { kind: 'person', id }, world: known, now })]),
    ...[...listed, known].flatMap((seen) => [...offers('ours', { actor: SOMEBODY, world: seen, now })]),
  ]);
}

/** Why this actor is not offered to file that; `null` where they are. Who Slack has said nothing of may be on its lists. */
export function filingRefused(
  type: FilingCommand['type'],
  tenantId: string | null,
  { actor, world, now }: Moment,
): Refusal | null {
  const them = new Set([personOf(actor) ?? '']);
  return permitsFiling(type, tenantId, { actor, world: supposing(world, () => them), now });
}

/** Does the request, or more time in its session, wait for this person's answer? */
export function isAsked(offers: Offers): boolean {
  return offers.has('approve') || offers.has('approve_extension');
}

interface Reader {
  readonly state: Access;
  readonly audience: Audience;
  readonly place: Place;
  readonly moment: Moment;
  readonly may: (type: RequestCommandType) => boolean;
}

const always = (): boolean => true;
const ours = ({ audience }: Reader): boolean => audience === 'ours';

/** When what somebody may is worth a button, too. */
const WORTH: Readonly<Record<Offer, (reader: Reader) => boolean>> = {
  approve: always,
  approve_less: ours,
  // Whoever has said yes is not asked once more.
  deny: ({ may }) => may('approve'),
  ask_question: (reader) => ours(reader) && reader.may('approve'),
  approve_extension: always,
  deny_extension: ({ may }) => may('approve_extension'),
  answer_question: always,
  replace_approver: (reader) => isForThem('replace_approver', reader),
  edit: always,
  cancel: always,
  accept: always,
  confirm_emergency: always,
  start: always,
  ask_extension: always,
  end: always,
  // Not beside another way to the same end.
  revoke: ({ audience, may }) =>
    !may('end') && !may('cancel') && (audience === 'ours' || !may('report_unexpected')),
  report_unexpected: ({ state, audience, moment, may }) =>
    audience === 'customer' || moment.actor === SOMEBODY || (may('revoke') && !isTheirs(state, moment.actor)),
  offer_ownership: (reader) =>
    (reader.state.phase === 'active' || reader.state.phase === 'ended') &&
    reader.state.offeredOwner === null &&
    isForThem('offer_ownership', reader),
  accept_ownership: always,
  take_note: ours,
  close_out: always,
  // Not while the product still has time to say it itself.
  close_by_hand: ({ state }) => notClosed(state).length > 0,
  open_again: always,
  // The customer is asked about what they asked for.
  accept_closeout: always,
  contest_closeout: always,
  review_emergency: always,
  // Not the other ways in: those are asked for anew.
  file_again: ({ state }) =>
    (state.phase === 'lapsed' || state.phase === 'cancelled' || state.phase === 'denied') &&
    state.origin.kind === 'support',
};

function offersFor(
  state: Access,
  { audience, place }: { readonly audience: Audience; readonly place: Place },
  moment: Moment,
): Offers {
  // What is over is over, whether or not the timer came by.
  if (overdueEnd(state, moment.now) !== null) return NONE;
  const may = (type: RequestCommandType): boolean => permits(type, state, moment) === null;
  const reader: Reader = { state, audience, place, moment, may };
  const offers = Object.keys(WORTH).filter(isOffer);
  return new Map(
    offers
      .filter((offer) => isPermitted(offer, reader) && WORTH[offer](reader))
      .map((offer) => [offer, audience]),
  );
}

/** Is that the name of an offer? */
export function isOffer(name: string): name is Offer {
  return name in WORTH;
}

function isPermitted(offer: Offer, { state, moment, may }: Reader): boolean {
  if (offer === 'approve_less') return may('approve');
  if (offer !== 'file_again') return may(offer);
  return personOf(moment.actor) === state.requester && permitsFiling('file', null, moment) === null;
}

/** Is it theirs to do by their own part in the request, or did they look it up to do it as an admin? */
function isForThem(type: RequestCommandType, { state, place, moment }: Reader): boolean {
  const { world } = moment;
  const noAdmins = { ...world, policy: { ...world.policy, admins: [] } };
  return place === 'record' || permits(type, state, { ...moment, world: noAdmins }) === null;
}

/** Did they ask for it, or do they hold or own it? Then they expect it. */
function isTheirs(state: Access, actor: Actor): boolean {
  const person = personOf(actor);
  return person !== null && ownPart(state, person) !== null;
}

const NONE: Offers = new Map();

/** Somebody who reads along. No user of Slack is called that. */
const NAME = 'somebody';
const SOMEBODY: Actor = { kind: 'person', id: NAME };

function onTheLists(world: World): World {
  const { requesters, emergency } = world.policy;
  const people = [...emergency.people, NAME];
  return {
    ...world,
    policy: {
      ...world.policy,
      requesters: [...requesters, NAME],
      emergency: { ...emergency, people },
    },
  };
}

/**
 * Where Slack has not said yet, whoever the request names is taken for what they were when it named them. That makes
 * nobody an admin.
 */
function asFarAsKnown(state: Access, world: World, now: number): World {
  const { people, policy } = world;
  const { requester, owner } = state;
  const review = reviewOf(state);
  const asked = [...decidersOf(state), ...(review === null ? [] : [review.reviewer])];
  const named: ReadonlySet<UserId> = new Set([
    ...[requester, owner, askOf(state)?.grantee ?? owner],
    ...asked,
    ...asked.map((user) => answersFor(people, user, now)),
    ...asked.flatMap((user) => policy.deputies.get(user) ?? []),
  ]);
  return supposing(world, (group) => (policy.admins.includes(group) ? NOBODY : named));
}

/** The world where whoever Slack has said nothing of is a member, and is in its groups as far as that is supposed. */
function supposing(world: World, members: (group: Principal) => ReadonlySet<UserId>): World {
  const { people } = world;
  const supposed: People = {
    standing(user) {
      const standing = people.standing(user);
      return standing === 'cannot_check' ? 'member' : standing;
    },
    members: (group) => people.members(group) ?? members(group),
    absence: (user) => people.absence(user),
  };
  return { ...world, people: supposed };
}

const NOBODY: ReadonlySet<UserId> = new Set();
