import type { ModalView } from '@slack/types';
import { section } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { placeOf } from '../messages/card.ts';
import type { Answered, CommandCall, SlackContext, Slice } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { form, submitForm, textField } from '../interactions/forms.ts';
import { whichRequest } from '../interactions/prompts.ts';
import { readInputs } from '../api/payload.ts';
import type { Caller } from '../api/payload.ts';
import { who } from '../messages/words.ts';
import type { Access } from '../../access/state.ts';
import { askOf } from '../../access/state.ts';
import { attempt, openForm } from '../interactions/one-request.ts';
import { notForYou } from '../interactions/visibility.ts';

/** Stopping what somebody else does: revoke with a reason, and "I didn't expect this". */

const REVOKE_MODAL = 'tsa_revoke_form';
const WHY = 'why';

const WHAT_NEXT =
  'What to do next: talk to the support team (the card says who held the access), look at the account’s recent security events, and if in doubt change passwords and end other sessions.';

export function stopSession(context: SlackContext): Slice {
  /** Whoever looks in order to stop something is not kept from it by Slack's silence. */
  const open = (no: number | null, call: { readonly caller: Caller }): Promise<Answered> =>
    openForm(context, no, call, 'revoke', revokeForm, { whose: 'everybody', word: 'last_known' });
  return {
    actions: {
      [ACTION.revoke]: (call) => open(parseNo(call.value), call),
      [ACTION.unexpected]: (call) =>
        attempt(context, parseNo(call.value), call, { type: 'report_unexpected' }, (no, { state }) =>
          state?.phase !== 'active'
            ? `${tsa(no)} is revoked: the session was stopped at once. ${WHAT_NEXT}`
            : `Thank you. You cannot stop ${tsa(no)} yourself, so its approver and the security channel were told.`,
        ),
    },
    commands: {
      revoke: async (call) => {
        if (call.rest === '') return which(context, call);
        const no = parseNo(call.rest);
        return no === null ? { say: { text: 'Write it like `/tsa revoke TSA-42`.' } } : open(no, call);
      },
    },
    submissions: {
      [REVOKE_MODAL]: (call) =>
        submitForm(context, call, { type: 'revoke', reason: readInputs(call.view)(WHY) }, () => WHY),
    },
  };
}

/** Somebody who must stop something has no time to look up its number. */
async function which(context: SlackContext, { caller }: CommandCall): Promise<Answered> {
  const hidden = await notForYou(context, caller.userId, 'last_known');
  if (hidden !== null) return { say: hidden };
  const sessions = await context.views.activeSessions();
  return sessions.length === 0
    ? {
        say: {
          text: 'Nobody is in a tenant right now. To stop what was approved, write `/tsa revoke TSA-42`.',
        },
      }
    : { view: whichRequest('revoke', sessions) };
}

function revokeForm(no: number, state: Access): ModalView {
  const grantee = askOf(state)?.grantee ?? state.owner;
  return form(REVOKE_MODAL, no, 'Stop the access', 'Stop it now', [
    section(
      `*${tsa(no)}*: ${who(grantee)} loses the access to ${placeOf(state)} at once. They and the channel are told who stopped it, and why.`,
    ),
    textField(WHY, 'Why?'),
  ]);
}
