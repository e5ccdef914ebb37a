import { nextBy } from '../access/closeout.ts';
import { approversOf, whoAnswers } from '../access/standing.ts';
import type { World } from '../access/people.ts';
import { answersFor, peopleOf } from '../access/people.ts';
import type { Access } from '../access/state.ts';
import { askOf, CUSTOMER_SEAT, seatsAsked, seatsOf } from '../access/state.ts';
import { directMessage, emailOf, inChannel, isOutsideSlack } from '../access/ids.ts';

/** Places in Slack; none where there is nobody. */
export type Places = readonly string[];
/** Addresses of contacts. */
export type Addresses = readonly string[];

/** Who can be told of something that happened to a request, by what they are to it now. */
export interface Whom {
  readonly requester: Places;
  readonly grantee: Places;
  readonly owner: Places;
  /** Who sees it through; where they are no member any more, the admins. */
  readonly owners: Places;
  /** Who does what is still to be done about the problem. */
  readonly next: Places;
  /** Those who hold a seat in it, and whoever is to review an emergency. */
  readonly approvers: Places;
  /** Those who held a seat in it before this. */
  readonly approversBefore: Places;
  /** Whose answers it waits for: those who can give them now. */
  readonly asked: Places;
  /** Contacts in person, where the tenant has no channel for it. */
  readonly contacts: Places;
  /** The tenant's channel, where there is one. */
  readonly customerChannel: Places;
  /** The team's channel for alerts. */
  readonly alertChannel: Places;
  readonly securityChannel: Places;
  readonly supportChannel: Places;
  /** That person. */
  person(id: string): Places;
  /** Whoever answers for that person now. */
  standInOf(id: string): Places;
  /** Whoever answers now for each of the approvers. */
  readonly approversNow: Places;
  readonly mail: {
    /** Every contact who has an address. */
    readonly contacts: Addresses;
    /** The contact who asked for it. */
    readonly asker: Addresses;
  };
}

export function whom(before: Access, after: Access, world: World, now: number): Whom {
  const { channels } = world.policy;
  const contacts = world.policy.tenants.get(after.tenant.id)?.contacts ?? [];
  const approvers = [
    ...approversOf(seatsOf(after)),
    ...(after.origin.kind === 'emergency' ? [after.origin.review.reviewer] : []),
  ];
  const standIn = (id: string): string => answersFor(world.people, id, now);
  const support = channels.support ?? channels.alert;
  const grantee = askOf(after)?.grantee;
  const next = nextBy(after);
  return {
    requester: inPerson([after.requester]),
    grantee: inPerson(grantee === undefined ? [] : [grantee]),
    owner: inPerson([after.owner]),
    owners: inPerson(whoOwns(after, world)),
    next: inPerson(next === null ? [] : [next]),
    approvers: inPerson(approvers),
    approversBefore: inPerson(approversOf(seatsOf(before))),
    asked: inPerson(whoIsAsked(after, world, now)),
    contacts: inPerson(contactsWithoutChannel(after, world)),
    customerChannel: after.tenant.channel === null ? [] : [inChannel(after.tenant.channel)],
    alertChannel: [inChannel(channels.alert)],
    securityChannel: [inChannel(channels.security ?? channels.alert)],
    supportChannel: [inChannel(support)],
    person: (id) => inPerson([id]),
    standInOf: (id) => inPerson([standIn(id)]),
    approversNow: inPerson(approvers.map(standIn)),
    mail: {
      contacts: addresses(contacts.map((contact) => contact.email)),
      asker: addresses([
        emailOf(after.requester),
        ...contacts.filter((c) => c.slack === after.requester).map((c) => c.email),
      ]),
    },
  };
}

/** The direct messages of those who have any: contacts outside Slack and time itself have none. */
export function inPerson(ids: readonly string[]): Places {
  return ids.filter((id) => !isOutsideSlack(id) && id !== CUSTOMER_SEAT).map(directMessage);
}

/** Whose answers the request, or more time in its session, waits for: those who can give them now. */
export function whoIsAsked(state: Access, { people }: World, now: number): readonly string[] {
  return seatsAsked(state)
    .filter((seat) => seat.given === null && seat.holder !== CUSTOMER_SEAT)
    .map((seat) => whoAnswers(state, seat, people, now));
}

/** Contacts who are told in person, because there is no channel for it. */
export function contactsWithoutChannel(state: Access, { policy }: World): readonly string[] {
  if (state.tenant.channel !== null) return [];
  const contacts = policy.tenants.get(state.tenant.id)?.contacts ?? [];
  return contacts.flatMap((c) => (c.slack === null ? [] : [c.slack]));
}

function whoOwns({ owner }: Access, { policy, listed }: World): readonly string[] {
  const standing = listed.standing(owner);
  const there = standing === 'member' || standing === 'cannot_check';
  return there ? [owner] : peopleOf(listed, policy.admins);
}

function addresses(all: readonly (string | null)[]): Addresses {
  return [...new Set(all.filter((address) => address !== null))];
}
