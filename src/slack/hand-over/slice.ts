import { section } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { placeOf } from '../messages/card.ts';
import type { SlackContext, Slice } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { form, personField, submitForm } from '../interactions/forms.ts';
import { readInputs } from '../api/payload.ts';
import { attempt, openForm } from '../interactions/one-request.ts';

/** Handing over the ownership: offered by the owner, taken by the other; until then the old owner stays. */

const MODAL = 'tsa_hand_over_form';
const TO = 'to';

export function handOver(context: SlackContext): Slice {
  return {
    actions: {
      [ACTION.handOver]: (call) =>
        openForm(context, parseNo(call.value), call, 'offer_ownership', (no, state) =>
          form(MODAL, no, 'Hand over', 'Ask them', [
            section(`*${tsa(no)}*, ${placeOf(state)}. You stay the owner until they accept.`),
            personField(TO, 'Who sees it through from now on?'),
          ]),
        ),
      [ACTION.takeOver]: (call) => attempt(context, parseNo(call.value), call, { type: 'accept_ownership' }),
    },
    submissions: {
      [MODAL]: (call) => {
        const to = readInputs(call.view)(TO);
        return submitForm(context, call, { type: 'offer_ownership', to }, () => TO);
      },
    },
  };
}
