import type { Ask, ScopeRecord } from '../access/event.ts';
import type { Access, Grant } from '../access/state.ts';
import { askOf, CUSTOMER_SEAT, reviewOf } from '../access/state.ts';
import type { VisibleRecord } from '../access/reading.ts';
import type { Recorded } from '../ledger/history.ts';
import { tsa } from '../wording/numbers.ts';
import type { Speaker } from '../wording/speaker.ts';
import type { Part } from './layout.ts';
import { fullTime } from './times.ts';

/** The pieces that mails are made of. */

export interface MailFacts {
  readonly record: VisibleRecord<Recorded, 'customer'>;
  /** The name of anybody whom the ledger names; never an id. */
  readonly nameOf: Speaker['who'];
  readonly now: number;
  /** Where something can be done about it; `null` when there is nothing to do any more. */
  readonly link: { readonly url: string; readonly code: string } | null;
  /** Where a contact looks up what happened in their tenant. */
  readonly lookUpUrl: string;
}

const SCANNER = 'The page asks for the code beside the link: a program that follows links can do nothing.';

/** What the access covers, in the words of the policy. */
export function scopeWords({ name, allows }: ScopeRecord): string {
  return `Scope: ${name} (${allows.replace(/\.$/, '')})`;
}

/** The same, for whatever was asked for. */
export function scopeOf(state: Access): string {
  const ask = askOf(state);
  return ask === null ? 'Scope: none' : scopeWords(ask.scope);
}

/** What it is, and what somebody wrote or is called. */
export function fact(name: string, value: string): Part {
  return { kind: 'fact', name, value };
}

/** What somebody wrote; nothing where they wrote nothing. */
export function quote(title: string, text: string): Part[] {
  return text.trim() === '' ? [] : [{ kind: 'quote', title, text }];
}

/** What they may do, and what they leave alone: a line each. */
export function boundaries({ allowedActions, offLimits }: Ask): Part[] {
  return [
    ...quote('They may', allowedActions.join('\n')),
    ...quote('They leave alone', offLimits.join('\n')),
  ];
}

/** The case that it belongs to, if any. */
export function caseFact({ caseRef }: Access): Part[] {
  return caseRef === '' ? [] : [fact('Case', caseRef)];
}

/** Who answers for an emergency beside whoever is in, and who reviews it. */
export function reviewParts(state: Access, { nameOf }: MailFacts): Part[] {
  const review = reviewOf(state);
  if (review === null) return [];
  const { confirmedBy, reviewer, dueAt } = review;
  return [
    ...(confirmedBy === null ? [] : [fact('Confirmed by', nameOf(confirmedBy))]),
    fact('Reviewed afterwards by', `${nameOf(reviewer)}, by ${fullTime(dueAt)}`),
  ];
}

/** Who said yes, and for whom. */
export function approvedBy({ seats }: Grant, { nameOf }: MailFacts): Part[] {
  const names = seats.flatMap((seat) =>
    seat.given === null
      ? []
      : [`${nameOf(seat.given.by)}${seat.holder === CUSTOMER_SEAT ? ' (for you, the customer)' : ''}`],
  );
  return names.length === 0 ? [] : [fact('Approved by', names.join(', '))];
}

/** Where something can be done about it, if anything can. */
export function linkPart(label: string, { link }: Pick<MailFacts, 'link'>): Part[] {
  if (link === null) return [];
  return [
    { kind: 'link', label, ...link },
    { kind: 'say', text: SCANNER },
  ];
}

/** What to do about what was not expected. */
export function unexpected(facts: MailFacts): Part[] {
  if (facts.link === null)
    return [
      {
        kind: 'say',
        text: 'If you did not expect this: tell us at once, and look at who else was in there.',
      },
    ];
  return [
    { kind: 'say', text: 'If you did not expect this, stop it now. The access ends at once.' },
    ...linkPart('Stop it on this page', facts),
  ];
}

/** Whom to ask, and where to look things up. */
export function closing(no: number, { record, nameOf, lookUpUrl }: MailFacts): Part[] {
  return [
    fact(
      'Questions',
      `where you usually reach our support team; name ${tsa(no)}. It is looked after by ${nameOf(record.state.owner)}.`,
    ),
    { kind: 'link', label: 'Who was in there, and why', url: lookUpUrl, code: null },
    { kind: 'say', text: 'You get this mail because your company named you as a contact.' },
  ];
}
