/** One mail, said once: written as plain text and as HTML from the same parts, so that both say the same. */

/** A piece of a mail. Outside text stands only where it can neither start a line of its own nor be taken for ours. */
export type Part =
  /** Our own words, and nobody else's. */
  | { readonly kind: 'say'; readonly text: string }
  /** One line: what it is, and what somebody wrote or is called. */
  | { readonly kind: 'fact'; readonly name: string; readonly value: string }
  /** What somebody wrote, as long as it is. */
  | { readonly kind: 'quote'; readonly title: string; readonly text: string }
  /** A link of ours, with the code that its page asks for, if it does. */
  | { readonly kind: 'link'; readonly label: string; readonly url: string; readonly code: string | null };

export interface Letter {
  readonly subject: string;
  /** The facts, one line each: what a reader sees before deciding to read on. */
  readonly lead: readonly string[];
  readonly parts: readonly Part[];
}

/** A mail's words as they are sent. */
export interface Written {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Columns that a terminal shows. */
const WIDTH = 76;
const SUBJECT_MAX = 160;
const LINE_MAX = 600;
const QUOTE_MAX = 4_000;

/** Control characters, and those that reorder or break what follows them: nothing that a reader would miss. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const LINE_BREAK = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
const EMPTY_LINES = /\n(?:[^\S\n]*\n){2,}/g;

/** Somebody else's text on one line, without anything that could make it two. */
export function oneLine(text: string, max = LINE_MAX): string {
  return cut(text.toWellFormed().replaceAll(UNSEEN, ' ').replaceAll(/\s+/gu, ' ').trim(), max);
}

/** Somebody else's text with its lines, without anything that would not be seen. */
function manyLines(text: string): string {
  const lines = text.toWellFormed().replaceAll(LINE_BREAK, '\n').replaceAll('\t', ' ');
  const seen = lines.split('\n').map((line) => line.replaceAll(UNSEEN, ''));
  return cut(seen.join('\n').trim().replaceAll(EMPTY_LINES, '\n\n'), QUOTE_MAX);
}

/** For a header: one line that no reader's program decodes into something else (RFC 2047). */
export function headerLine(text: string, max: number): string {
  return oneLine(text, max).replaceAll('=?', '= ?');
}

/** Writes a mail out, twice. */
export function write(letter: Letter): Written {
  const subject = headerLine(letter.subject, SUBJECT_MAX);
  const lead = letter.lead.map((line) => oneLine(line, 2 * LINE_MAX));
  return { subject, text: asText(lead, letter.parts), html: asHtml(subject, lead, letter.parts) };
}

function asText(lead: readonly string[], parts: readonly Part[]): string {
  let text = lead.join('\n');
  parts.forEach((part, i) => {
    // Facts stand together; everything else gets a blank line.
    text += (part.kind === 'fact' && parts[i - 1]?.kind === 'fact' ? '\n' : '\n\n') + textOf(part);
  });
  return `${text}\n`;
}

function textOf(part: Part): string {
  switch (part.kind) {
    case 'say':
      return wrap(part.text, '', '');
    case 'fact':
      return wrap(`${part.name}: ${oneLine(part.value)}`, '', '  ');
    case 'quote':
      return `${part.title}:\n${manyLines(part.text)
        .split('\n')
        .map((line) => wrap(line, '> ', '> '))
        .join('\n')}`;
    case 'link':
      return `${part.label}:\n${part.url}${part.code === null ? '' : `\nCode: ${spaced(part.code)}`}`;
  }
}

/** Lines that fit a terminal; a word that does not fit is left whole. */
function wrap(text: string, first: string, next: string): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = next;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].map((one) => one.trimEnd()).join('\n');
}

/** Colours are the reader's own, light or dark. Nothing is fetched from anywhere. */
function asHtml(subject: string, lead: readonly string[], parts: readonly Part[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="supported-color-schemes" content="light dark" />
<title>${escape(subject)}</title>
<style>:root { color-scheme: light dark; }</style>
</head>
<body style="margin: 0; padding: 16px; font: 16px/1.5 system-ui, sans-serif;">
<div style="max-width: 38em;">
<p style="margin: 0 0 16px; font-size: 18px;">${lead.map((line, i) => (i === 0 ? `<strong>${escape(line)}</strong>` : escape(line))).join('<br />\n')}</p>
${parts.map(htmlOf).join('\n')}
</div>
</body>
</html>
`;
}

function htmlOf(part: Part): string {
  const paragraph = '<p style="margin: 0 0 12px;">';
  switch (part.kind) {
    case 'say':
      return `${paragraph}${escape(part.text)}</p>`;
    case 'fact':
      return `${paragraph}<strong>${escape(part.name)}:</strong> ${escape(oneLine(part.value))}</p>`;
    case 'quote':
      return `<p style="margin: 0 0 4px;"><strong>${escape(part.title)}:</strong></p>
<blockquote style="margin: 0 0 16px; padding: 0 0 0 12px; border-left: 3px solid #808080; white-space: pre-wrap; overflow-wrap: anywhere;">${escape(manyLines(part.text))}</blockquote>`;
    case 'link': {
      if (part.code === null)
        return `${paragraph}<a href="${escape(part.url)}">${escape(part.label)}</a></p>`;
      const code = `\n${paragraph}Code: <strong style="font-size: 22px; letter-spacing: 2px;">${escape(spaced(part.code))}</strong></p>`;
      return `<p style="margin: 0 0 8px;"><a href="${escape(part.url)}" style="display: inline-block; padding: 10px 16px; border: 2px solid currentColor; border-radius: 6px; font-weight: bold;">${escape(part.label)}</a></p>${code}`;
    }
  }
}

/** Six digits as people read them out. */
function spaced(code: string): string {
  return code.replace(/^(\d{3})(\d{3})$/, '$1 $2');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function cut(text: string, max: number): string {
  const characters = Array.from(text);
  return characters.length <= max ? text : `${characters.slice(0, max - 2).join('')} …`;
}
