import type { Button } from '@slack/types';
import type { Offer, Offers } from '../../access/offers.ts';
import { isAsked, isOffer, offersIn, offersTo } from '../../access/offers.ts';
import type { Audience } from '../../access/reading.ts';
import type { Access } from '../../access/state.ts';
import { tsa } from '../../wording/numbers.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { button, confirmation } from './blocks.ts';
import type { Facts } from './facts.ts';
import { approvalValue, yesValue } from './yes-value.ts';
import { channelOf, readerOf } from '../../access/ids.ts';

/** The buttons for what a reader is offered. What is offered, and to whom, is for the rules to say. */

/** The buttons for one place, in the order in which they stand there. */
export function buttonsFor(facts: Facts): Button[] {
  const { no, state } = facts;
  const offers = offersAt(facts);
  return Object.keys(BUTTONS)
    .filter(isOffer)
    .flatMap((offer) => {
      const as = offers.get(offer);
      return as === undefined ? [] : BUTTONS[offer]({ no, it: tsa(no), state, as });
    });
}

/** Is whoever reads here asked to decide now, about the request or about more time? */
export function decides(facts: Where): boolean {
  return readerOf(facts.destination) !== null && isAsked(offersAt(facts));
}

type Where = Pick<Facts, 'audience' | 'state' | 'destination' | 'place' | 'world' | 'now'>;

function offersAt({ audience, state, destination, place, world, now }: Where): Offers {
  const reader = readerOf(destination);
  return reader === null
    ? offersIn(channelOf(destination) ?? '', state, world, now)
    : offersTo(state, { audience, place }, { actor: { kind: 'person', id: reader }, world, now });
}

interface About {
  readonly no: number;
  readonly it: string;
  readonly state: Access;
  readonly as: Audience;
}

