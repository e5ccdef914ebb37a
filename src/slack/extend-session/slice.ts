import type { ModalView } from '@slack/types';
import { parseDuration } from '../../duration.ts';
import type { Access } from '../../access/state.ts';
import { section } from '../blocks.ts';
import { ACTION } from '../action-ids.ts';
import { placeOf } from '../card.ts';
import type { Desk, Slice } from '../desk.ts';
import { parseNo, put, sayRefusal } from '../desk.ts';
import { form, submitForm, textField } from '../forms.ts';
import type { Caller } from '../payload.ts';
import { readInputs } from '../payload.ts';
import { seenBy } from '../sight.ts';
import { pick } from '../pick.ts';
import { whatHappened } from '../refusals.ts';
import { lasting, tsa, when } from '../words.ts';

/** More time: asked for by the grantee, decided by the approver. Until then the old end stands. */

const ASK_MODAL = 'tsa_extend_form';
const NO_MODAL = 'tsa_extend_no_form';
const BLOCK = { duration: 'duration', reason: 'reason' } as const;

export function extendSession(desk: Desk): Slice {
  const open = async (
    no: number | null,
    { caller }: { caller: Caller },
    whose: 'ours' | 'everybody',
    draw: (no: number, state: Access) => ModalView,
  ) => {
    if (no === null) return {};
    const seen = await seenBy(desk, caller.userId, no, whose);
    if ('say' in seen) return seen;
    const { state } = seen;
    if (state.phase !== 'active')
      return { say: { text: `Nothing was changed: ${whatHappened(tsa(no), state)}` } };
    return { view: draw(no, state) };
  };
  return {
    actions: {
      [ACTION.extend]: (call) => open(parseNo(call.value), call, 'ours', askForm),
      [ACTION.extendYes]: async (call) => {
        const no = parseNo(call.value);
        return no === null ? {} : sayRefusal(await put(desk, { type: 'approve_extension' }, no, call));
      },
      [ACTION.extendNo]: (call) => open(parseNo(call.value), call, 'everybody', denyForm),
    },
    commands: {
      extend: async (call) => {
        const picked = await pick(desk, call, 'extend', {
          parts: ['grantee'],
          phases: ['active'],
          none: 'You have no session that is running now.',
        });
        return !('no' in picked) ? picked : open(picked.no, call, 'ours', askForm);
      },
    },
    submissions: {
      [ASK_MODAL]: (call) => {
        const read = readInputs(call.view);
        const command = {
          type: 'ask_extension',
          durationMs: parseDuration(read(BLOCK.duration)) ?? NaN,
          reason: read(BLOCK.reason),
        } as const;
        return submitForm(desk, call, command, ({ field }) =>
          field === 'duration' ? BLOCK.duration : BLOCK.reason,
        );
      },
      [NO_MODAL]: (call) =>
        submitForm(
          desk,
          call,
          { type: 'deny_extension', reason: readInputs(call.view)(BLOCK.reason) },
          () => BLOCK.reason,
        ),
    },
  };
}

function askForm(no: number, state: Access): ModalView {
  const end =
    state.phase === 'active'
      ? `It ends ${when(state.session.expiresAt)}; that stands until somebody approves more.`
      : '';
  return form(ASK_MODAL, no, 'Ask for more time', 'Ask', [
    section(`*${tsa(no)}*, ${placeOf(state)}. ${end}`),
    textField(BLOCK.duration, 'How much more', {
      long: false,
      placeholder: 'Such as 30m or 1h',
      hint: `At most ${lasting(state.terms.extensionMs)}.`,
    }),
    textField(BLOCK.reason, 'Why is it not enough?', {
      hint: 'The approver reads this, and so does whoever reviews it later.',
    }),
  ]);
}

function denyForm(no: number, state: Access): ModalView {
  return form(NO_MODAL, no, 'No more time', 'No more time', [
    section(`*${tsa(no)}*, ${placeOf(state)}: the end stays as it is.`),
    textField(BLOCK.reason, 'Why not? The grantee reads this'),
  ]);
}
