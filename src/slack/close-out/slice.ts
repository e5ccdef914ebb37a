import type { ModalView } from '@slack/types';
import { REPEAT_COUNT } from '../../access/limits.ts';
import type { Access } from '../../access/state.ts';
import { fit, section } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { placeOf } from '../messages/card.ts';
import type { Answered, SlackContext, Slice, SubmitCall, Submitted } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { choice, choiceField, form, said, submitForm, textField } from '../interactions/forms.ts';
import type { Caller } from '../api/payload.ts';
import { readInputs } from '../api/payload.ts';
import { attempt, openForm } from '../interactions/one-request.ts';
import type { Own } from '../interactions/prompts.ts';
import { pick } from '../interactions/prompts.ts';
import { endWords, whatHappened, oneLine, people, when, who } from '../messages/words.ts';

/** Closing out: what was done, is it fixed, is every extra permission gone; and the approver's word on it. */

const CLOSE_MODAL = 'tsa_close_out_form';
const CONTEST_MODAL = 'tsa_contest_form';
const BLOCK = {
  fixed: 'fixed',
  changed: 'changed',
  product: 'product',
  notes: 'notes',
  question: 'question',
} as const;
const FIXED = ['yes', 'no', 'not_yet'] as const;

export function closeOut(context: SlackContext): Slice {
  const open = (no: number | null, call: { readonly caller: Caller }): Promise<Answered> =>
    openForm(context, no, call, 'close_out', (of, state) => closeForm(of, state));
  return {
    actions: {
      [ACTION.closeOut]: (call) => open(parseNo(call.value), call),
      [ACTION.closeoutYes]: (call) =>
        attempt(context, parseNo(call.value), call, { type: 'accept_closeout' }),
      [ACTION.closeoutNo]: (call) =>
        openForm(context, parseNo(call.value), call, 'contest_closeout', contestForm, { whose: 'everybody' }),
    },
    commands: {
      closeout: (call) => pick(context, call, 'closeout', TO_CLOSE_OUT, (no) => open(no, call)),
    },
    submissions: {
      [CLOSE_MODAL]: (call) => submit(context, call),
      [CONTEST_MODAL]: (call) =>
        submitForm(
          context,
          call,
          { type: 'contest_closeout', question: readInputs(call.view)(BLOCK.question) },
          () => BLOCK.question,
        ),
    },
  };
}

const TO_CLOSE_OUT: Own = {
  parts: ['owner', 'grantee'],
  phases: ['ended'],
  none: 'You have nothing to close out. Thank you.',
};

/** What the ledger knows already is not asked again. */
export function closeForm(no: number, state: Access, first = ''): ModalView {
  if (!('session' in state) || !('ending' in state)) return said(whatHappened(tsa(no), state));
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
  return form(CLOSE_MODAL, no, 'Close out', 'Close out', [
    ...(first === '' ? [] : [section(`:warning: *${first}*`)]),
    section(facts.join('\n')),
    ...contested,
    choiceField(BLOCK.fixed, 'Can the customer do what failed before?', [
      choice('yes', 'Yes'),
      choice('no', 'No'),
      choice('not_yet', 'Not yet'),
    ]),
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

async function submit(context: SlackContext, call: SubmitCall): Promise<Submitted> {
  const no = parseNo(call.view.private_metadata);
  const record = no === null ? null : await context.views.record(no);
  const roles = record !== null && 'grant' in record.state ? record.state.grant.ask.roles : [];
  const read = readInputs(call.view);
  const fixed = FIXED.find((value) => value === read(BLOCK.fixed)) ?? 'not_yet';
  const command = {
    type: 'close_out',
    fixed,
    changed: read(BLOCK.changed),
    removed: roles.map((role, i) => ({ role, gone: read(roleBlock(i)) === 'gone' })),
    productProblem: read(BLOCK.product),
    notes: read(BLOCK.notes),
  } as const;
  return submitForm(
    context,
    call,
    command,
    ({ field }) => {
      if (field === 'notes') return BLOCK.notes;
      return field === 'productProblem' ? BLOCK.product : BLOCK.changed;
    },
    record ?? no,
  );
}

function contestForm(no: number, state: Access): ModalView {
  const words =
    state.phase === 'closed'
      ? `${who(state.closeout.by)} says: ${oneLine(state.closeout.changed, 1_500)}`
      : '';
  return form(CONTEST_MODAL, no, 'Contest the closeout', 'Send back', [
    section(`*${tsa(no)}*, ${placeOf(state)}. ${words}`),
    textField(BLOCK.question, 'What is missing or wrong?', {
      hint: 'It stays open until it is closed out again.',
    }),
  ]);
}

/** A label is plain text: nothing in it is escaped, or read as markup. */
const ROLE_MAX = 200;

function roleBlock(i: number): string {
  return `role_${i}`;
}
