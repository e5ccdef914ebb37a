import { html } from 'hono/html';
import { tsa } from '../../wording/numbers.ts';
import type { Html } from './frame.ts';
import type { Offer } from './offer.ts';
import type { Shown } from './request-view.ts';
import { requestFacts } from './request-view.ts';
import { happened } from './words.ts';

/** What is said when there is nothing to decide, or when it was decided: what happened, and what to do next. */

/** A link that offers nothing any more: why, and what to do. */
export function overWords(offer: Exclude<Offer, { kind: 'open' }>, shown: Shown, again: Html | null): Html {
  const { no, state, name } = shown;
  const now = html`<p>${happened(no, state, name)}</p>`;
  switch (offer.kind) {
    case 'not_contact':
      return html`<h1>This link is over</h1>
        <p>
          The address that it was sent to is not listed as a contact any more, so it opens nothing. If that is
          wrong, ask your support team to list you again.
        </p>`;
    case 'used':
      return html`<h1>This link has been used already</h1>
        ${now} ${again ?? html`<p>There is nothing left to do here.</p>`}`;
    case 'expired':
      return html`<h1>This link is too old</h1>
        ${now} ${again ?? html`<p>There is nothing left to decide.</p>`}`;
    case 'locked':
      return html`<h1>This link is closed: the code was wrong five times</h1>
        <p>
          Nothing was changed. If it was not you who tried, tell your support team that somebody else has this
          link.
        </p>
        ${now} ${again}`;
    case 'changed':
      return html`<h1>Something else is asked for now</h1>
        <p>
          ${tsa(no)} was changed since this mail was written, so an answer to the old question does not count.
          Please use the link in the newer mail.
        </p>
        ${now} ${again}`;
    case 'decided':
      return html`<h1>${tsa(no)}: nothing is left to decide</h1>
        ${now} ${requestFacts(shown)}`;
    case 'over':
      return html`<h1>${tsa(no)}: its time is over</h1>
        <p>
          ${state.phase === 'active' ? 'The session has ended by itself.' : 'It was not decided or used in time, so nobody gets access.'}
        </p>
        ${requestFacts(shown)}`;
  }
}

/** The button for another mail, to the address that the link was for and no other. */
export function newMailForm(action: string): Html {
  return html`<form method="post" action="${action}">
    <p>We can send a new link to the address that this one was sent to.</p>
    <div class="buttons"><button type="submit" class="go">Send me a new mail</button></div>
  </form>`;
}

/** Thanks, what it means, and what comes next. */
export function answered(answer: string, shown: Shown): Html {
  const { no, state, name } = shown;
  const it = tsa(no);
  switch (answer) {
    case 'approve':
      if (state.phase === 'active') return moreTimeGiven(shown);
      return html`<h1>You approved ${it}</h1>
        <p>${happened(no, state, name)}</p>
        <p>
          You are told by e-mail when the session starts and when it ends. If anything is not as you expect,
          the mail about the start has a link that stops it at once.
        </p>`;
    case 'decline':
      return html`<h1>You declined</h1>
        <p>${happened(no, state, name)}</p>
        <p>Whoever asked was told, with your reason.</p>`;
    case 'cancel':
      return html`<h1>You cancelled ${it}</h1>
        <p>Nobody gets access for it. If you still need help, ask again whenever you like.</p>`;
    case 'revoke':
      return html`<h1>You took ${it} back</h1>
        <p>${happened(no, state, name)} Whoever asked was told.</p>`;
    case 'works':
      return html`<h1>Thank you</h1>
        <p>${it} is settled.</p>`;
    case 'not_fixed':
      return html`<h1>Thank you: ${it} is open again</h1>
        <p>
          Whoever sees it through was told what you wrote, and answers. Nobody enters for it again unless you
          ask.
        </p>`;
    default:
      return html`<h1>Stopped</h1>
        <p>
          ${happened(no, state, name)} Our security team and the people in charge were told that you did not
          expect it.
        </p>
        <h2>What to do now</h2>
        <ul>
          <li>
            Write to your support team over a way that you know (not by answering a mail that you doubt), and
            name ${it}.
          </li>
          <li>
            Look through your account’s recent activity and its users: is there anything that nobody of yours
            did?
          </li>
          <li>If in doubt, change your password and your administrators’ passwords.</li>
        </ul>`;
  }
}

/** A yes to more time: it is given at once, or once the others said yes, too. */
function moreTimeGiven({ no, state, name }: Shown): Html {
  return html`<h1>You said yes to more time in ${tsa(no)}</h1>
    <p>${happened(no, state, name)}</p>
    <p>
      You are told by e-mail if the session goes on longer, with a link that stops it at once, and when it
      ends.
    </p>`;
}
