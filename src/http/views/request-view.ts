import { html } from 'hono/html';
import { currentAsk } from '../../access/approving.ts';
import type { Access, Active } from '../../access/state.ts';
import { askOf, CUSTOMER_SEAT, isStarted, seatsOf } from '../../access/state.ts';
import type { Link } from '../../ledger/links.ts';
import { lasting } from '../../wording/durations.ts';
import { tsa } from '../../wording/numbers.ts';
import type { Html } from './frame.ts';
import { alert, button, codeField, facts, lineByLine, quotation, textField, time } from './frame.ts';
import type { Name, Theirs } from './words.ts';
import { endWords } from './words.ts';
import { people } from '../../wording/speaker.ts';
import { placeOf } from '../../wording/names.ts';
import { statusWords } from '../../wording/statuses.ts';

/** What a mailed link about one request shows: the request, and what can be answered. */

/** What was typed, and what is wrong with it. */
export interface Typed {
  readonly code: string;
  readonly reason: string;
  readonly problem: string | null;
  readonly codeProblem: string | null;
  readonly reasonProblem: string | null;
}
export const NOTHING_TYPED: Typed = {
  code: '',
  reason: '',
  problem: null,
  codeProblem: null,
  reasonProblem: null,
};

/** The fields that something is wrong with. */
export function wrongIn({
  codeProblem,
  reasonProblem,
}: Typed): readonly { readonly name: string; readonly problem: string | null }[] {
  return [
    { name: 'code', problem: codeProblem },
    { name: 'reason', problem: reasonProblem },
  ];
}

export interface Shown extends Theirs {
  readonly name: Name;
}

/** The one question first, then what it is about, then the answers. */
export function question(link: Link, shown: Shown, typed: Typed, action: string): Html {
  const { no, state } = shown;
  const form = html`<form method="post" action="${action}" aria-label="${`Your answer about ${tsa(no)}`}">
      ${link.purpose === 'report' && state.phase === 'active' ? stopNote(state, shown.name) : null}
      ${codeField(typed.codeProblem, typed.code)} ${answers(link, typed)}
    </form>
    <p class="quiet">${afterwards(link)} This link works until ${time(link.expiresAt)}.</p>`;
  return html`${alert(typed.problem, wrongIn(typed))}
    <h1>${questionWords(link, shown)}</h1>
    ${
      // Whoever wants to stop something does not read first.
      link.purpose === 'report'
        ? [form, requestFacts(shown)]
        : [extensionFacts(link, shown), requestFacts(shown), form]
    }`;
}

function questionWords({ purpose }: Link, { no, state, name }: Shown): string {
  const place = placeOf(state.tenant);
  switch (purpose) {
    case 'consent':
      return `May ${name(askOf(state)?.grantee ?? state.requester)} enter ${place}?`;
    case 'extension':
      return `May ${name(askOf(state)?.grantee ?? state.requester)} stay longer in ${place}?`;
    case 'cancel':
      return `Your request ${tsa(no)} for help in ${place}`;
    case 'report':
    case 'tenant':
      return `${name(askOf(state)?.grantee ?? state.requester)} is in ${place}`;
  }
}

function extensionFacts({ purpose }: Link, { state, name }: Shown): Html | null {
  if (purpose !== 'extension' || state.phase !== 'active' || state.extension === null) return null;
  const { by, durationMs, newExpiresAt, reason, seats } = state.extension;
  const ours = seats.map(({ holder }) => holder).filter((holder) => holder !== CUSTOMER_SEAT);
  return html`<div class="note loud">
    <p>
      ${name(by)} asks for ${lasting(durationMs)} more, until ${time(newExpiresAt)}. Without a yes the session
      ends on ${time(state.session.expiresAt)}, as it was
      agreed.${ours.length === 0 ? '' : ` ${people(ours, name)} of ours must say yes, too.`}
    </p>
    ${quotation(reason)}
  </div>`;
}

function stopNote(state: Active, name: Name): Html {
  return html`<h2>You did not expect this?</h2>
    <p>
      Stop it: the session of ${name(state.grant.ask.grantee)} ends at once, and our security team hears of
      it. It does no harm if it was a misunderstanding; the access can be asked for again.
    </p>`;
}

function answers({ purpose }: Link, typed: Typed): Html {
  const why = (label: string): Html =>
    textField('reason', label, {
      value: typed.reason,
      problem: typed.reasonProblem,
      hint: 'Needed for a no. Whoever asked will read it.',
      required: false,
    });
  switch (purpose) {
    case 'consent':
      return html`${why('If you decline: why?')}
        <div class="buttons">
          ${button('Approve', 'approve', 'go')} ${button('Decline', 'decline', 'stop')}
        </div>`;
    case 'extension':
      return html`${why('If you decline: why?')}
        <div class="buttons">
          ${button('Approve more time', 'approve', 'go')} ${button('Decline', 'decline', 'stop')}
        </div>`;
    case 'cancel':
      return html`<div class="buttons">${button('Cancel the request', 'cancel', 'stop')}</div>`;
    case 'report':
    case 'tenant':
      return html`<div class="buttons">
        ${button('I didn’t expect this: stop it now', 'report', 'stop')}
      </div>`;
  }
}