const BUTTONS: Readonly<Record<Offer, (about: About) => Button[]>> = {
  approve: ({ no, it, state, as }) =>
    as === 'ours'
      ? [
          button('Approve', ACTION.approve, approvalValue(no, state), {
            style: 'primary',
            label: `Approve ${it}`,
          }),
        ]
      : [
          button('Consent', ACTION.approve, approvalValue(no, state), {
            style: 'primary',
            label: `Consent to ${it}, for the customer`,
          }),
        ],
  deny: ({ no, it, as }) =>
    as === 'ours'
      ? [button('Deny', ACTION.deny, String(no), { style: 'danger', label: `Deny ${it}` })]
      : [
          button('Decline', ACTION.deny, String(no), {
            style: 'danger',
            label: `Decline ${it}, for the customer`,
          }),
        ],
  approve_less: ({ no, it, state }) => [
    button('Approve less', ACTION.approveLess, approvalValue(no, state), {
      label: `Approve less than ${it} asks for`,
    }),
  ],
  ask_question: ({ no, it }) => [
    button('Ask a question', ACTION.ask, String(no), { label: `Ask a question about ${it}` }),
  ],
  approve_extension({ no, it, state, as }) {
    const version = state.phase === 'active' ? state.extension?.version : undefined;
    if (version === undefined) return [];
    const label = `Give ${it} the time${forWhom(as)}`;
    return [button('Give the time', ACTION.extendYes, yesValue(no, version), { style: 'primary', label })];
  },
  deny_extension: ({ no, it, as }) => [
    button('No more time', ACTION.extendNo, String(no), {
      style: 'danger',
      label: `Give ${it} no more time${forWhom(as)}`,
    }),
  ],
  confirm_emergency: ({ no, it }) => [
    button('Confirm the emergency', ACTION.confirmEmergency, String(no), {
      style: 'danger',
      label: `Confirm the emergency ${it}`,
      confirm: confirmation(
        'Confirm the emergency?',
        `${it} starts at once, and you stand for it with your name.`,
        'Confirm',
        'No',
      ),
    }),
  ],
  accept: ({ no, it }) => [
    button('Accept', ACTION.accept, String(no), {
      style: 'primary',
      label: `Take on ${it} and enter the tenant`,
    }),
  ],
  accept_closeout: ({ no, it, state, as }) => [
    button(
      as === 'customer' ? 'It works' : state.phase === 'ended' ? 'Leave it at that' : 'Accept closeout',
      ACTION.closeoutYes,
      String(no),
      {
        style: 'primary',
        label: as === 'customer' ? `What ${it} was about works` : `Accept the closeout of ${it}`,
      },
    ),
  ],
  contest_closeout: ({ no, it, as }) => [
    as === 'customer'
      ? button('It is not fixed', ACTION.closeoutNo, String(no), {
          label: `What ${it} was about is not fixed`,
        })
      : button('Contest', ACTION.closeoutNo, String(no), { label: `Contest the closeout of ${it}` }),
  ],
  review_emergency: ({ no, it }) => [
    button('Justified', ACTION.justified, String(no), { style: 'primary', label: `${it} was justified` }),
    button('Not justified', ACTION.notJustified, String(no), {
      style: 'danger',
      label: `${it} was not justified`,
    }),
  ],
  revoke: ({ no, it, state }) => [
    button(state.phase === 'active' ? 'Revoke' : 'Take back', ACTION.revoke, String(no), {
      style: 'danger',
      label: `Stop ${it}`,
    }),
  ],
  report_unexpected: ({ no, it, as }) =>
    as === 'ours'
      ? [
          button('I didn’t expect this', ACTION.unexpected, String(no), {
            label: `I did not expect ${it}`,
            confirm: confirmation(
              'You did not expect this?',
              'If you have a say in this tenant, the session is stopped at once. Otherwise the approver is told.',
              'Report it',
              'It is fine',
            ),
          }),
        ]
      : [
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
        ],
  start: ({ no, it }) => [
    button('Start session', ACTION.start, String(no), {
      style: 'primary',
      label: `Start the session of ${it}`,
    }),
  ],
  end: ({ no, it }) => [
    button('End now', ACTION.end, String(no), {
      style: 'danger',
      label: `End the session of ${it} now`,
      confirm: confirmation(
        'End the session?',
        `${it} ends at once. To get in again you need a new request.`,
        'End now',
        'Keep it',
      ),
    }),
  ],
  ask_extension: ({ no, it }) => [
    button('Ask for more time', ACTION.extend, String(no), { label: `Ask for more time in ${it}` }),
  ],
  answer_question: ({ no, it }) => [
    button('Answer', ACTION.answer, String(no), {
      style: 'primary',
      label: `Answer the question about ${it}`,
    }),
  ],
  replace_approver: ({ no, it }) => [
    button('Ask somebody else', ACTION.replace, String(no), {
      label: `Ask somebody else to decide about ${it}`,
    }),
  ],
  edit: ({ no, it }) => [button('Edit', ACTION.edit, String(no), { label: `Edit ${it}` })],
  cancel: ({ no, it, as }) => [
    button('Cancel request', ACTION.cancel, String(no), {
      label: `Cancel ${it}`,
      confirm: confirmation(
        'Cancel the request?',
        as === 'ours'
          ? `${it} is taken back. Nobody gets access.`
          : `${it} is taken back. Nobody enters for it.`,
        'Cancel it',
        'Keep it',
      ),
    }),
  ],
  file_again: ({ no, it }) => [
    button('File again', ACTION.fileAgain, String(no), { label: `File ${it} again` }),
  ],
  open_again: ({ no, it }) => [
    button('Open again', ACTION.openAgain, String(no), {
      style: 'primary',
      label: `Have the access of ${it} opened again`,
    }),
  ],
  close_by_hand: ({ no, it }) => [
    button('Removed by hand', ACTION.removedByHand, String(no), {
      style: 'danger',
      label: `Say that the access of ${it} was removed by hand`,
    }),
  ],
  take_note: ({ no, it }) => [button('Note', ACTION.note, String(no), { label: `Take a note about ${it}` })],
  close_out: ({ no, it }) => [
    button('Close out', ACTION.closeOut, String(no), { style: 'primary', label: `Close out ${it}` }),
  ],
  offer_ownership: ({ no, it }) => [
    button('Hand over', ACTION.handOver, String(no), { label: `Hand over the ownership of ${it}` }),
  ],
  accept_ownership: ({ no, it }) => [
    button('Take over', ACTION.takeOver, String(no), {
      style: 'primary',
      label: `Take over the ownership of ${it}`,
    }),
  ],
};

/** Both sides can be asked at once: each yes says on whose behalf it is. */
function forWhom(as: Audience): string {
  return as === 'customer' ? ', for the customer' : '';
}
