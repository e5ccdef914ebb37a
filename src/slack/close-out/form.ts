import type { KnownBlock, ModalView } from '@slack/types';
import type { RequestCommand } from '../../access/command.ts';
import { REPEAT_COUNT } from '../../access/limits.ts';
import type { FieldProblem } from '../../access/refusal.ts';
import { rolesToCheck } from '../../access/closeout.ts';
import type { Access, Ended } from '../../access/state.ts';
import { isOver } from '../../access/state.ts';
import { tsa } from '../../wording/numbers.ts';
import type { View } from '../api/payload.ts';
import { blockNamed, readInputs } from '../api/payload.ts';
import {
  choice,
  choiceField,
  drawsAgain,
  form,
  lineValue,
  momentField,
  momentOf,
  personField,
  said,
  textField,
} from '../interactions/forms.ts';
import { fit, section, sections } from '../messages/blocks.ts';
import { placeOf } from '../messages/card.ts';
import { nextWords } from '../messages/next-words.ts';
import { endWords, oneLine, people, whatHappened, when, who } from '../messages/words.ts';

/** The form that closes a request out: what it asks, and what was typed into it. */

export const CLOSE_MODAL = 'tsa_close_out_form';
const BLOCK = {
  fixed: 'fixed',
  confirmedBy: 'confirmed_by',
  checked: 'checked',
  changed: 'changed',
  found: 'found',
  rolesBy: 'roles_by',
  rolesHow: 'roles_how',
  nextStep: 'next_step',
  nextBy: 'next_by',
  nextUntil: 'next_until',
  product: 'product',
  summary: 'summary',
  notes: 'notes',
} as const;
/** Choosing whether it is fixed draws the form again: what is next is asked where it is not. */
export const FIXED_INPUT = `tsa_in_${BLOCK.fixed}`;
/** What decides about further fields: whether it is fixed, and the roles that turned up. */
interface Chosen {
  readonly fixed: Fixed | null;
  readonly found: readonly string[];
}
const NOTHING_CHOSEN: Chosen = { fixed: null, found: [] };
type Fixed = CloseOut['fixed'];
type CloseOut = Extract<RequestCommand, { type: 'close_out' }>;
const FIXED: readonly Fixed[] = ['yes', 'no', 'not_yet'];

/** What the ledger knows already is not asked again. */
export function closeForm(
  no: number,
  state: Access,
  first = '',
  { fixed, found }: Chosen = NOTHING_CHOSEN,
): ModalView {
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
    ...noteLines(state),
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
    textField(BLOCK.confirmedBy, 'Who confirmed that?', {
      long: false,
      hint: 'Whoever tried it: a name at the customer’s, or one of ours.',
    }),
    textField(BLOCK.checked, 'What was checked?', { placeholder: 'What you, or they, looked at or tried' }),
    textField(BLOCK.changed, 'What was changed?', { placeholder: 'Nothing, if nothing was' }),
    ...roleFields([...new Set([...rolesToCheck(state), ...found])]),
    textField(BLOCK.found, 'Roles or groups that turned up since', {
      optional: true,
      hint: 'One a line. Each is checked like those that were listed.',
    }),
    textField(BLOCK.product, 'A product problem to raise?', {
      optional: true,
      ...(state.repeatCount < REPEAT_COUNT
        ? {}
        : { hint: `Number ${state.repeatCount} like this in 30 days: say what is wrong, and who owns it.` }),
    }),
    textField(BLOCK.summary, 'Summary for the customer', {
      optional: state.origin.kind !== 'customer',
      hint: 'In their words: what was wrong, and what you did. They read it.',
    }),
    textField(BLOCK.notes, 'Notes', { optional: true, hint: 'For ourselves.' }),
  ]);
}

/** What was written down during the session: the last of it, where it is much. */
function noteLines({ session }: Pick<Ended, 'session'>): readonly KnownBlock[] {
  const lines = session.notes
    .slice(-NOTES_SHOWN)
    .map(({ by, text, at }) => `• ${when(at)} ${who(by)}: ${oneLine(text, NOTE_SHOWN)}`);
  return lines.length === 0 ? [] : sections(`*Notes of the session*\n${lines.join('\n')}`);
}

/** So that the form stays one; the record has all of them. */
const NOTES_SHOWN = 10;
const NOTE_SHOWN = 500;

/** Each role or group: is it gone? And once for all of them: who looked, and how. */
function roleFields(roles: readonly string[]): readonly KnownBlock[] {
  if (roles.length === 0) return [];
  return [
    ...roles.map((role) =>
      choiceField(
        roleBlock(role),
        `Is it gone: ${fit(role.replaceAll(/\s+/g, ' '), ROLE_MAX)}?`,
        [choice('gone', 'Yes, gone'), choice('left', 'Not yet')],
        { hint: '“Not yet” keeps this open, and the alert channel is told.' },
      ),
    ),
    personField(BLOCK.rolesBy, 'Who made sure?', undefined, true),
    textField(BLOCK.rolesHow, 'How did they look?', {
      optional: true,
      placeholder: 'Such as: opened the member list of each group',
      hint: 'Both are needed where something is gone.',
    }),
  ];
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
export function readChosen(view: View): Chosen {
  const read = readInputs(view);
  return {
    fixed: FIXED.find((value) => value === read(BLOCK.fixed)) ?? null,
    found: read(BLOCK.found)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  };
}

/** Is something still to be asked: what is next, or of a role that turned up whether it is gone? */
export function asksMore(view: View): boolean {
  const { fixed, found } = readChosen(view);
  const asked = (block: string): boolean => blockNamed(view, block) !== undefined;
  return (fixed !== 'yes' && !asked(BLOCK.nextStep)) || !found.every((role) => asked(roleBlock(role)));
}

/** What was typed. */
export function readCloseOut(view: View, listed: readonly string[]): CloseOut {
  const read = readInputs(view);
  const { fixed, found } = readChosen(view);
  const roles = [...new Set([...listed, ...found])];
  const looked = { by: read(BLOCK.rolesBy), how: read(BLOCK.rolesHow) };
  return {
    type: 'close_out',
    fixed: fixed ?? 'not_yet',
    confirmedBy: read(BLOCK.confirmedBy),
    checked: read(BLOCK.checked),
    changed: read(BLOCK.changed),
    removed: roles.map((role) =>
      read(roleBlock(role)) === 'gone' ? { role, gone: true, ...looked } : { role, gone: false },
    ),
    productProblem: read(BLOCK.product),
    summary: read(BLOCK.summary),
    notes: read(BLOCK.notes),
    next:
      fixed === 'yes'
        ? null
        : { what: read(BLOCK.nextStep), by: read(BLOCK.nextBy), until: momentOf(read(BLOCK.nextUntil)) },
  };
}

/** The field at which a problem is shown. */
export function blockOf({ field }: FieldProblem): string {
  if (field === 'productProblem') return BLOCK.product;
  if (field === 'roles') return BLOCK.found;
  return Object.entries(BLOCK).find(([name]) => name === field)?.[1] ?? BLOCK.changed;
}

/** A label is plain text: nothing in it is escaped, or read as markup. */
const ROLE_MAX = 200;

function roleBlock(role: string): string {
  return `role_${lineValue(role)}`;
}
