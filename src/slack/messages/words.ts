import { DateTime } from 'luxon';
import type { UserId } from '../../access/policy.ts';
import type { Refusal } from '../../access/refusal.ts';
import type { Access, Ending } from '../../access/state.ts';
import { CUSTOMER_SEAT } from '../../access/state.ts';
import { slackIdOf } from '../../access/whose.ts';
import { endWords as endWordsBy } from '../../wording/endings.ts';
import { refusalWords as refusalWordsBy } from '../../wording/refusals.ts';
import type { Speaker } from '../../wording/speaker.ts';
import { people as peopleBy } from '../../wording/speaker.ts';
import { whatHappened as whatHappenedBy } from '../../wording/what-happened.ts';
import { emailOf } from '../../access/ids.ts';

/** How everything is said in Slack: names, times, and other people's words. */

/**
 * Somebody else's text inside mrkdwn. Escaped as Slack asks (docs.slack.dev/messaging/formatting-message-text), it can
 * neither ping a channel, nor mention a person, nor forge a link.
 */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What somebody typed, of the text in which Slack sends it: with these three letters escaped, once. */
export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
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
/** Nobody's text can push what follows it out of view. */
const EMPTY_LINES = /\n(?:[^\S\n]*\n){2,}/g;

/** An actor as the ledger names it, for reading. People are mentioned; a mention in a message that we send pings nobody twice. */
export function who(actor: string): string {
  if (actor.startsWith('system:')) return 'the app';
  if (actor === CUSTOMER_SEAT) return 'the customer';
  const email = emailOf(actor);
  if (email !== null) return `${escape(email)} (customer)`;
  return actor.startsWith('S') ? `<!subteam^${actor}>` : `<@${slackIdOf(actor)}>`;
}

/** An instant in each reader's own zone, with UTC where dates are not rendered. */
export function when(at: number): string {
  const utc = DateTime.fromMillis(at, { zone: 'utc' }).toFormat("yyyy-MM-dd HH:mm 'UTC'");
  return `<!date^${Math.floor(at / 1_000)}^{date_short_pretty} at {time}|${utc}>`;
}

/** Slack's way of naming people, instants and commands. */
export const IN_SLACK: Speaker = { who, when, command: (words) => `\`${words}\`` };

/** Several people: "A", "A and B", "A, B and C". */
export function people(users: readonly UserId[]): string {
  return peopleBy(users, who);
}

/** Why not, in words: what is in the way and what to do instead. */
export function refusalWords(refusal: Refusal, no: number | null, state: Access | null): string {
  return refusalWordsBy(refusal, no, state, IN_SLACK);
}

/** Who did what, when: the answer to a click that comes too late. */
export function whatHappened(it: string, state: Access): string {
  return whatHappenedBy(it, state, IN_SLACK);
}

/** How a session ended, as part of a sentence. */
export function endWords(ending: Ending): string {
  return endWordsBy(ending, IN_SLACK);
}

/** The text as `written` writes it, cut to `max` characters of the result; says so where something was left out. */
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
