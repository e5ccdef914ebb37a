import { html } from 'hono/html';
import { offersTo } from '../../access/offers.ts';
import type { World } from '../../access/people.ts';
import type { Tenant } from '../../access/policy.ts';
import { askOf, isOver, isStarted } from '../../access/state.ts';
import type { Mark } from '../../ledger/tenant-views.ts';
import { markText } from '../../ledger/tenant-views.ts';
import { count, tsa } from '../../wording/numbers.ts';
import { lasting } from '../../wording/durations.ts';
import type { Done } from './actions-view.ts';
import { actionsPart } from './actions-view.ts';
import type { Html } from './frame.ts';
import { alert, button, codeField, inUtc, textField, time } from './frame.ts';
import type { Typed } from './request-view.ts';
import { requestFacts, wrongIn } from './request-view.ts';
import { storyOf } from './story.ts';
import type { Name, Theirs } from './words.ts';
import { happened, namesFor } from './words.ts';
import { placeOf } from '../../wording/names.ts';
import { statusWords } from '../../wording/statuses.ts';

/** The tenant's page: who is in now, and everything that ever was. */

export interface TenantFacts {
  readonly tenant: Tenant;
  /** Where this page is: `/t/` and its token. */
  readonly at: string;
  readonly expiresAt: number;
  readonly now: number;
  readonly world: World;
  readonly nameOf: (user: string) => string;
}

/** One session in use, as the banner and a program read it. */
export interface InUse {
  readonly words: string;
  readonly who: string;
  readonly scope: string;
  readonly emergency: boolean;
  readonly since: string;
  readonly until: string;
  readonly record: string;
}

/** The sessions in use now; one whose time is over is none, whether or not the timer came by. */
export function inUse(
  records: readonly Theirs[],
  { at, now, nameOf, tenant }: Pick<TenantFacts, 'at' | 'now' | 'nameOf' | 'tenant'>,
): readonly InUse[] {
  const name = namesFor(tenant, nameOf);
  return records.flatMap(({ no, state }) => {
    if (state.phase !== 'active' || now >= state.session.expiresAt) return [];
    const { ask } = state.grant;
    const who = name(ask.grantee);
    const emergency = state.origin.kind === 'emergency';
    const { startedAt, expiresAt } = state.session;
    return [
      {
        words: `${emergency ? 'EMERGENCY: ' : ''}${who} of our support is in ${placeOf(state.tenant)} with ${ask.scope.name}, until ${inUtc(expiresAt)}.`,
        who,
        scope: ask.scope.name,
        emergency,
        since: new Date(startedAt).toISOString(),
        until: new Date(expiresAt).toISOString(),
        record: `${at}/${no}`,
      },
    ];
  });
}

const NOBODY = 'Nobody of our support is in your tenant now.';

function banner(sessions: readonly InUse[], { at, now }: TenantFacts): Html {
  return html`<section aria-labelledby="now">
    <h2 id="now">Now</h2>
    <div
      class="${sessions.length > 0 ? 'banner in' : 'banner'}"
      aria-live="polite"
      data-status="${at}/status.json"
      data-nobody="${NOBODY}"
    >
      ${
        sessions.length === 0
          ? html`<p>${NOBODY}</p>`
          : sessions.map(
              ({ words, until, record }) =>
                html`<p>${words}</p>
                  <p>
                    <span class="left" role="timer" aria-live="off" data-until="${Date.parse(until)}"
                      >${lasting(Date.parse(until) - now)} left</span
                    >
                    · <a href="${record}">See what it is for, or stop it</a>
                  </p>`,
            )
      }
    </div>
  </section>`;
}

/** The page itself: now, ask for help, the history. */
export function tenantPage(
  facts: TenantFacts,
  active: readonly Theirs[],
  history: { readonly records: readonly Theirs[]; readonly older: Mark | null; readonly first: boolean },
): Html {
  const { tenant, at } = facts;
  const { records, older, first } = history;
  const sessions = inUse(active, facts);
  return html`<h1>Support in ${placeOf(tenant)}</h1>
    ${banner(sessions, facts)}
    ${
      tenant.customerRequests
        ? html`<div class="buttons"><a class="button go" href="${at}/ask">Ask for help</a></div>`
        : null
    }
    <section aria-labelledby="history">
      <h2 id="history">${first ? 'Requests and sessions' : 'Older requests and sessions'}</h2>
      ${records.length === 0 ? html`<p>There is none${first ? ' yet' : ' older than these'}.</p>` : table(records, facts)}
      <nav class="pages" aria-label="History">
        ${first ? null : html`<a href="${at}">Newest</a>`}
        ${older === null ? null : html`<a href="${at}?before=${markText(older)}">Older</a>`}
        <a href="${at}/record.csv" download>Download all of it (CSV)</a>
      </nav>
    </section>
    <p class="quiet">
      This page works until ${time(facts.expiresAt)}. After that, <a href="/tenants">ask for a new link</a>.
    </p>`;
}

