import type { Button } from '@slack/types';
import type { Access } from '../../access/state.ts';
import { asksCustomer } from '../../access/state.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { button, confirmation } from './blocks.ts';
import { moreTimeButtons } from './more-time-buttons.ts';
import { tsa } from '../../wording/numbers.ts';

/** What the customer can do about a request, and what an engineer can do about the customer's. */

/** In a channel: whoever presses is looked at then. */
export function customerButtons(no: number, state: Access): Button[] {
  if (state.phase === 'unclaimed')
    return [
      button('Accept', ACTION.accept, String(no), {
        style: 'primary',
        label: `Take on ${tsa(no)} and enter the tenant`,
      }),
    ];
  return answers(no, state);
}

/** For a contact of the tenant, in their direct messages. */
export function contactButtons(no: number, state: Access, reader: string): Button[] {
  const it = tsa(no);
  const buttons = answers(no, state);
  if (state.phase === 'unclaimed' && state.requester === reader)
    buttons.push(
      button('Cancel request', ACTION.cancel, String(no), {
        label: `Cancel ${it}`,
        confirm: confirmation(
          'Cancel the request?',
          `${it} is taken back. Nobody enters for it.`,
          'Cancel it',
          'Keep it',
        ),
      }),
    );
  if (state.phase === 'active')
    buttons.push(
      button('I didn’t expect this', ACTION.unexpected, String(no), {
        style: 'danger',
        label: `I did not expect ${it}: stop it`,
        confirm: confirmation(
          'You did not expect this?',
          'The session is stopped at once, and our security team is told.',
          'Stop it',
          'It is fine',
        ),
      }),
    );
  return buttons;
}

/** What waits for the customer's yes or no. */
function answers(no: number, state: Access): Button[] {
  if (!asksCustomer(state)) return [];
  if (state.phase === 'active') return [...moreTimeButtons(no, state, ', for the customer')];
  const value = String(no);
  const it = tsa(no);
  return [
    button('Consent', ACTION.approve, value, {
      style: 'primary',
      label: `Consent to ${it}, for the customer`,
    }),
    button('Decline', ACTION.deny, value, {
      style: 'danger',
      label: `Decline ${it}, for the customer`,
    }),
  ];
}
