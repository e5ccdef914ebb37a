import type { Ask } from '../../access/event.ts';
import type { Grant } from '../../access/state.ts';
import { inOneLine, lineByLine, oneLine } from './words.ts';
import { lasting } from '../../wording/durations.ts';

/** How a card says what is asked for. */

/** Was something else approved than was asked for? It can only be less. */
export function isLess(ask: Ask, asked: Ask): boolean {
  return (
    ask.scope.id !== asked.scope.id ||
    ask.durationMs !== asked.durationMs ||
    // Lines were only taken from the one, and only added to the other.
    ask.allowedActions.length !== asked.allowedActions.length ||
    ask.offLimits.length !== asked.offLimits.length
  );
}

/** What was asked for, where less was approved. */
export function askedFor({ ask, asked }: Grant): string[] {
  if (!isLess(ask, asked)) return [];
  const { scope, durationMs, allowedActions } = asked;
  return [
    `*Asked for* ${oneLine(scope.name, 150)}, ${lasting(durationMs)}; allowed: ${inOneLine(allowedActions, 600)} — *less was approved*`,
  ];
}

/** What may be done and what must be left alone; at most `max` characters of each. */
export function boundLines(ask: Ask, max: number): string[] {
  return [
    `*Allowed* ${lineByLine(ask.allowedActions, max)}`,
    `*Off limits* ${lineByLine(ask.offLimits, max)}`,
  ];
}

/** A link that shows where it leads, or the number as it was typed. */
export function caseWords(caseRef: string, max: number): string {
  const words = oneLine(caseRef, max);
  if (words.endsWith(' …')) return words;
  return /^https?:\/\/[^\s<>|]+$/i.test(caseRef) ? `<${words}>` : words;
}