function table(records: readonly Theirs[], { at, tenant, nameOf }: TenantFacts): Html {
  const name = namesFor(tenant, nameOf);
  // The roles are given because a narrow screen shows each row as a block, which takes a table’s own meaning away.
  return html`<table role="table">
    <caption>
      Newest first
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        <th scope="col" role="columnheader">Request</th>
        <th scope="col" role="columnheader">Status</th>
        <th scope="col" role="columnheader">Who</th>
        <th scope="col" role="columnheader">When</th>
        <th scope="col" role="columnheader">Why</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${records.map((record) => {
        const { no, state } = record;
        const ask = askOf(state);
        return html`<tr role="row">
          <th scope="row" role="rowheader"><a href="${at}/${no}">${tsa(no)}</a></th>
          <td role="cell" data-name="Status">
            ${statusWords(state)}${state.origin.kind === 'emergency' ? html` <strong>(emergency)</strong>` : null}
          </td>
          <td role="cell" data-name="Who">
            ${name(ask?.grantee ?? state.requester)}${ask === null ? null : html`<span class="quiet">${ask.scope.name}</span>`}
          </td>
          <td role="cell" data-name="When">${whenWords(record)}</td>
          <td role="cell" data-name="Why" class="why" dir="auto">${short(state.reason)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function whenWords({ state }: Theirs): Html {
  if (!isStarted(state)) return html`asked ${time(state.filedAt)}`;
  const { startedAt, expiresAt } = state.session;
  const end = isOver(state) ? state.ending.endedAt : expiresAt;
  return html`${time(startedAt)} to ${time(end)}`;
}

const SHORT_MAX = 160;
function short(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  return line.length > SHORT_MAX ? `${line.slice(0, SHORT_MAX - 2).toWellFormed()} …` : line;
}

/** One request, with everything that happened to it; and what its reader can do about it. */
export function recordPage(
  record: Theirs,
  done: Done,
  facts: TenantFacts,
  typed: Typed,
  email: string,
): Html {
  const { no, state } = record;
  const name: Name = namesFor(facts.tenant, facts.nameOf);
  const shown = { ...record, name };
  return html`${alert(typed.problem, wrongIn(typed))}
    <p><a href="${facts.at}">Back to ${placeOf(facts.tenant)}</a></p>
    <h1>${tsa(no)}: ${statusWords(state)}</h1>
    <p>${happened(no, state, name)}</p>
    ${actOn(record, facts, typed, email)} ${requestFacts(shown)} ${resolution(record, name)}
    ${actionsPart(done, `${facts.at}/${no}`)}
    <h2>What happened</h2>
    ${storyOf(record, name)}`;
}

/** What was done, in the words of who did it. */
function resolution({ state }: Theirs, name: Name): Html | null {
  const closeout = state.phase === 'closed' || state.phase === 'ended' ? state.closeout : null;
  if (closeout === null)
    return state.phase === 'ended'
      ? html`<h2>What was done</h2>
          <p>Not written up yet: whoever is in charge is reminded until it is.</p>`
      : null;
  const fixed = { yes: 'Yes', no: 'No', not_yet: 'Not yet' }[closeout.fixed];
  const left = closeout.removed.filter((item) => !item.gone).length;
  return html`<h2>What was done</h2>
    <p>
      Fixed: <strong>${fixed}</strong>.
      ${
        closeout.removed.length === 0
          ? null
          : left === 0
            ? 'Every extra permission was taken away again, and that was checked.'
            : html`<strong>Still to be taken away: ${count(left, 'extra permission')}.</strong>`
      }
      ${
        state.phase === 'closed' || closeout.next === null
          ? null
          : html`${name(closeout.next.by)} sees to it, until ${time(closeout.next.until)}.`
      }
    </p>
    <blockquote class="said" dir="auto">${closeout.changed}</blockquote>
    <p>Checked, and confirmed by ${closeout.confirmedBy}:</p>
    <blockquote class="said" dir="auto">${closeout.checked}</blockquote>
    ${
      closeout.summary !== ''
        ? html`<h3>Summary</h3>
            <blockquote class="said" dir="auto">${closeout.summary}</blockquote>`
        : null
    }`;
}

/** What its reader can do about it: the words, the button, and the answer that it sends. */
function deed(
  { no, state }: Theirs,
  { now, world }: TenantFacts,
  typed: Typed,
  email: string,
): readonly [string, string, string, Html, Html?] | null {
  const actor = { kind: 'contact', email } as const;
  const offers = offersTo(state, { audience: 'customer', place: 'record' }, { actor, world, now });
  if (offers.has('report_unexpected'))
    return [
      'You did not expect this?',
      'Stop it: the session ends at once, and our security team hears of it.',
      `Stop ${tsa(no)}`,
      button('I didn’t expect this: stop it now', 'report', 'stop'),
    ];
  if (offers.has('revoke'))
    return [
      'You do not want this any more?',
      'Take it back before it starts: nobody enters for it after that.',
      `Take back ${tsa(no)}`,
      button('Take it back', 'revoke', 'stop'),
    ];
  if (offers.has('cancel'))
    return [
      'You do not need help any more?',
      'Cancel it: nobody enters for it after that.',
      `Cancel ${tsa(no)}`,
      button('Cancel the request', 'cancel', 'stop'),
    ];
  if (offers.has('accept_closeout'))
    return [
      'Does it work?',
      'If it is not fixed, whoever sees it through reads what you write and answers. Nobody enters for it again unless you ask.',
      `What came of ${tsa(no)}`,
      html`${button('It works', 'works', 'go')} ${button('It is not fixed', 'not_fixed', 'stop')}`,
      textField('reason', 'What still fails?', {
        value: typed.reason,
        problem: typed.reasonProblem,
        hint: 'Only where it is not fixed.',
        required: false,
      }),
    ];
  return null;
}

function actOn(record: Theirs, facts: TenantFacts, typed: Typed, email: string): Html | null {
  const found = deed(record, facts, typed, email);
  if (found === null) return null;
  const [title, words, label, press, field = null] = found;
  return html`<form method="post" action="${facts.at}/${record.no}" class="card" aria-label="${label}">
    <h2>${title}</h2>
    <p>${words}</p>
    ${field} ${codeField(typed.codeProblem, typed.code)}
    <div class="buttons">${press}</div>
  </form>`;
}
