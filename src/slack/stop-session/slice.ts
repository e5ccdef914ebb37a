import type { ModalView } from '@slack/types';
import { section } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { placeOf } from '../messages/card.ts';
import type { Answered, CommandCall, SlackContext, Slice } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { NOT_READ, put, sayRefusal } from '../context.ts';
import { form, submitForm, textField } from '../interactions/forms.ts';
import { whichRequest } from '../interactions/prompts.ts';
import { readInputs } from '../api/payload.ts';
import type { Caller } from '../api/payload.ts';
import { whatHappened, who } from '../messages/words.ts';
import type { Access } from '../../access/state.ts';
import { askOf } from '../../access/state.ts';
import { notForYou, seenBy } from '../interactions/visibility.ts';

/** Stopping what somebody else does: revoke with a reason, and "I didn't expect this". */

const REVOKE_MODAL = 'tsa_revoke_form';
const WHY = 'why';

const WHAT_NEXT =
  'What to do next: talk to the support team (the card says who held the access), look at the account’s recent security events, and if in doubt change passwords and end other sessions.';

export function stopSession(context: SlackContext): Slice {
  const open = async (no: number | null, { caller }: { caller: Caller }) => {
    if (no === null) return { say: { text: 'Write it like `/tsa revoke TSA-42`.' } };
    const seen = await seenBy(context, caller.userId, no, 'everybody', 'last_known');
    if ('say' in seen) return seen;
    const { state } = seen;
    if (state.phase !== 'active' && state.phase !== 'approved')
      return { say: { text: `Nothing was changed: ${whatHappened(tsa(no), state)}` } };
    return { view: revokeForm(no, state) };
  };
  return {
    actions: {
      [ACTION.revoke]: (call) => open(parseNo(call.value), call),
      [ACTION.unexpected]: async (call) => {
        const no = parseNo(call.value);
        if (no === null) return NOT_READ;
        const outcome = await put(context, { type: 'report_unexpected' }, no, call);
        if (outcome.refusal !== null) return sayRefusal(outcome);
        const stopped = outcome.state?.phase !== 'active';
        const words = stopped
          ? `${tsa(no)} is revoked: the session was stopped at once. ${WHAT_NEXT}`
          : `Thank you. You cannot stop ${tsa(no)} yourself, so its approver and the security channel were told.`;
        return { say: { text: words } };
      },
    },
    commands: {
      revoke: (call) => (call.rest === '' ? which(context, call) : open(parseNo(call.rest), call)),
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
