import type { EventOf } from '../access/event.ts';
import { lasting } from '../wording/durations.ts';
import { placeOf } from '../wording/names.ts';
import { tsa } from '../wording/numbers.ts';
import type { Letter } from './layout.ts';
import type { MailFacts } from './parts.ts';
import { closing, fact, linkPart, quote, scopeOf } from './parts.ts';
import { fullTime } from './times.ts';
import { isStarted } from '../access/state.ts';

/** What the customer is asked, and told, about more time in a session. */

/** Asks for a contact's yes, and says who else must give theirs. */
export function moreTimeAsked(event: EventOf<'extension.asked'>, no: number, facts: MailFacts): Letter {
  const { state } = facts.record;
  const who = facts.nameOf(event.by);
  const place = placeOf(state.tenant);
  return {
    subject: `[${tsa(no)}] ${who} asks for more time in ${place}`,
    lead: [
      `${who} asks for ${lasting(event.durationMs)} more in ${place}, until ${fullTime(event.newExpiresAt)}. You decide.`,
      `${scopeOf(state)}. Without your yes the access ends as planned, at ${fullTime(event.newExpiresAt - event.durationMs)}.`,
    ],
    parts: [
      ...quote('Why more time', event.reason),
      ...quote('What they are there for', state.reason),
      ...(event.approvers.length === 0
        ? []
        : [fact('Asked beside you', event.approvers.map((user) => facts.nameOf(user)).join(', '))]),
      ...linkPart('Approve or decline on this page', facts),
      ...closing(no, facts),
    ],
  };
}

/** Says who gave it, and why it was needed; the rest is what a mail about a session says. */
export function moreTimeGiven(
  { newExpiresAt }: EventOf<'extension.approved'>,
  session: Letter,
  { record: { state }, nameOf }: MailFacts,
): Letter {
  const given = isStarted(state) ? state.session.extensions : [];
  const extension = given.find((one) => one.newExpiresAt === newExpiresAt);
  if (extension === undefined) return session;
  const names = extension.seats.flatMap((seat) => (seat.given === null ? [] : [nameOf(seat.given.by)]));
  return {
    ...session,
    parts: [
      ...quote('Why more time', extension.reason),
      fact('More time approved by', names.join(', ')),
      ...session.parts,
    ],
  };
}
