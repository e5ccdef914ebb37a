import { html } from 'hono/html';
import type { Tenant, UserId } from '../../access/policy.ts';
import type { VisibleRecord } from '../../access/reading.ts';
import type { Access, Extension } from '../../access/state.ts';
import type { Recorded } from '../../ledger/history.ts';
import { lasting } from '../../wording/durations.ts';
import { lapseWords } from '../../wording/endings.ts';
import { namesForContact } from '../../wording/names.ts';
import { tsa } from '../../wording/numbers.ts';
import type { Speaker } from '../../wording/speaker.ts';
import { people } from '../../wording/speaker.ts';
import type { Html } from './frame.ts';
import { time } from './frame.ts';

/** How the customer's pages say who, where and what became of it. */

/** An actor as the ledger names it, as a person would. */
export type Name = Speaker['who'];

/** Names as the pages say them. */
export function namesFor(tenant: Tenant | undefined, nameOf: (user: UserId) => string): Name {
  return namesForContact(tenant, { customer: 'one of your contacts', nameOf });
}

/** A request as the customer reads it. */
export type Theirs = VisibleRecord<Recorded, 'customer'>;

/** Everybody who is named in what happened, by what an event names them in: no word of a text is taken for a person. */
export function usersIn(records: readonly Theirs[]): readonly UserId[] {
  const found = new Set<UserId>();
  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (NAMING.has(key) && /^[UW][A-Z0-9]{2,20}(?:@[TE][A-Z0-9]{2,20})?$/.test(value)) found.add(value);
    } else if (Array.isArray(value))
      value.forEach((one) => {
        walk(one, key);
      });
    else if (typeof value === 'object' && value !== null)
      for (const [name, one] of Object.entries(value)) walk(one, name);
  };
  for (const { events } of records) for (const { event } of events) walk(event, '');
  return [...found];
}
const NAMING: ReadonlySet<string> = new Set([
  'requester',
  'owner',
  'grantee',
  'approvers',
  'approver',
  'reviewer',
  'seat',
  'by',
  'from',
  'to',
]);

/** Who did what, when: the answer to whoever comes too late, or wants to know. */
export function happened(no: number, state: Access, name: Name): Html {
  const it = tsa(no);
  switch (state.phase) {
    case 'pending': {
      const given = state.seats.flatMap((seat) => (seat.given === null ? [] : [seat.given]));
      const open = state.seats.filter((seat) => seat.given === null).map((seat) => seat.holder);
      return html`${given.map(({ by, at }) => html`${name(by)} approved ${it} on ${time(at)}. `)}It waits for
      ${people(open, name)}; nobody has access yet.`;
    }
    case 'unclaimed':
      return html`${it} waits for an engineer to accept it; nobody has access yet.`;
    case 'unconfirmed':
      return html`${name(state.requester)} declared an emergency, which waits for a second person until
      ${time(state.confirmBy)}; nobody has access yet.`;
    case 'approved': {
      const by = state.grant.seats.flatMap((seat) => (seat.given === null ? [] : [seat.given.by]));
      return html`${people(by, name)} approved ${it}; ${name(state.grant.ask.grantee)} has not started the
      session yet.`;
    }
    case 'active':
      return html`${name(state.grant.ask.grantee)} started the session on ${time(state.session.startedAt)}; it
      runs until ${time(state.session.expiresAt)}.${moreTime(state.extension, name)}`;
    case 'ended':
    case 'closed':
      return html`The session of ${it} is over: ${endWords(state.ending, name)}.`;
    case 'denied':
      return html`${name(state.verdict.by)} declined ${it} on ${time(state.verdict.at)}; nobody gets access.`;
    case 'cancelled':
      return html`${name(state.verdict.by)} cancelled ${it} on ${time(state.verdict.at)}; nobody gets access.`;
    case 'lapsed':
      return html`${it} lapsed on ${time(state.at)}: ${lapseWords(state.why)}. Nobody gets access.`;
  }
}

/** What is asked for, and whose yes it still waits for. */
function moreTime(extension: Extension | null, name: Name): string {
  if (extension === null) return '';
  const open = extension.seats.filter(({ given }) => given === null).map(({ holder }) => holder);
  return ` ${name(extension.by)} asks for ${lasting(extension.durationMs)} more; it waits for ${people(open, name)}.`;
}

/** How a session ended, as part of a sentence. */
export function endWords(
  { how, by, endedAt }: { how: 'ended' | 'expired' | 'revoked'; by: string; endedAt: number },
  name: Name,
): Html {
  switch (how) {
    case 'ended':
      return html`${name(by)} ended it on ${time(endedAt)}`;
    case 'expired':
      return html`it ended by itself on ${time(endedAt)}`;
    case 'revoked':
      return html`${name(by)} stopped it on ${time(endedAt)}`;
  }
}
