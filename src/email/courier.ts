import { createHash } from 'node:crypto';
import type { Contact, Policy, Tenant, UserId } from '../access/policy.ts';
import { askOf, asksCustomer, CUSTOMER_SEAT, isOver, reviewOf } from '../access/state.ts';
import type { Access } from '../access/state.ts';
import { decidersOf } from '../access/standing.ts';
import type { VisibleRecord } from '../access/reading.ts';
import { visibleTo } from '../access/reading.ts';
import type { Clock } from '../clock.ts';
import type { Recorded } from '../ledger/history.ts';
import type { Links, Purpose } from '../ledger/links.ts';
import type { Views } from '../ledger/views.ts';
import type { Courier, Delivered, Delivery } from '../outbox/delivery.ts';
import { contactOf, namesForContact } from '../wording/names.ts';
import { consentLetter, tenantLetter } from './asks.ts';
import type { Letter } from './layout.ts';
import { write } from './layout.ts';
import type { MailFacts } from './parts.ts';
import type { Transport } from './transport.ts';
import { factLetter } from './words.ts';
import { addressOf, isOutsideSlack } from '../access/ids.ts';

/** Brings what is owed to a contact's mailbox, as things stand when it is sent; asks nothing that was answered. */

/** A contact who is at the keyboard has this long to answer in Slack. */
const SLACK_FIRST_MS = 10 * 60_000;
const PAGE_MINUTES = 30;

/** For somebody whom Slack did not name, because it was not reached. */
const UNNAMED = 'Our support team';

/** A mail to be, or why there is none. */
type Draft = Delivered | { readonly kind: 'letter'; readonly letter: Letter; readonly token: string | null };

export interface MailCourierDeps {
  readonly transport: Transport;
  readonly views: Pick<Views, 'record'>;
  readonly links: Links;
  readonly clock: Clock;
  readonly policy: Policy;
  /** Where the pages are, without a slash at its end. */
  readonly publicUrl: string;
  /** Makes sure that these people's names are known, as far as Slack answers. */
  readonly learn: (users: readonly UserId[]) => Promise<void>;
  /** What Slack calls them; `null` if it was not asked or did not say. */
  readonly nameOf: (user: UserId) => string | null;
  /** Is one of these people at the keyboard? */
  readonly isActive: (users: readonly UserId[]) => Promise<boolean>;
}

