import { isVisible, textProblems } from './text.ts';
import { LINES_MAX } from './limits.ts';
import type { FieldProblem } from './refusal.ts';

/** What is allowed and what is off limits, a line each: whoever decides can leave lines out, which is provably less. */

/** The lines of what was typed: each once, and none that nobody can read. */
export function linesOf(text: string): string[] {
  const lines = text.split(/[\r\n\u2028\u2029]+/u).map((line) => line.trim());
  return [...new Set(lines.filter(isVisible))];
}

/** What is wrong with them, if anything. */
export function linesProblems(
  field: 'allowedActions' | 'offLimits',
  text: string,
  { required }: { readonly required: boolean },
): FieldProblem[] {
  const problems = textProblems(field, text, { required, line: true });
  if (problems.length > 0 || linesOf(text).length <= LINES_MAX) return problems;
  return [{ field, problem: 'too_many_lines', max: LINES_MAX }];
}
