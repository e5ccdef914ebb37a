import { html } from 'hono/html';
import type { Reported, ReportedActions } from '../../ledger/actions.ts';
import { csvLine } from '../../ledger/export.ts';
import { count, tsa } from '../../wording/numbers.ts';
import type { Html } from './frame.ts';
import { time } from './frame.ts';

/** What products say was done in a session, for the customer: the newest on the page, all of it as CSV. */

/** More than anybody reads on a page. */
export const SHOWN_MAX = 50;

/** Actions of one session, newest first, and how many there are. */
export type Done = Awaited<ReturnType<ReportedActions['newest']>>;

const LEVELS: Readonly<Record<Reported['level'], string>> = {
  read: 'looked',
  change: 'changed',
  admin: 'changed as admin',
  danger: 'dangerous',
};
const OUTCOMES: Readonly<Record<Reported['outcome'], string>> = {
  done: '',
  failed: ' It failed.',
  denied: ' It was refused.',
};

/** The part of a request's page that says what was done; `at` is the page's address. */
export function actionsPart({ count: all, newest }: Done, at: string): Html | null {
  if (newest.length === 0) return null;
  return html`<h2>What was done in the product</h2>
    <p>
      ${count(all, 'action')}, as your product tells
      it${all > newest.length ? `; the newest ${newest.length} first` : ', newest first'}.
      <a href="${at}/actions.csv" download>Download all of it (CSV)</a>
    </p>
    <ol class="story">
      ${newest.map(
        ({ at: when, what, on, level, outcome, product, afterEnd }) =>
          html`<li>
            <span class="when">${time(when)} · ${product}</span>
            <span class="badge">Support Access</span>
            ${level === 'danger' || level === 'admin' ? html`<strong>${LEVELS[level]}</strong>` : LEVELS[level]}:
            <span dir="auto">${what}</span>${on === null ? null : html` (<span dir="auto">${on}</span>)`}.${
              OUTCOMES[outcome]
            }
            ${afterEnd ? html`<strong>Done after the session was over.</strong>` : null}
          </li>`,
      )}
    </ol>`;
}

const COLUMNS = [
  'request',
  'badge',
  'at',
  'level',
  'what',
  'on',
  'outcome',
  'after_end',
  'product',
  'id',
] as const;

/** Every action of a session as CSV (RFC 4180), newest first. Instants are ISO 8601 in UTC. */
export async function* actionsCsv(no: number, reported: ReportedActions): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for await (const page of reported.all(no))
    yield page
      .map(({ at, level, what, on, outcome, afterEnd, product, id }) =>
        csvLine([
          tsa(no),
          'Support Access',
          new Date(at).toISOString(),
          level,
          what,
          on ?? '',
          outcome,
          afterEnd ? 'yes' : 'no',
          product,
          id,
        ]),
      )
      .join('');
}