/** Builds the courier for destinations that are addresses. */
export function createMailCourier(deps: MailCourierDeps): Courier {
  const { transport, views, links, clock, policy, publicUrl } = deps;
  const { hostname } = new URL(publicUrl);
  const lookUpUrl = `${publicUrl}/tenants`;

  async function issue(
    purpose: Purpose,
    email: string,
    tenantId: string,
    about: { requestNo: number; version: number } | null,
    expiresAt: number,
  ): Promise<{ token: string; url: string; code: string } | null> {
    if (clock.now() >= expiresAt) return null;
    const { requestNo, version } = about ?? { requestNo: null, version: null };
    const { token, code } = await links.issue({ purpose, email, tenantId, requestNo, version, expiresAt });
    return { token, url: `${publicUrl}/${about === null ? 't' : 'r'}/${token}`, code };
  }

  /** Everybody's name; what Slack does not tell is said in words. */
  async function namesFor(
    { state, events }: MailFacts['record'],
    tenant: Tenant,
  ): Promise<MailFacts['nameOf']> {
    const people = peopleIn(state, events);
    await deps.learn(people.filter((id) => contactOf(tenant, id) === undefined));
    return namesForContact(tenant, {
      customer: 'the customer',
      nameOf: (user) => {
        const name = deps.nameOf(user);
        return name === null || name === user ? UNNAMED : name;
      },
    });
  }

  async function draftFact(
    record: VisibleRecord<Recorded, 'customer'>,
    version: number,
    to: Contact,
    tenant: Tenant,
    again: boolean,
  ): Promise<Draft> {
    const { no, state } = record;
    const recorded = record.events.find((one) => one.version === version);
    if (recorded === undefined) return { kind: 'moot', why: 'it is not for the customer' };
    const { event } = recorded;
    const email = to.email ?? '';
    if (
      event.type === 'extension.asked' &&
      !(state.phase === 'active' && state.extension?.version === version && asksCustomer(state))
    )
      return { kind: 'moot', why: 'more time was decided about, or the session is over' };
    // The mail about what came next says all of it, and that somebody is in.
    if (event.type === 'emergency.declared' && state.phase !== 'unconfirmed')
      return { kind: 'moot', why: 'the emergency was confirmed, or came to nothing' };
    const link = await linkFor(state, event.type, (purpose, expiresAt) =>
      issue(purpose, email, tenant.id, { requestNo: no, version }, expiresAt),
    );
    const nameOf = await namesFor(record, tenant);
    const letter = factLetter(recorded, { record, nameOf, now: clock.now(), link, lookUpUrl }, again);
    if (letter === null) return { kind: 'moot', why: `no mail is about ${event.type}` };
    return { kind: 'letter', letter, token: link?.token ?? null };
  }

  async function draftConsent(
    record: VisibleRecord<Recorded, 'customer'>,
    version: number,
    to: Contact,
    tenant: Tenant,
    again: boolean,
  ): Promise<Draft> {
    const { no, state, events } = record;
    if (state.phase !== 'pending')
      return { kind: 'moot', why: `the request is ${state.phase}, nobody's consent is awaited` };
    const seat = state.seats.find(({ holder }) => holder === CUSTOMER_SEAT);
    if (seat === undefined || seat.given !== null)
      return { kind: 'moot', why: 'the customer has consented already' };
    const narrowed = events.some(
      (one) => one.version > version && one.event.type === 'approval.given' && one.event.narrowed !== null,
    );
    if (narrowed) return { kind: 'moot', why: 'less is asked now: a newer mail says what' };
    const at = state.filedAt + SLACK_FIRST_MS;
    const inSlack = tenant.contacts.flatMap(({ slack }) => (slack === null ? [] : [slack]));
    if (!again && clock.now() < at && inSlack.length > 0 && (await deps.isActive(inSlack)))
      return { kind: 'later', at };
    const nameOf = await namesFor(record, tenant);
    const link = await issue(
      'consent',
      to.email ?? '',
      tenant.id,
      { requestNo: no, version },
      state.terms.lapseAt,
    );
    if (link === null) return { kind: 'moot', why: 'the request lapses' };
    const letter = consentLetter(state, no, { record, nameOf, now: clock.now(), link, lookUpUrl });
    return { kind: 'letter', letter, token: link.token };
  }

  async function draftPage(tenant: Tenant, to: Contact, invited: boolean): Promise<Draft> {
    const link = await issue('tenant', to.email ?? '', tenant.id, null, clock.now() + PAGE_MINUTES * 60_000);
    const letter = tenantLetter(tenant, { link, lookUpUrl, minutes: PAGE_MINUTES, invited });
    return { kind: 'letter', letter, token: link?.token ?? null };
  }

  /** Whom it is for by the current policy, and what to say to them. */
  async function draft(
    { key, message }: Delivery,
    email: string,
  ): Promise<{ readonly to: Contact | null; readonly draft: Draft; readonly thread: string | null }> {
    switch (message.kind) {
      case 'mail':
      case 'consent_mail': {
        const record = await views.record(message.no);
        if (record?.events.every(({ version }) => version !== message.version) !== false)
          throw new Error(`there is no TSA-${message.no} of version ${message.version}`);
        const tenant = policy.tenants.get(record.state.tenant.id);
        const to = tenant?.contacts.find((contact) => contact.email === email);
        if (tenant === undefined || to === undefined) return gone(email);
        const thread = `<tsa-${message.no}.${digest(`${message.no} ${tenant.id}`)}@${hostname}>`;
        // Owed not for an event, but because the contact asked for it once more.
        const again = !/^(?:mail|consent):/.test(key);
        const visible = visibleTo('customer', record, policy);
        const make = message.kind === 'mail' ? draftFact : draftConsent;
        const made = await make(visible, message.version, to, tenant, again);
        return { to, draft: made, thread };
      }
      case 'tenant_mail':
      case 'invitation': {
        const tenant = policy.tenants.get(message.tenantId);
        const to = tenant?.contacts.find((contact) => contact.email === email);
        if (tenant === undefined || to === undefined) return gone(email);
        return { to, draft: await draftPage(tenant, to, message.kind === 'invitation'), thread: null };
      }
      case 'card':
      case 'tidy':
      case 'notice':
      case 'bookmark':
      case 'greeting':
      case 'digest':
      case 'clock':
      case 'restored':
      case 'after_end':
      case 'orphan':
      case 'undeliverable':
        return {
          to: null,
          draft: { kind: 'failed', why: `a ${message.kind} is not for mail` },
          thread: null,
        };
    }
  }

  return {
    async deliver(delivery) {
      const email = addressOf(delivery.destination) ?? '';
      const { to, draft: made, thread } = await draft(delivery, email);
      if (made.kind !== 'letter') return made;
      const result = await transport.send({
        ...write(made.letter),
        to: { name: to?.name ?? '', address: email },
        date: clock.now(),
        messageId: `<${digest(delivery.key)}@${hostname}>`,
        thread,
      });
      // Nobody got that link: the next try brings another.
      const never = result.kind === 'failed' || (result.kind === 'retry' && !result.inDoubt);
      if (never && made.token !== null) await links.forget(made.token);
      return result;
    },
  };
}

function gone(email: string): { to: null; draft: Draft; thread: null } {
  return {
    to: null,
    draft: { kind: 'moot', why: `${email} is no contact of that tenant any more` },
    thread: null,
  };
}

/** What a contact can still do about that fact, and for how long. */
async function linkFor<T>(
  state: Access,
  type: Recorded['event']['type'],
  issue: (purpose: Purpose, expiresAt: number) => Promise<T | null>,
): Promise<T | null> {
  if (type === 'customer_request.filed')
    return state.phase === 'unclaimed' ? issue('cancel', state.terms.lapseAt) : null;
  if (state.phase !== 'active') return null;
  if (type === 'extension.asked')
    return asksCustomer(state) ? issue('extension', state.session.expiresAt) : null;
  return type === 'session.started' || type === 'extension.approved'
    ? issue('report', state.session.expiresAt)
    : null;
}

/** Everybody in Slack whom a mail about this may name. */
function peopleIn(state: Access, events: readonly Recorded[]): readonly UserId[] {
  const named = [
    state.requester,
    state.owner,
    ...decidersOf(state),
    askOf(state)?.grantee ?? state.owner,
    ...(isOver(state) ? [state.ending.by] : []),
    reviewOf(state)?.reviewer ?? state.owner,
    ...events.flatMap(({ event }) => ('by' in event ? [event.by] : [])),
  ];
  return [...new Set(named)].filter((id) => !isOutsideSlack(id) && id !== CUSTOMER_SEAT);
}

/** The same for the same text, and telling nothing about it. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
