import { section } from '../blocks.ts';
import { ACTION } from '../action-ids.ts';
import { placeOf } from '../card.ts';
import type { Desk, Slice } from '../desk.ts';
import { put, parseNo, sayRefusal } from '../desk.ts';
import { form, personField, submitForm } from '../forms.ts';
import { readInputs } from '../payload.ts';
import { seenBy } from '../sight.ts';
import { tsa } from '../words.ts';

/** Handing over the ownership: offered by the owner, taken by the other; until then the old owner stays. */

const MODAL = 'tsa_hand_over_form';
const TO = 'to';

export function handOver(desk: Desk): Slice {
  return {
    actions: {
      [ACTION.handOver]: async (call) => {
        const no = parseNo(call.value);
        if (no === null) return {};
        const seen = await seenBy(desk, call.caller.userId, no);
        if ('say' in seen) return seen;
        const view = form(MODAL, no, 'Hand over', 'Ask them', [
          section(`*${tsa(no)}*, ${placeOf(seen.state)}. You stay the owner until they accept.`),
          personField(TO, 'Who sees it through from now on?'),
        ]);
        return { view };
      },
      [ACTION.takeOver]: async (call) => {
        const no = parseNo(call.value);
        return no === null ? {} : sayRefusal(await put(desk, { type: 'accept_ownership' }, no, call));
      },
    },
    submissions: {
      [MODAL]: (call) => {
        const to = readInputs(call.view)(TO);
        return submitForm(desk, call, { type: 'offer_ownership', to }, () => TO);
      },
    },
  };
}
