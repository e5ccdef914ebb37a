import type { ModalView } from '@slack/types';
import type { Access } from '../../access/state.ts';
import { askOf } from '../../access/state.ts';
import { wordsNeeded } from '../../access/removing.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { readInputs } from '../api/payload.ts';
import type { SlackContext, Slice } from '../context.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { form, submitForm, textField } from '../interactions/forms.ts';
import { openForm } from '../interactions/one-request.ts';
import { section } from '../messages/blocks.ts';
import { placeOf } from '../messages/card.ts';
import { who } from '../messages/words.ts';

/** Where a product has not confirmed that access is gone: somebody looks, removes it, and says so by name. */

const MODAL = 'tsa_removed_by_hand_form';
const NOTE = 'note';

export function removeAccess(context: SlackContext): Slice {
  return {
    actions: {
      [ACTION.removedByHand]: (call) =>
        openForm(context, parseNo(call.value), call, 'close_by_hand', removedForm),
    },
    submissions: {
      [MODAL]: (call) =>
        submitForm(context, call, { type: 'close_by_hand', note: readInputs(call.view)(NOTE) }, () => NOTE),
    },
  };
}

function removedForm(no: number, state: Access): ModalView {
  const grantee = askOf(state)?.grantee ?? state.owner;
  const two =
    wordsNeeded(state) === 2 ? ' The scope is high risk: a second person must look and say so, too.' : '';
  return form(MODAL, no, 'Removed by hand', 'It is gone', [
    section(
      `*${tsa(no)}*: you state that ${who(grantee)} has no access to ${placeOf(state)} any more, because you looked and removed it there. It stands in the ledger with your name.${two}`,
    ),
    textField(NOTE, 'How did you look, and what did you remove?'),
  ]);
}
