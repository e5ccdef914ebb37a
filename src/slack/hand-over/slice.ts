import { section } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { placeOf } from '../messages/card.ts';
import type { SlackContext, Slice } from '../context.ts';
import { NOT_READ, put, sayRefusal } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { form, personField, submitForm } from '../interactions/forms.ts';
import { readInputs } from '../api/payload.ts';
import { seenBy } from '../interactions/visibility.ts';

/** Handing over the ownership: offered by the owner, taken by the other; until then the old owner stays. */

const MODAL = 'tsa_hand_over_form';
const TO = 'to';

export function handOver(context: SlackContext): Slice {
  return {
    actions: {
      [ACTION.handOver]: async (call) => {
        const no = parseNo(call.value);
        if (no === null) return NOT_READ;
        const seen = await seenBy(context, call.caller.userId, no);
        if ('say' in seen) return seen;
        const view = form(MODAL, no, 'Hand over', 'Ask them', [
          section(`*${tsa(no)}*, ${placeOf(seen.state)}. You stay the owner until they accept.`),
          personField(TO, 'Who sees it through from now on?'),
        ]);
        return { view };
      },
      [ACTION.takeOver]: async (call) => {
        const no = parseNo(call.value);
        return no === null
          ? NOT_READ
          : sayRefusal(await put(context, { type: 'accept_ownership' }, no, call));
      },
    },
    submissions: {
      [MODAL]: (call) => {
        const to = readInputs(call.view)(TO);
        return submitForm(context, call, { type: 'offer_ownership', to }, () => TO);
      },
    },
  };
}
