import { currentAsk } from '../access/approving.ts';
import type { Tenant } from '../access/policy.ts';
import type { Pending } from '../access/state.ts';
import { lasting } from '../wording/durations.ts';
import { placeOf } from '../wording/names.ts';
import { tsa } from '../wording/numbers.ts';
import type { Letter } from './layout.ts';
import type { MailFacts } from './parts.ts';
import { boundaries, caseFact, closing, fact, linkPart, quote, scopeWords } from './parts.ts';
import { fullTime } from './times.ts';

/** Mails that ask a contact for something, or give them what they asked for. */

/** Asks for a contact's yes. Always says what is asked now, after whatever was taken from it. */
export function consentLetter(state: Pending, no: number, facts: MailFacts): Letter {
  const ask = currentAsk(state);
  const who = facts.nameOf(ask.grantee);
  const place = placeOf(state.tenant);
  return {
    subject: `[${tsa(no)}] ${who} asks to enter ${place}`,
    lead: [
      `${who} asks to enter ${place} for ${lasting(ask.durationMs)}. You decide.`,
      `${scopeWords(ask.scope)}. Over by ${fullTime(state.terms.latestEndAt)} at the latest.`,
    ],
    parts: [
      ...quote('Why', state.reason),
      ...caseFact(state),
      ...boundaries(ask),
      ...(ask.grantee === state.requester ? [] : [fact('Asked by', facts.nameOf(state.requester))]),
      ...(ask.notBefore === null ? [] : [fact('Not before', fullTime(ask.notBefore))]),
      ...linkPart('Approve or decline on this page', facts),
      {
        kind: 'say',
        text: `Without your yes nobody enters. Unanswered by ${fullTime(state.terms.lapseAt)}, the request lapses. If you did not expect it, decline and say so.`,
      },
      ...closing(no, facts),
    ],
  };
}

/** The link to a tenant's page, which was asked for there. */
export function tenantLetter(
  tenant: Tenant,
  {
    link,
    lookUpUrl,
    minutes,
    invited,
  }: Pick<MailFacts, 'link' | 'lookUpUrl'> & {
    readonly minutes: number;
    /** Nobody asked for it there: our team shows the way. */
    readonly invited: boolean;
  },
): Letter {
  const place = placeOf(tenant);
  return {
    subject: invited ? `Who enters ${place}, and why: your page` : `Your page for ${place}`,
    lead: [
      `Here you see who of our support team was in ${place}, and why${tenant.customerRequests ? '; you can ask for help there, too' : ''}.`,
      `The link opens for ${minutes} minutes. For a new one enter your address at ${lookUpUrl}`,
    ],
    parts: [
      ...(link === null ? [] : [{ kind: 'link', label: 'Open the page', ...link } as const]),
      {
        kind: 'say',
        text: `Whoever has this link can look; pass it on to nobody. To stop a session there${tenant.customerRequests ? ' or to ask for help' : ''}, the page asks for the code.`,
      },
      {
        kind: 'say',
        text: invited
          ? 'You get this mail because your company named you as a contact, and our team wanted you to know the page.'
          : 'You get this mail because somebody entered your address there. If it was not you, there is nothing to do: the link went to nobody else.',
      },
    ],
  };
}
