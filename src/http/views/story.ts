import { actorName } from '../../access/people.ts';
import { html } from 'hono/html';
import type { AccessEvent } from '../../access/event.ts';
import { CUSTOMER_SEAT } from '../../access/state.ts';
import { lapseWords } from '../../wording/endings.ts';
import { changedParts } from '../../wording/changed-request.ts';
import { inUtc } from '../../wording/instants.ts';
import { lasting } from '../../wording/durations.ts';
import type { Html } from './frame.ts';
import { quotation, time } from './frame.ts';
import type { Name, Theirs } from './words.ts';
import { endWords } from './words.ts';
import { people } from '../../wording/speaker.ts';

/** What happened to a request, in order, as the customer reads it. */

export function storyOf({ events }: Theirs, name: Name): Html {
  return html`<ol class="story">
    ${events.map(({ event, at }) => {
      const words = eventWords(event, name);
      const when = event.type === 'session.ended' ? event.endedAt : at;
      return words === null ? null : html`<li><span class="when">${time(when)}</span> ${words}</li>`;
    })}
  </ol>`;
}

const TIMER = actorName({ kind: 'timer' });

function eventWords(event: AccessEvent, name: Name): Html | null {
  switch (event.type) {
    case 'request.filed':
      return html`${name(event.requester)} asked for ${event.ask.scope.name}, for
      ${lasting(event.ask.durationMs)};
      ${people([...event.approvers, ...(event.consent ? [CUSTOMER_SEAT] : [])], name)} to decide.`;
    case 'request.edited':
      return html`${name(event.by)} changed what is asked for:
      ${changedParts(event, { when: inUtc, text: (said) => `“${said}”` }).join('; ')}.`;
    case 'customer_request.filed':
      return html`${name(event.requester)} asked for help; support may enter for this until
      ${time(event.terms.latestEndAt)}.`;
    case 'emergency.declared':
      return html`${name(event.requester)} declared an emergency, for ${lasting(event.ask.durationMs)};
      ${name(event.reviewer)} reviews it by
      ${time(event.reviewDueAt)}.${
        event.confirmBy === null
          ? null
          : html` A second person must confirm it until ${time(event.confirmBy)}.`
      }`;
    case 'emergency.confirmed':
      return html`${name(event.by)} confirmed the emergency.`;
    case 'approval.given':
      return html`${name(event.by)}
      approved${
        event.narrowed === null
          ? ''
          : `, with less: ${event.narrowed.scope.name}, for ${lasting(event.narrowed.durationMs)}`
      }.`;
    case 'customer_request.accepted':
      return html`${name(event.by)} took it on, with ${event.ask.scope.name}, for
      ${lasting(event.ask.durationMs)}.`;
    case 'request.denied':
      return html`${name(event.by)} declined.${said(event.reason)}`;
    case 'request.cancelled':
      return html`${name(event.by)} cancelled it.`;
    case 'request.lapsed':
      return html`It lapsed: ${lapseWords(event.why)}.`;
    case 'session.started':
      return html`${name(event.by)} entered, until ${time(event.expiresAt)} at the latest.`;
    case 'extension.asked':
      return html`${name(event.by)} asked for ${lasting(event.durationMs)} more: ${quotation(event.reason)}`;
    case 'extension.agreed':
      return html`${name(event.by)} said yes to more time.`;
    case 'extension.approved':
      return html`All who were asked said yes: the session goes on, until ${time(event.newExpiresAt)}.`;
    case 'extension.denied':
      return html`${name(event.by)} gave no more time.${said(event.reason)}`;
    case 'session.ended':
      return html`The session was over: ${endWords(event, name)}.`;
    case 'session.reported':
      return html`${name(event.by)} did not expect this session${event.standing ? ', so it was stopped' : ''}.`;
    case 'closeout.filed':
      return html`${name(event.by)} wrote up what was done.`;
    case 'closeout.accepted':
      return event.by === TIMER
        ? html`Nothing was said against it in time: it counts as settled.`
        : html`${name(event.by)} says that it works.`;
    case 'closeout.contested':
      return html`${name(event.by)} says that it is not fixed: ${quotation(event.question)}`;
    case 'emergency.reviewed':
      return html`${name(event.by)} judged the emergency ${event.justified ? 'justified' : 'not justified'}.`;
    case 'access.opened':
      return html`The product has let them in.`;
    case 'access.extended':
      return html`The product lets them stay until ${time(event.notAfter)}.`;
    case 'access.closed':
      return html`The product confirmed that access is gone.`;
    case 'access.not_closed':
      return html`<strong>The product has not confirmed that access is gone.</strong> It is told again and
        again.`;
    case 'access.closed_by_hand':
      return html`${name(event.by)} removed the access by hand.`;
    case 'access.missing':
      return html`The product did not have the access any more.`;
    case 'access.asked':
    case 'access.not_answered':
    case 'access.open_failed':
    case 'access.extension_asked':
    case 'access.extension_refused':
    case 'grant.issued':
    case 'question.asked':
    case 'question.answered':
    case 'approver.reminded':
    case 'approver.gone':
    case 'grantee.gone':
    case 'approver.replaced':
    case 'approval.asked_again':
    case 'start.opened':
    case 'session.warned':
    case 'note.taken':
    case 'owner.offered':
    case 'owner.changed':
    case 'closeout.reminded':
    case 'review.reminded':
      return null;
  }
}

function said(words: string): Html | null {
  return words === '' ? null : quotation(words);
}
