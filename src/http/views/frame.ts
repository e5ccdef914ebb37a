import { html } from 'hono/html';
import { DateTime } from 'luxon';

/** What every page is made of. Whatever is put into a template is escaped by it. */

export type Html = ReturnType<typeof html>;

/** The whole page around what it says. */
export function frame({
  title,
  place,
  body,
  live,
}: {
  readonly title: string;
  /** The tenant that it is about, if it is about one. */
  readonly place: string | null;
  readonly body: Html;
  /** Brings itself up to date while it is open. */
  readonly live: boolean;
}): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex, nofollow" />
        <title>${title}${place === null ? '' : ` · ${place}`} · Support access</title>
        <link rel="stylesheet" href="/assets/style.css" />
        ${live ? html`<script src="/assets/live.js" defer></script>` : null}
      </head>
      <body>
        <a class="skip" href="#main">Skip to what this page says</a>
        <header>
          <p>
            <strong>Temporary support access</strong> ${place === null ? null : html`<bdi>${place}</bdi>`}
          </p>
        </header>
        <main id="main" tabindex="-1">${body}</main>
        <footer>
          <p>
            All times are in UTC. Nothing on this page is loaded from anywhere else, and it sets no cookies.
          </p>
        </footer>
      </body>
    </html>`;
}

/** An instant, for people and for machines. */
export function time(at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${inUtc(at)}</time>`;
}

/** An instant in words, with its zone. */
export function inUtc(at: number): string {
  return DateTime.fromMillis(at, { zone: 'utc' }).setLocale('en').toFormat("d LLL yyyy, HH:mm 'UTC'");
}

/** Somebody else's words, whole, that cannot pass for ours. */
export function quotation(text: string): Html {
  return html`<blockquote class="said" dir="auto">${text.trim().replaceAll(LINE_BREAK, '\n')}</blockquote>`;
}
const LINE_BREAK = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;

/** Somebody else's words, a line each. */
export function lineByLine(lines: readonly string[]): Html {
  return html`${lines.map((line, i) => html`${i > 0 ? html`<br />` : null}<span dir="auto">${line}</span>`)}`;
}

/** What is known, each with its name. What is `null` is left out. */
export function facts(rows: readonly (readonly [string, Html | string] | null)[]): Html {
  const known = rows.filter((row) => row !== null);
  return html`<dl>
    ${known.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd dir="auto">${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** What is wrong with what was typed: first on the page, read out at once, with links to the fields. */
export function alert(
  words: string | null,
  fields: readonly { readonly name: string; readonly problem: string | null }[] = [],
): Html | null {
  const wrong = fields.filter(({ problem }) => problem !== null);
  if (words === null) return null;
  return html`<div class="alert" role="alert">
    <p>${words}</p>
    ${wrong.map(({ name, problem }) => html`<p><a href="#${name}">${problem}</a></p>`)}
  </div>`;
}

/** Where the code of the mail is typed. */
export function codeField(problem: string | null, value = ''): Html {
  return html`<div class="field">
    <label for="code">The 6-digit code from the mail</label>
    <p class="hint" id="code-hint">It stands beside the link that you followed.</p>
    <input
      id="code"
      name="code"
      type="text"
      inputmode="numeric"
      autocomplete="one-time-code"
      maxlength="9"
      required
      value="${value}"
      aria-describedby="code-hint${problem === null ? '' : ' code-problem'}"
      ${problem === null ? null : html`aria-invalid="true"`}
    />
    ${below('code', problem)}
  </div>`;
}

/** Where more than a line is typed. */
export function textField(name: string, label: string, { value, problem, hint, required }: TextField): Html {
  const described = [hint === '' ? '' : `${name}-hint`, problem === null ? '' : `${name}-problem`]
    .join(' ')
    .trim();
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${hint === '' ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`}
    <textarea
      id="${name}"
      name="${name}"
      rows="3"
      maxlength="3000"
      dir="auto"
      ${required ? html`required` : null}
      ${described === '' ? null : html`aria-describedby="${described}"`}
      ${problem === null ? null : html`aria-invalid="true"`}
    >
${value}</textarea>
    ${below(name, problem)}
  </div>`;
}

interface TextField {
  readonly value: string;
  readonly problem: string | null;
  readonly hint: string;
  readonly required: boolean;
}

function below(name: string, problem: string | null): Html | null {
  return problem === null ? null : html`<p class="problem" id="${name}-problem">${problem}</p>`;
}

/** One button that sends one thing. */
export function button(label: string, value: string, kind: 'go' | 'stop' | 'plain'): Html {
  return html`<button type="submit" name="answer" value="${value}" class="${kind}">${label}</button>`;
}

/** A page that says one thing, and what to do next. */
export function says(title: string, ...next: readonly (Html | string | null)[]): Html {
  return html`<h1>${title}</h1>
    ${next.map((words) => (typeof words === 'string' ? html`<p>${words}</p>` : words))}`;
}
