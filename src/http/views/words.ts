import { html } from 'hono/html';
import type { Tenant, UserId } from '../../access/policy.ts';
import type { Refusal } from '../../access/refusal.ts';
import type { Access, Extension } from '../../access/state.ts';
import { asksCustomer, CUSTOMER_SEAT } from '../../access/state.ts';
import type { VisibleRecord } from '../../access/reading.ts';
import type { Recorded } from '../../ledger/history.ts';
import { statusWord } from '../../slack/messages/customer-words.ts';
import { lapseWords, problemWords } from '../../slack/messages/refusals.ts';
import { lasting, tsa } from '../../slack/messages/words.ts';
import type { Html } from './frame.ts';
import { time } from './frame.ts';

/** How the customer's pages say who, where and what became of it. */

/** An actor as the ledger names it, as a person would. */
export type Name = (actor: string) => string;

/** Their own people by the names of the policy, ours by those of Slack. */
export function namesFor(tenant: Tenant | undefined, nameOf: (user: UserId) => string): Name {
  return (actor) => {
    if (actor.startsWith('system:')) return 'our program';
    if (actor === CUSTOMER_SEAT) return 'one of your contacts';
    const contact = tenant?.contacts.find(
      ({ slack, email }) => slack === actor || (email !== null && `customer:${email}` === actor),
    );
    if (contact !== undefined) return contact.name;
    return actor.startsWith('customer:') ? actor.slice('customer:'.length) : nameOf(actor);
  };
}

/** Several people: "A", "A and B", "A, B and C". */
export function people(users: readonly string[], name: Name): string {
  const names = users.map(name);
  const last = names.pop() ?? 'nobody';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

/** The tenant as people recognise it, its environment always beside it. */
export function placeOf({ name, environment }: { name: string; environment: string }): string {
  return `${name} (${environment})`;
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

/** Where a request stands, in a word or three: as in Slack, and before the start a little more. */
export function statusWords(state: Access): string {
  switch (state.phase) {
    case 'pending':
      return asksCustomer(state) ? 'Waits for your consent' : 'Waits for approval';
    case 'unconfirmed':
      return 'Emergency, not started';
    case 'approved':
      return 'Approved, not started';
    case 'active':
      return asksCustomer(state) ? 'In progress; asks you for more time' : statusWord(state);
    case 'unclaimed':
    case 'ended':
    case 'closed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return statusWord(state);
  }
}

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

/** Why not, for a contact: what is in the way, and what to do. */
export function refusalSentence(refusal: Refusal): string {
  switch (refusal.reason) {
    case 'invalid':
      return refusal.problems.some((problem) => problem.field === 'owner')
        ? TRY_LATER
        : refusal.problems.map(problemWords).join(' ');
    case 'too_many_open':
      return `You already have ${refusal.open.map(tsa).join(', ')} open, and ${refusal.max} at a time is the limit. Cancel one first.`;
    case 'cannot_check':
      return TRY_LATER;
    case 'self_approval':
      return 'You hold or own this access yourself, so somebody else of your company must decide.';
    case 'not_allowed':
      return 'Only the contact who asked can do this.';
    case 'extension_changed':
      return 'Something else is asked for now. Please use the link in the newer mail.';
    case 'no_such_request':
    case 'lost_in_gap':
    case 'actor_not_able':
    case 'wrong_phase':
    case 'not_before':
    case 'already_given':
    case 'no_longer_approver':
    case 'nobody_can_approve':
    case 'nobody_can_confirm':
    case 'cooling_down':
    case 'overlap':
    case 'closeout_overdue':
    case 'extension_limit':
    case 'session_limit':
    case 'extension_waits':
    case 'no_extension_asked':
    case 'no_extension_in_emergency':
    case 'too_many_questions':
    case 'no_question_open':
    case 'question_waits':
    case 'approver_has_time':
    case 'no_longer_valid':
    case 'gap_not_confirmed':
    case 'no_gap':
    case 'already_reported':
    case 'already_reviewed':
    case 'not_an_emergency':
    case 'absence_not_possible':
    case 'nothing_due':
      return 'It was too late for this.';
  }
}
const TRY_LATER =
  'We cannot look up who of us takes care of it right now. Please try again in a few minutes, or write to your support team.';