function afterwards({ purpose }: Link): string {
  switch (purpose) {
    case 'consent':
      return 'Nobody enters before your side approved. You are told by e-mail when they enter and leave, and can stop it at any time.';
    case 'extension':
      return 'No answer is a no.';
    case 'cancel':
      return 'Nobody enters after that.';
    case 'report':
    case 'tenant':
      return 'If this is as it should be, there is nothing to do: it ends by itself.';
  }
}

/** The work order, as the customer may know it. */
export function requestFacts({ no, state, name }: Shown): Html {
  const { tenant, origin } = state;
  const ask = state.phase === 'pending' ? currentAsk(state) : askOf(state);
  const asked = html`${name(state.requester)}, ${time(state.filedAt)}`;
  return html`${
      state.origin.kind === 'emergency'
        ? html`<div class="note loud">
            <p>
              <strong>Emergency.</strong> It did not wait for your consent or for an approval beforehand; a
              named person reviews it afterwards.
            </p>
          </div>`
        : null
    }
    <h2>${origin.kind === 'customer' ? 'The issue' : 'Reason'}</h2>
    ${quotation(state.reason)}
    ${
      origin.kind !== 'customer'
        ? null
        : html`${said('Tried already', origin.words.tried)}
            ${said('What should happen', origin.words.expected)}
            <p class="quiet">
              Urgency:
              ${origin.words.urgency}.${origin.words.files.length === 0 ? null : ` Files, in Slack: ${origin.words.files.map((file) => file.name).join(', ')}.`}
            </p>`
    }
    <h2>In detail</h2>
    ${facts([
      ['Request', tsa(no)],
      ['Status', statusWords(state)],
      ['Asked by', asked],
      ask === null || ask.grantee === state.requester ? null : ['Who enters', name(ask.grantee)],
      ['Tenant', html`${tenant.name} · <strong>${tenant.environment}</strong> · ${tenant.region}`],
      ...(ask === null
        ? []
        : [
            [
              'Scope',
              html`<strong>${ask.scope.name}</strong> –
                ${ask.scope.allows}${ask.scope.highRisk ? html` <strong>(high risk)</strong>` : null}`,
            ] as const,
            ['Allowed', lineByLine(ask.allowedActions)] as const,
            ['Off limits', ask.offLimits.length === 0 ? 'nothing named' : lineByLine(ask.offLimits)] as const,
          ]),
      state.caseRef === '' ? null : ['Case', state.caseRef],
      ask === null ? null : ['For how long', lasting(ask.durationMs)],
      whenRow(state),
      approvedRow(state, name),
      isStarted(state) ? ['Session', sessionWords(state, name)] : null,
    ])}`;
}

function said(title: string, text: string): Html | null {
  return text === ''
    ? null
    : html`<h3>${title}</h3>
        ${quotation(text)}`;
}

function whenRow(state: Access): readonly [string, Html] | null {
  switch (state.phase) {
    case 'pending':
    case 'unconfirmed':
      return ['Over at the latest', time(state.terms.latestEndAt)];
    case 'unclaimed':
      return ['Support may enter until', time(state.terms.latestEndAt)];
    case 'approved':
      return ['Over at the latest', time(state.grant.latestEndAt)];
    case 'active':
    case 'ended':
    case 'closed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return null;
  }
}

function approvedRow(state: Access, name: Name): readonly [string, Html] | null {
  const seats = seatsOf(state);
  const given = seats.flatMap((seat) => (seat.given === null ? [] : [seat.given]));
  if (given.length > 0)
    return [
      'Approved by',
      html`${given.map(({ by, at }, i) => html`${i > 0 ? ', ' : ''}${name(by)} (${time(at)})`)}`,
    ];
  return state.phase === 'pending'
    ? [
        'Waits for',
        html`${people(
          seats.map((seat) => seat.holder),
          name,
        )}`,
      ]
    : null;
}

function sessionWords(state: Extract<Access, { session: unknown }>, name: Name): Html {
  const from = html`${time(state.session.startedAt)}, by ${name(state.session.startedBy)}`;
  if (state.phase === 'active')
    return html`since ${from}; until ${time(state.session.expiresAt)} at the latest`;
  return html`from ${from}; ${endWords(state.ending, name)}`;
}
