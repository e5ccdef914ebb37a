import { createHash } from 'node:crypto';
import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import type { RequestCommand } from '../../access/command.ts';
import { LINE_MAX, TEXT_MAX } from '../../access/limits.ts';
import type { FieldProblem } from '../../access/refusal.ts';
import { mayPass } from '../../access/refusal.ts';
import { fit, OPTION_TEXT_MAX, plain, section } from '../messages/blocks.ts';
import type { Outcome } from '../../ledger/attempt.ts';
import type { About, SlackContext, SubmitCall, Submitted } from '../context.ts';
import { numberOf, put } from '../context.ts';
import { parseNo } from '../../wording/numbers.ts';
import type { View } from '../api/payload.ts';
import { UNREADABLE } from '../api/unreadable.ts';
import { problemWords } from '../../wording/problems.ts';
import { refusalWords } from '../messages/words.ts';

/** Small modals about one request: drawing them, opening them, and putting what was typed through the command handler. */

/** A modal about a request; its number travels with it. */
export function form(
  callbackId: string,
  /** The request, or what a yes to it says. */
  about: number | string,
  title: string,
  submit: string,
  blocks: readonly KnownBlock[],
): ModalView {
  return {
    type: 'modal',
    callback_id: callbackId,
    private_metadata: String(about),
    title: plain(title),
    submit: plain(submit),
    close: plain('Back'),
    blocks: [...blocks],
  };
}

/** Something to read, with nothing to do but close it. */
export function said(words: string, title = 'Nothing was changed'): ModalView {
  return { type: 'modal', title: plain(title), close: plain('Close'), blocks: [section(words)] };
}

/**
 * For a form that lost what travels with it, without which it is of no use: said on top of it, and the form stays as it
 * is.
 */
export function notRead(): Submitted {
  return { kind: 'push', view: said(UNREADABLE) };
}

export function textField(
  blockId: string,
  label: string,
  more: {
    long?: boolean;
    max?: number;
    optional?: boolean;
    hint?: string;
    placeholder?: string;
    initial?: string;
  } = {},
): KnownBlock {
  const { long = true, max = long ? TEXT_MAX : LINE_MAX } = more;
  const { optional = false, hint, placeholder, initial = '' } = more;
  return {
    type: 'input',
    block_id: blockId,
    label: plain(label),
    optional,
    ...(hint === undefined ? {} : { hint: plain(hint) }),
    element: {
      type: 'plain_text_input',
      action_id: `tsa_in_${blockId}`,
      multiline: long,
      max_length: max,
      ...(placeholder === undefined ? {} : { placeholder: plain(placeholder) }),
      ...(initial === '' ? {} : { initial_value: initial }),
    },
  };
}

/** What may be done there, a line each. */
export function allowedField(blockId: string, initial = ''): KnownBlock {
  return textField(blockId, 'Allowed actions', {
    max: LINE_MAX,
    initial,
    placeholder: 'What you will do there',
    hint: 'One a line, each complete in itself: whoever decides can leave lines out.',
  });
}

/** What must be left alone, a line each. */
export function offLimitsField(blockId: string, initial = ''): KnownBlock {
  return textField(blockId, 'Off limits', {
    max: LINE_MAX,
    optional: true,
    initial,
    placeholder: 'What must be left alone',
    hint: 'One a line.',
  });
}

/** Does the whole line fit beside its box? */
export function fitsLine(line: string): boolean {
  return line.length <= OPTION_TEXT_MAX;
}

/** Lines that can each be left out; all of them are ticked at first. */
export function linesField(blockId: string, label: string, lines: readonly string[]): KnownBlock {
  const options = lines.map((line) => ({ text: plain(fit(line, OPTION_TEXT_MAX)), value: lineValue(line) }));
  return {
    type: 'input',
    block_id: blockId,
    label: plain(label),
    hint: plain('Untick what shall be left out.'),
    element: { type: 'checkboxes', action_id: `tsa_in_${blockId}`, options, initial_options: options },
  };
}

/** Identifies a line, whatever happens to the others meanwhile. */
export function lineValue(line: string): string {
  return createHash('sha256').update(line).digest('base64url');
}

