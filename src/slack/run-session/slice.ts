import type { RequestCommand } from '../../access/command.ts';
import type { Outcome } from '../../ledger/attempt.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import type { SlackContext, Slice } from '../context.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { attempt } from '../interactions/one-request.ts';
import type { Own } from '../interactions/prompts.ts';
import { pick } from '../interactions/prompts.ts';
import { when } from '../messages/words.ts';

/** Using the access: start and end, by button or by command. */
export function runSession(context: SlackContext): Slice {
  return {
    actions: {
      [ACTION.start]: (call) => attempt(context, parseNo(call.value), call, START),
      [ACTION.end]: (call) => attempt(context, parseNo(call.value), call, END),
      [ACTION.openAgain]: (call) => attempt(context, parseNo(call.value), call, OPEN_AGAIN),
    },
    commands: {
      start: (call) =>
        pick(context, call, 'start', TO_START, (no) => attempt(context, no, call, START, doneWords)),
      end: (call) => pick(context, call, 'end', TO_END, (no) => attempt(context, no, call, END, doneWords)),
    },
  };
}

const START: RequestCommand = { type: 'start' };
const END: RequestCommand = { type: 'end', reason: '' };
const OPEN_AGAIN: RequestCommand = { type: 'open_again' };
const TO_START: Own = {
  parts: ['grantee'],
  phases: ['approved'],
  none: 'You have no approved access that waits to be started. Ask for some with `/tsa request`.',
};
const TO_END: Own = {
  parts: ['grantee'],
  phases: ['active'],
  none: 'You have no session that is running now.',
};

/** Whoever types a command sees no card beside it: what is so now is said. */
function doneWords(no: number, { state }: Outcome): string {
  if (state?.phase === 'approved')
    return `${tsa(no)} is opening… You are told as soon as the product has confirmed that you are in.`;
  return state?.phase === 'active'
    ? `${tsa(no)} is started. It ends ${when(state.session.expiresAt)} by itself; end it earlier with \`/tsa end\`.`
    : `${tsa(no)} is ended. Please close it out with \`/tsa closeout\`.`;
}
