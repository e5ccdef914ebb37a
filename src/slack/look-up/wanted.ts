import { DateTime } from 'luxon';
import type { Scope, Tenant } from '../../access/policy.ts';
import { folded } from '../../ledger/search.ts';

/** What somebody wants to find, of words in any order: `acme last month revoked`. */
export interface Wanted {
  readonly span: Span;
  /** The id that Slack puts into a mention. */
  readonly person: string | null;
  readonly tenant: Tenant | null;
  readonly scope: Scope | null;
  readonly how: readonly How[];
  /** All of them must stand in the reason or in the case. */
  readonly words: readonly string[];
  /** What was not understood, or taken for something else than it may mean: each a sentence. */
  readonly unclear: readonly string[];
}

/** When it was filed, half open, in words that follow a number of requests. */
export interface Span {
  readonly from: number;
  readonly until: number;
  readonly text: string;
}

/** What may be said of a request in one word. */
export const HOWS = ['emergency', 'revoked', 'expired', 'denied', 'cancelled', 'lapsed'] as const;
export type How = (typeof HOWS)[number];

/** What stands behind the words: the instant, whose days they are, and what the policy names. */
export interface Known {
  readonly now: number;
  readonly timeZone: string;
  readonly scopes: readonly Scope[];
  /** At most `limit` tenants that go by these words, the best first. */
  readonly tenants: (words: string, limit: number) => readonly Tenant[];
}

/** Days that are looked at where no time is named. */
const USUAL_DAYS = 30;
/** A name has at most so many words, and so many words are tried as one: each is a search. */
const NAME_WORDS_MAX = 5;
const TRIED_MAX = 8;
const MENTION = /<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/gu;
/** Words that stand together, and are no name of anything. */
const QUOTED = /["“”„]([^"“”„]+)["“”„]/gu;

/** Reads the words; whatever they are, they mean something, and it says what it could not tell. */
export function readWanted(text: string, known: Known): Wanted {
  const unclear: string[] = [];
  const people: string[] = [];
  const words: string[] = [];
  const rest = text
    .replaceAll(MENTION, (_, id: string) => {
      people.push(id);
      return ' ';
    })
    .replaceAll(QUOTED, (_, quoted: string) => {
      words.push(quoted.trim());
      return ' ';
    });
  if (people.length > 1) unclear.push('I can look for one person at a time, and took the first.');
  const spans: Span[] = [];
  const how = new Set<How>();
  const left: string[] = [];
  const tokens = rest.split(/\s+/u).filter((token) => token !== '');
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i] ?? '';
    const pair = spanOf(`${token} ${tokens[i + 1] ?? ''}`.toLowerCase(), known);
    const span = pair ?? spanOf(token.toLowerCase(), known);
    const said = HOWS.find((one) => one === token.toLowerCase());
    if (pair !== null) i += 1;
    if (span !== null) spans.push(span);
    else if (said !== undefined) how.add(said);
    else if (LIKE_A_TIME.test(token)) unclear.push(`“${token}” is no time that I know: ${TIMES}.`);
    else if (token.startsWith('@'))
      unclear.push(`“${token}” is nobody that I know: choose the person from Slack’s list after the \`@\`.`);
    else left.push(token);
  }
  if (spans.length > 1) unclear.push('I can look at one span of time, and took the first.');
  const scope = take(left, (name) => known.scopes.find(({ id, name: called }) => isName(name, id, called)));
  const tenant = take(left, (name) => {
    const found = known.tenants(name, 2);
    const exact = found.find((one) => isName(name, one.id, one.name));
    if (exact !== undefined || found.length < 2) return exact ?? found[0];
    if (left.length === name.split(' ').length)
      unclear.push(`More than one tenant goes by “${name}”: write its id.`);
    return undefined;
  });
  words.push(...left);
  return {
    span: spans[0] ?? lastDays(USUAL_DAYS, known.now),
    person: people[0] ?? null,
    tenant: tenant ?? null,
    scope: scope ?? null,
    how: [...how],
    words,
    unclear,
  };
}

/** The times that can be written. */
const TIMES = 'write `7d`, `2026-W47`, `2026-11`, `last month` or `2026-11-01..2026-11-20`';
/** Whoever writes this means a time. */
const LIKE_A_TIME = /^(?:\d{4}-(?:w?\d{1,2}|\d{1,2}-\d{1,2})|\d+[dw]|.*\d\.\.|.*\.\.\d.*)$/iu;
const DAY_MS = 24 * 60 * 60_000;

function lastDays(days: number, now: number): Span {
  return { from: now - days * DAY_MS, until: now + 1, text: `in ${days} days` };
}

/** The span of time that these words (in small letters) name. */
function spanOf(text: string, { now, timeZone }: Known): Span | null {
  const [, number, unit] = /^(\d{1,4})([dw])$/.exec(text) ?? [];
  if (number !== undefined && Number(number) > 0)
    return lastDays(Number(number) * (unit === 'w' ? 7 : 1), now);
  const here = DateTime.fromMillis(now, { zone: timeZone });
  const [, which, what] = /^(this|last) (week|month)$/.exec(text) ?? [];
  const part = what === 'week' ? 'week' : 'month';
  if (which !== undefined) return within(which === 'this' ? here : here.minus({ [part]: 1 }), part);
  if (text === 'today' || text === 'yesterday')
    return within(text === 'today' ? here : here.minus({ days: 1 }), 'day');
  const [, from, until] = /^(\S+)\.\.(\S*)$/.exec(text) ?? [];
  if (from === undefined) return calendar(text, timeZone);
  const first = calendar(from, timeZone);
  const last = until === '' ? { until: now + 1 } : calendar(until ?? '', timeZone);
  if (first === null || last === null || last.until <= first.from) return null;
  return spanFrom(first.from, last.until, timeZone);
}

/** A week, a month, or a day, as ISO 8601 writes them. */
function calendar(text: string, zone: string): Span | null {
  const part = /^\d{4}-w\d{2}$/.test(text)
    ? 'week'
    : /^\d{4}-\d{2}$/.test(text)
      ? 'month'
      : /^\d{4}-\d{2}-\d{2}$/.test(text)
        ? 'day'
        : null;
  if (part === null) return null;
  const start = DateTime.fromISO(text.toUpperCase(), { zone });
  return start.isValid ? within(start, part) : null;
}

function within(at: DateTime, part: 'day' | 'week' | 'month'): Span {
  const start = at.startOf(part);
  return spanFrom(start.toMillis(), start.plus({ [part]: 1 }).toMillis(), at.zoneName ?? 'utc');
}

function spanFrom(from: number, until: number, zone: string): Span {
  const [first, last] = [from, until - 1].map((at) =>
    DateTime.fromMillis(at, { zone }).toFormat('yyyy-MM-dd'),
  );
  return { from, until, text: first === last ? `on ${first}` : `from ${first} to ${last}` };
}

function isName(text: string, ...names: readonly string[]): boolean {
  return names.some((name) => folded(name) === folded(text));
}

/** Takes the first, longest run of words that is a name of something. */
function take<T>(left: string[], find: (name: string) => T | undefined): T | undefined {
  if (left.length > TRIED_MAX) return undefined;
  for (let length = Math.min(NAME_WORDS_MAX, left.length); length > 0; length -= 1)
    for (let at = 0; at + length <= left.length; at += 1) {
      const found = find(left.slice(at, at + length).join(' '));
      if (found === undefined) continue;
      left.splice(at, length);
      return found;
    }
  return undefined;
}