export function choiceField(
  blockId: string,
  label: string,
  options: readonly PlainTextOption[],
  more: { initial?: string; hint?: string; optional?: boolean } = {},
): KnownBlock {
  const chosen = options.find((option) => option.value === more.initial);
  return {
    type: 'input',
    block_id: blockId,
    label: plain(label),
    optional: more.optional ?? false,
    ...(more.hint === undefined ? {} : { hint: plain(more.hint) }),
    element: {
      type: 'static_select',
      action_id: `tsa_in_${blockId}`,
      options: [...options],
      ...(chosen === undefined ? {} : { initial_option: chosen }),
    },
  };
}

/** The same field, but choosing is reported at once, so that the form can be drawn again. */
export function drawsAgain(field: KnownBlock): KnownBlock {
  return field.type === 'input' ? { ...field, dispatch_action: true } : field;
}

export function personField(
  blockId: string,
  label: string,
  hint?: string,
  optional = false,
  initial?: string,
): KnownBlock {
  return {
    type: 'input',
    block_id: blockId,
    label: plain(label),
    optional,
    ...(hint === undefined ? {} : { hint: plain(hint) }),
    element: {
      type: 'users_select',
      action_id: `tsa_in_${blockId}`,
      ...(initial === undefined ? {} : { initial_user: initial }),
    },
  };
}

export function momentField(blockId: string, label: string, hint: string): KnownBlock {
  return {
    type: 'input',
    block_id: blockId,
    label: plain(label),
    hint: plain(hint),
    element: { type: 'datetimepicker', action_id: `tsa_in_${blockId}` },
  };
}

/** What a field for a moment says, in milliseconds since 1970; `NaN`: nothing was chosen. */
export function momentOf(seconds: string): number {
  return seconds === '' ? NaN : Number(seconds) * 1_000;
}

export function choice(value: string, text: string): PlainTextOption {
  return { text: plain(text.length > 75 ? `${text.slice(0, 74)}…` : text), value };
}

/** Puts what a form says through the command handler; each problem goes to its field, anything else is said in place of the form. */
export async function submitForm(
  context: SlackContext,
  { caller, view, delivery }: SubmitCall,
  command: RequestCommand,
  blockOf: (problem: FieldProblem) => string,
  about: About | null = parseNo(view.private_metadata),
): Promise<Submitted> {
  if (about === null) return notRead();
  const outcome = await put(context, command, about, { caller, delivery });
  const wordsOf = (problem: FieldProblem): string => problemAbout(command, problem);
  const refused = refusedForm(view, { ...outcome, requestNo: numberOf(about) }, blockOf, { wordsOf });
  return refused ?? { kind: 'close' };
}

/** What is shown in place of a form that was refused: each problem at its field, or why not; `null` when it was not refused. */
export function refusedForm(
  view: View,
  { refusal, requestNo, state }: Outcome,
  blockOf: (problem: FieldProblem) => string,
  {
    title,
    wordsOf = problemWords,
  }: { readonly title?: string; readonly wordsOf?: (problem: FieldProblem) => string } = {},
): Submitted | null {
  if (refusal === null) return null;
  if (refusal.reason === 'invalid') {
    const errors: Record<string, string> = {};
    for (const problem of refusal.problems) errors[blockOf(problem)] ??= wordsOf(problem);
    return { kind: 'errors', errors };
  }
  const words = refusalWords(refusal, requestNo, state);
  // It may work in a minute: the form stays, with all that was typed.
  return { kind: 'show', view: mayPass(refusal) ? again(view, words) : said(words, title) };
}

/** Only the reason for a request comes with a good example; why somebody says no, or stop, does not. */
function problemAbout({ type }: RequestCommand, problem: FieldProblem): string {
  const empty = problem.field === 'reason' && problem.problem === 'missing' && type !== 'ask_extension';
  return empty ? 'Say why: the people whom it concerns read this.' : problemWords(problem);
}

const PROBLEM = 'problem';

/** The same form, with something said above it. Slack keeps what was typed where a block keeps its id. */
export function again(
  { callback_id: id, private_metadata: metadata, title, submit, close, blocks }: View,
  words: string,
): ModalView {
  const problem = { ...section(`:warning: ${words}`), block_id: PROBLEM };
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: metadata,
    title: plain(title?.text ?? 'Try again'),
    submit: plain(submit?.text ?? 'Try again'),
    close: plain(close?.text ?? 'Back'),
    blocks: [problem, ...blocks.filter((block) => block.block_id !== PROBLEM)],
  };
}
