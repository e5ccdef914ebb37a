import type { ModalView } from '@slack/types';
import type { RequestCommand } from '../../access/command.ts';
import type { RequestCommandType, StateFor } from '../../access/permits.ts';
import { isTimeFor } from '../../access/permits.ts';
import type { Outcome } from '../../ledger/attempt.ts';
import { tsa } from '../../wording/numbers.ts';
import type { Word } from '../api/asking.ts';
import type { Caller } from '../api/payload.ts';
import type { About, Answered, SlackContext } from '../context.ts';
import { NOT_READ, numberOf, put, sayRefusal } from '../context.ts';
import { whatHappened } from '../messages/words.ts';
import { seenBy } from './visibility.ts';

/** What a button or a command does with one request: it acts at once, or opens a form first. */

/** Puts the command through; says why not where it is refused, and otherwise what `done` has to say. */
export async function attempt(
  context: SlackContext,
  about: About | null,
  call: { readonly caller: Caller; readonly delivery: string },
  command: RequestCommand,
  done?: (no: number, outcome: Outcome) => string,
): Promise<Answered> {
  if (about === null) return NOT_READ;
  const outcome = await put(context, command, about, call);
  if (outcome.refusal !== null || done === undefined) return sayRefusal(outcome);
  return { say: { text: done(numberOf(about), outcome) } };
}

/**
 * Opens the form for a command, drawn from the request as whoever asks for it may read it. Where it is not the time for
 * that command (any more), or `draw` finds nothing to fill in (`null`), says what happened; a string is said instead.
 */
export async function openForm<T extends RequestCommandType>(
  context: SlackContext,
  about: About | null,
  { caller }: { readonly caller: Caller },
  type: T,
  draw: (no: number, state: StateFor<T>) => ModalView | string | null,
  {
    whose = 'ours',
    word,
  }: {
    /** Whom the form is for: ourselves, or the customer's own people too. */
    readonly whose?: 'ours' | 'everybody';
    readonly word?: Word;
  } = {},
): Promise<Answered> {
  if (about === null) return NOT_READ;
  const seen = await seenBy(context, caller.userId, about, whose, word);
  if ('say' in seen) return seen;
  const { no, state } = seen;
  const drawn = isTimeFor(type, state) ? draw(no, state) : null;
  if (drawn === null) return { say: { text: `Nothing was changed: ${whatHappened(tsa(no), state)}` } };
  return typeof drawn === 'string' ? { say: { text: drawn } } : { view: drawn };
}
