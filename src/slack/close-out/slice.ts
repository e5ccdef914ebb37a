import type { ModalView } from '@slack/types';
import type { Closed, Ended } from '../../access/state.ts';
import { rolesToCheck } from '../../access/closeout.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { troubleOf } from '../api/client.ts';
import type { Caller } from '../api/payload.ts';
import { readInputs } from '../api/payload.ts';
import type { ActionCall, Answered, SlackContext, Slice, SubmitCall, Submitted } from '../context.ts';
import { NOT_READ } from '../context.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { form, submitForm, textField } from '../interactions/forms.ts';
import { attempt, openForm } from '../interactions/one-request.ts';
import type { Own } from '../interactions/prompts.ts';
import { pick } from '../interactions/prompts.ts';
import { seenBy } from '../interactions/visibility.ts';
import { section } from '../messages/blocks.ts';
import { placeOf } from '../messages/card.ts';
import { oneLine, who } from '../messages/words.ts';
import { blockOf, CLOSE_MODAL, closeForm, FIXED_INPUT, asksMore, readChosen, readCloseOut } from './form.ts';

/** Closing out: what was done, is it fixed, is every extra permission gone; and the approver's word on it. */

const CONTEST_MODAL = 'tsa_contest_form';
const QUESTION = 'question';

export function closeOut(context: SlackContext): Slice {
  const open = (no: number | null, call: { readonly caller: Caller }): Promise<Answered> =>
    openForm(context, no, call, 'close_out', (of, state) => closeForm(of, state));
  return {
    actions: {
      [FIXED_INPUT]: (call) => redraw(context, call),
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
          { type: 'contest_closeout', question: readInputs(call.view)(QUESTION) },
          () => QUESTION,
        ),
    },
  };
}

const TO_CLOSE_OUT: Own = {
  parts: ['owner', 'grantee'],
  phases: ['ended'],
  none: 'You have nothing to close out. Thank you.',
};

/** Draws the form again after it was said whether it is fixed. */
async function redraw(context: SlackContext, { caller, view }: ActionCall): Promise<Answered> {
  const no = parseNo(view?.private_metadata ?? '');
  if (view === null || no === null) return NOT_READ;
  const seen = await seenBy(context, caller.userId, no);
  if ('say' in seen) return seen;
  const next = closeForm(no, seen.state, '', readChosen(view));
  const after = async (): Promise<void> => {
    try {
      await context.client.views.update({ view_id: view.id, hash: view.hash, view: next });
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.kind !== 'refused' || !['hash_conflict', 'not_found'].includes(trouble.error)) throw error;
    }
  };
  return { after };
}

async function submit(context: SlackContext, call: SubmitCall): Promise<Submitted> {
  const no = parseNo(call.view.private_metadata);
  const record = no === null ? null : await context.views.record(no);
  if (no !== null && record !== null && asksMore(call.view))
    return { kind: 'show', view: closeForm(no, record.state, '', readChosen(call.view)) };
  const roles = record === null ? [] : rolesToCheck(record.state);
  return submitForm(context, call, readCloseOut(call.view, roles), blockOf, record ?? no);
}

function contestForm(no: number, state: Ended | Closed): ModalView {
  const { closeout, origin } = state;
  const words = closeout === null ? '' : `${who(closeout.by)} says: ${oneLine(closeout.changed, 1_500)}`;
  const about = section(`*${tsa(no)}*, ${placeOf(state)}. ${words}`);
  return origin.kind === 'customer'
    ? form(CONTEST_MODAL, no, 'It is not fixed', 'Send', [
        about,
        textField(QUESTION, 'What still fails?', {
          hint: 'Whoever sees it through reads this and answers. Nobody enters for it again unless you ask.',
        }),
      ])
    : form(CONTEST_MODAL, no, 'Contest the closeout', 'Send back', [
        about,
        textField(QUESTION, 'What is missing or wrong?', {
          hint: 'It stays open until it is closed out again.',
        }),
      ]);
}
