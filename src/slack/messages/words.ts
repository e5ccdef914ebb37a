import { DateTime } from 'luxon';
import type { UserId } from '../../access/policy.ts';
import { CUSTOMER_SEAT } from '../../access/state.ts';
import { slackIdOf } from '../../access/whose.ts';

/** How everything is said in Slack: names, times, lengths, and other people's words. */

/** The request's number for people. */
export function tsa(no: number): string {
  return `TSA-${no}`;
}

/**
 * Somebody else's text inside mrkdwn. Escaped as Slack asks (docs.slack.dev/messaging/formatting-message-text), it can
 * neither ping a channel, nor mention a person, nor forge a link.
 */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Somebody else's text on one line: escaped, line breaks folded, cut to `max` characters of the result. */
export function oneLine(text: string, max = 200): string {
  return cut(text.replaceAll(/\s+/gu, ' ').trim(), max, escape);
}

/**
 * Somebody else's lines: one stands as it is, of several each has a line of its own, which cannot pass for one of ours.
 * At most `max` characters of the result; says so where some were left out.
 */
export function lineByLine(lines: readonly string[], max: number): string {
  const [only, ...more] = lines;
  if (only === undefined) return 'nothing named';
  if (more.length === 0) return oneLine(only, max);
  let all = '';
  for (const [i, line] of lines.entries()) {
    const next = `\n• ${oneLine(line, max)}`;
    if (all.length + next.length > max) return `${all}\n• … and ${lines.length - i} more`;
    all += next;
  }
  return all;
}

/** Somebody else's lines in a sentence of ours. */
export function inOneLine(lines: readonly string[], max: number): string {
  return lines.length === 0 ? 'nothing named' : oneLine(lines.join('; '), max);
}

/**
 * Somebody else's text as a quotation, so that no line of it can pass for one of ours: whole, unless `max` says how
 * many characters of the result there is room for.
 */
export function quote(text: string, max = Infinity): string {
  const lines = text.trim().replaceAll(LINE_BREAK, '\n').replaceAll(EMPTY_LINES, '\n\n');
  return `> ${cut(lines, max - 2, (character) => (character === '\n' ? '\n> ' : escape(character)))}`;
}

/** Whatever any reader's Slack may show as the start of a new line. */
const LINE_BREAK = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
/** Nobody's text pushes what follows it out of sight. */
const EMPTY_LINES = /\n(?:[^\S\n]*\n){2,}/g;

/** An actor as the ledger names it, for reading. People are mentioned; a mention in a message that we send pings nobody twice. */
export function who(actor: string): string {
  if (actor.startsWith('system:')) return 'the app';
  if (actor === CUSTOMER_SEAT) return 'the customer';
  if (actor.startsWith('customer:')) return `${escape(actor.slice('customer:'.length))} (customer)`;
  return actor.startsWith('S') ? `<!subteam^${actor}>` : `<@${slackIdOf(actor)}>`;
}

/** Several people: "A", "A and B", "A, B and C". */
export function people(users: readonly UserId[]): string {
  const names = users.map(who);
  const last = names.pop() ?? 'nobody';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

/** A reason, where there is one, as the end of a sentence. */
export function because(why: string | null): string {
  return why === null ? '' : `, because ${why}`;
}

/** An instant in each reader's own zone, with UTC where dates are not rendered. */
export function when(at: number): string {
  const utc = DateTime.fromMillis(at, { zone: 'utc' }).toFormat("yyyy-MM-dd HH:mm 'UTC'");
  return `<!date^${Math.floor(at / 1_000)}^{date_short_pretty} at {time}|${utc}>`;
}

/** An instant in UTC, for places that render no date tokens. */
export function inUtc(at: number): string {
  return DateTime.fromMillis(at, { zone: 'utc' }).toFormat("d LLL HH:mm 'UTC'");
}

/** A length of time: "45 s", "30 min", "1 h 30 min", "2 d 4 h". Never longer than it is. */
export function lasting(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  const parts: string[] = [];
  let left = ms;
  for (const [name, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

/** One or many. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** As it is to be written, and at most `max` characters of that; says so where something was left out. */
function cut(text: string, max: number, written: (character: string) => string): string {
  let all = '';
  let kept = '';
  for (const character of text) {
    all += written(character);
    if (all.length > max) return `${kept} …`;
    if (all.length <= max - 2) kept = all;
  }
  return all;
}
