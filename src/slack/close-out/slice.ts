import type { ModalView } from '@slack/types';
import { REPEAT_COUNT } from '../../access/limits.ts';
import type { Access } from '../../access/state.ts';
import { fit, section } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { placeOf } from '../messages/card.ts';
import type { SlackContext, Slice, SubmitCall, Submitted } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { NOT_READ, put, sayRefusal } from '../context.ts';
import { choice, choiceField, form, said, submitForm, textField } from '../interactions/forms.ts';
import type { Caller } from '../api/payload.ts';
import { readInputs } from '../api/payload.ts';
import { seenBy } from '../interactions/visibility.ts';
import { pick } from '../interactions/pick.ts';
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
  const open = async (
    no: number | null,
    { caller }: { caller: Caller },
    phase: 'ended' | 'closed',
    draw: (no: number, state: Access) => ModalView,
  ) => {
    if (no === null) return NOT_READ;
    const seen = await seenBy(context, caller.userId, no, phase === 'closed' ? 'everybody' : 'ours');
    if ('say' in seen) return seen;
    const { state } = seen;
    if (state.phase !== phase)
      return { say: { text: `Nothing was changed: ${whatHappened(tsa(no), state)}` } };
    return { view: draw(no, state) };
  };
  return {
    actions: {
      [ACTION.closeOut]: (call) => open(parseNo(call.value), call, 'ended', closeForm),
      [ACTION.closeoutYes]: async (call) => {
        const no = parseNo(call.value);
        return no === null ? NOT_READ : sayRefusal(await put(context, { type: 'accept_closeout' }, no, call));
      },
      [ACTION.closeoutNo]: (call) => open(parseNo(call.value), call, 'closed', contestForm),
    },
    commands: {
      closeout: async (call) => {
        const picked = await pick(context, call, 'closeout', {
          parts: ['owner', 'grantee'],
          phases: ['ended'],
          none: 'You have nothing to close out. Thank you.',
        });
        return !('no' in picked) ? picked : open(picked.no, call, 'ended', closeForm);
      },
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
  return submitForm(context, call, command, ({ field }) => {
    if (field === 'notes') return BLOCK.notes;
    return field === 'productProblem' ? BLOCK.product : BLOCK.changed;
  });
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
