import { commands, hidesSomething } from './lettering.ts';
import { LINE_MAX, TEXT_MAX } from './limits.ts';
import type { FieldProblem, TextField } from './refusal.ts';

/** What somebody typed: can it be read, and does it fit? */

/** What is wrong with a free text, if anything. Never cut: what was typed is stored whole or refused. */
export function textProblems(
  field: TextField,
  value: string,
  rule: { required: boolean; line: boolean },
): FieldProblem[] {
  const max = rule.line ? LINE_MAX : TEXT_MAX;
  if (!value.isWellFormed() || commands(value)) return [{ field, problem: 'malformed' }];
  if (rule.required && !isVisible(value)) return [{ field, problem: 'missing' }];
  if (hidesSomething(value)) return [{ field, problem: 'malformed' }];
  return value.length > max ? [{ field, problem: 'too_long', max }] : [];
}

/** Can anything of it be read? */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/** Something that can be read. Spaces without width and their like would otherwise fill a required field. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;
