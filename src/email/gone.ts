import type { EventOf } from '../access/event.ts';
import { placeOf } from '../wording/names.ts';
import { tsa } from '../wording/numbers.ts';
import { askOf } from '../access/state.ts';
import type { Letter } from './layout.ts';
import type { MailFacts } from './parts.ts';
import { closing, quote } from './parts.ts';
import { fullTime } from './times.ts';

/** What the customer is told where a product has not confirmed that access is gone; and that it is. */
export function goneOrNot(
  event: EventOf<'access.not_closed' | 'access.closed' | 'access.closed_by_hand'>,
  no: number,
  facts: MailFacts,
): Letter {
  const { state } = facts.record;
  const place = placeOf(state.tenant);
  const ask = askOf(state);
  const who = ask === null ? 'Somebody' : facts.nameOf(ask.grantee);
  const parts = [...quote('Why they were there', state.reason), ...closing(no, facts)];
  if (event.type === 'access.not_closed')
    return {
      subject: `[${tsa(no)}] Not confirmed gone: the access of ${who} to ${place}`,
      lead: [
        `The session of ${who} in ${place} has been over since ${fullTime(event.since)}, but the product has not confirmed that the access is gone.`,
        'Our team was told, and the product is told again and again. You get a mail as soon as it is confirmed.',
      ],
      parts,
    };
  const by =
    event.type === 'access.closed'
      ? 'The product confirmed it.'
      : `${facts.nameOf(event.by)} of our team removed it by hand.`;
  return {
    subject: `[${tsa(no)}] Gone: the access of ${who} to ${place}`,
    lead: [`The access of ${who} to ${place} is gone.`, by],
    parts,
  };
}
