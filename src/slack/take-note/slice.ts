import type { ModalView } from '@slack/types';
import type { Active } from '../../access/state.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import type { Caller } from '../api/payload.ts';
import { readInputs } from '../api/payload.ts';
import type { Answered, CommandCall, SlackContext, Slice } from '../context.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { form, submitForm, textField } from '../interactions/forms.ts';
import { attempt, openForm } from '../interactions/one-request.ts';
import type { Own } from '../interactions/prompts.ts';
import { pick } from '../interactions/prompts.ts';
import { section } from '../messages/blocks.ts';
import { placeOf } from '../messages/card.ts';

/** Notes during a session, by button or by `/tsa note`: they stand in the form that closes it out. */

const MODAL = 'tsa_note_form';
const NOTE = 'note';

export function takeNotes(context: SlackContext): Slice {
  const open = (no: number | null, call: { readonly caller: Caller }): Promise<Answered> =>
    openForm(context, no, call, 'take_note', noteForm);
  return {
    actions: { [ACTION.note]: (call) => open(parseNo(call.value), call) },
    commands: { note: (call) => noted(context, call, open) },
    submissions: {
      [MODAL]: (call) =>
        submitForm(context, call, { type: 'take_note', text: readInputs(call.view)(NOTE) }, () => NOTE),
    },
  };
}

const TO_NOTE: Own = {
  parts: ['grantee', 'owner'],
  phases: ['active'],
  none: 'You have no session that is running now: what matters after it belongs into the closeout.',
};

/** `/tsa note TSA-42 words`; the number may be left out, and without words there is a form. */
function noted(
  context: SlackContext,
  call: CommandCall,
  open: (no: number, call: CommandCall) => Promise<Answered>,
): Promise<Answered> {
  const [first = ''] = call.rest.split(/\s/, 1);
  const named = parseNo(first) !== null;
  const text = (named ? call.rest.slice(first.length) : call.rest).trim();
  return pick(context, { ...call, rest: named ? first : '' }, 'note', TO_NOTE, (no) =>
    text === ''
      ? open(no, call)
      : attempt(
          context,
          no,
          call,
          { type: 'take_note', text },
          (of) => `Noted for the closeout of ${tsa(of)}.`,
        ),
  );
}

function noteForm(no: number, state: Active): ModalView {
  return form(MODAL, no, 'Take a note', 'Note it', [
    section(`*${tsa(no)}*, ${placeOf(state)}`),
    textField(NOTE, 'What do you want to remember?', { hint: 'It stands in the form that closes this out.' }),
  ]);
}
