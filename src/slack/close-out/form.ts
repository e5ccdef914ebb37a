import type { KnownBlock, ModalView } from '@slack/types';
import type { RequestCommand } from '../../access/command.ts';
import { REPEAT_COUNT } from '../../access/limits.ts';
import type { FieldProblem } from '../../access/refusal.ts';
import type { Access } from '../../access/state.ts';
import { isOver } from '../../access/state.ts';
import { tsa } from '../../wording/numbers.ts';
import type { View } from '../api/payload.ts';
import { blockNamed, readInputs } from '../api/payload.ts';
import {
  choice,
  choiceField,
  drawsAgain,
  form,
  momentField,
  momentOf,
  personField,
  said,
  textField,
} from '../interactions/forms.ts';
import { fit, section } from '../messages/blocks.ts';
import { placeOf } from '../messages/card.ts';
import { nextWords } from '../messages/next-words.ts';
import { endWords, oneLine, people, whatHappened, when, who } from '../messages/words.ts';

/** The form that closes a request out: what it asks, and what was typed into it. */

export const CLOSE_MODAL = 'tsa_close_out_form';
const BLOCK = {
  fixed: 'fixed',
  changed: 'changed',
  nextStep: 'next_step',
  nextBy: 'next_by',
  nextUntil: 'next_until',
  product: 'product',
  notes: 'notes',
} as const;
/** Choosing whether it is fixed draws the form again: what is next is asked where it is not. */
export const FIXED_INPUT = `tsa_in_${BLOCK.fixed}`;
type Fixed = CloseOut['fixed'];
type CloseOut = Extract<RequestCommand, { type: 'close_out' }>;
const FIXED: readonly Fixed[] = ['yes', 'no', 'not_yet'];

/** What the ledger knows already is not asked again. */
export function closeForm(no: number, state: Access, first = '', fixed: Fixed | null = null): ModalView {
  if (!isOver(state)) return said(whatHappened(tsa(no), state));
  const { ask, seats } = state.grant;
  const approved = seats.flatMap((seat) => (seat.given === null ? [] : [seat.given.by]));
  const facts = [
    `*${tsa(no)}*, ${placeOf(state)}, ${oneLine(ask.scope.name)}`,
    `Asked by ${who(state.requester)}, approved by ${people(approved)}, used by ${who(ask.grantee)}`,
    `Started ${when(state.session.startedAt)}; ${endWords(state.ending)}`,
  ];
  const contested =
    state.phase === 'ended' && state.contested !== null
      ? [section(`:question: ${who(state.contested.by)} asks: ${oneLine(state.contested.question, 1_500)}`)]
      : [];
  const waits = state.phase === 'ended' ? nextWords(state.closeout, 'ours') : null;
  return form(CLOSE_MODAL, no, 'Close out', 'Close out', [
    ...(first === '' ? [] : [section(`:warning: *${first}*`)]),
    section(facts.join('\n')),
    ...contested,
    ...(waits === null ? [] : [section(`${waits}.`)]),
    drawsAgain(
      choiceField(
        BLOCK.fixed,
        'Can the customer do what failed before?',
        [choice('yes', 'Yes'), choice('no', 'No'), choice('not_yet', 'Not yet')],
        { hint: '“No” and “Not yet” keep this open.' },
      ),
    ),
    ...(fixed === null || fixed === 'yes' ? [] : nextFields(state.owner)),
    textField(BLOCK.changed, 'What was changed?', { placeholder: 'Nothing, if nothing was' }),
    ...ask.roles.map((role, i) =>
      choiceField(
        roleBlock(i),
        `Is it gone: ${fit(role.replaceAll(/\s+/g, ' '), ROLE_MAX)}?`,
        [choice('gone', 'Yes, gone'), choice('left', 'Not yet')],
        {
          hint: '“Not yet” keeps this open, and the alert channel is told.',
        },
      ),
    ),
    textField(BLOCK.product, 'A product problem to raise?', {
      optional: true,
      ...(state.repeatCount < REPEAT_COUNT
        ? {}
        : { hint: `Number ${state.repeatCount} like this in 30 days: say what is wrong, and who owns it.` }),
    }),
    state.way === 'customer'
      ? textField(BLOCK.notes, 'Summary for the customer', {
          hint: 'Sent to whoever asked: what was wrong, and what you did.',
        })
      : textField(BLOCK.notes, 'Notes', { optional: true }),
  ]);
}

/** Somebody does something about it, until then. */
function nextFields(owner: string): readonly KnownBlock[] {
  return [
    textField(BLOCK.nextStep, 'What is next?', { placeholder: 'What is done so that they can do it again' }),
    personField(BLOCK.nextBy, 'Who does it?', undefined, false, owner),
    momentField(BLOCK.nextUntil, 'Until when?', 'They are reminded then, and so are you.'),
  ];
}

/** What was chosen so far. */
export function readFixed(view: View): Fixed | null {
  const read = readInputs(view)(BLOCK.fixed);
  return FIXED.find((value) => value === read) ?? null;
}

/** Is what is next still to be asked, because the form was sent before it was drawn again? */
export function lacksNext(view: View): boolean {
  return readFixed(view) !== 'yes' && blockNamed(view, BLOCK.nextStep) === undefined;
}

/** What was typed. */
export function readCloseOut(view: View, roles: readonly string[]): CloseOut {
  const read = readInputs(view);
  const fixed = readFixed(view) ?? 'not_yet';
  return {
    type: 'close_out',
    fixed,
    changed: read(BLOCK.changed),
    removed: roles.map((role, i) => ({ role, gone: read(roleBlock(i)) === 'gone' })),
    productProblem: read(BLOCK.product),
    notes: read(BLOCK.notes),
    next:
      fixed === 'yes'
        ? null
        : {
            what: read(BLOCK.nextStep),
            by: read(BLOCK.nextBy),
            until: momentOf(read(BLOCK.nextUntil)),
          },
  };
}

/** The field at which a problem is shown. */
export function blockOf({ field }: FieldProblem): string {
  if (field === 'productProblem') return BLOCK.product;
  return field === 'notes' || field === 'nextStep' || field === 'nextBy' || field === 'nextUntil'
    ? BLOCK[field]
    : BLOCK.changed;
}

/** A label is plain text: nothing in it is escaped, or read as markup. */
const ROLE_MAX = 200;

function roleBlock(i: number): string {
  return `role_${i}`;
}
