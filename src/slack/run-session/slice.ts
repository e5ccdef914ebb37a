import type { Phase } from '../../access/state.ts';
import { ACTION } from '../card.ts';
import type { ActionCall, CommandCall, Desk, Say, Slice } from '../desk.ts';
import { attempt, parseNo, sayRefusal } from '../desk.ts';
import { count, tsa, when } from '../words.ts';

/** Using the access: start and end, by button or by command. */
export function runSession(desk: Desk): Slice {
  return {
    actions: {
      [ACTION.start]: (call) => press(desk, call, 'start'),
      [ACTION.end]: (call) => press(desk, call, 'end'),
    },
    commands: {
      start: (call) =>
        byCommand(
          desk,
          call,
          'start',
          ['approved'],
          'You have no approved access that waits to be started. Ask for some with `/tsa request`.',
        ),
      end: (call) => byCommand(desk, call, 'end', ['active'], 'You have no session that is running now.'),
    },
  };
}

type Verb = 'start' | 'end';

async function press(desk: Desk, call: ActionCall, verb: Verb): Promise<{ say?: Say }> {
  const no = parseNo(call.value);
  return no === null ? {} : sayRefusal(await attempt(desk, commandOf(verb), no, call));
}

/** `TSA-n` may be left out where there is only one that it could be. */
async function byCommand(
  desk: Desk,
  call: CommandCall,
  verb: Verb,
  phases: readonly Phase[],
  none: string,
): Promise<{ say: Say }> {
  const named = call.rest === '' ? null : parseNo(call.rest);
  if (call.rest !== '' && named === null) return { say: { text: `Write it like \`/tsa ${verb} TSA-42\`.` } };
  const mine = named === null ? await desk.views.byPerson('grantee', call.caller.userId, phases) : [];
  const no = named ?? (mine.length === 1 ? (mine[0]?.no ?? null) : null);
  if (no === null) {
    const which = mine.map((one) => tsa(one.no)).join(', ');
    return {
      say: {
        text:
          mine.length === 0
            ? none
            : `Which one? ${count(mine.length, 'is', 'are')} possible: ${which}. Write \`/tsa ${verb} TSA-n\`.`,
      },
    };
  }
  const outcome = await attempt(desk, commandOf(verb), no, call);
  const refused = sayRefusal(outcome).say;
  if (refused !== undefined) return { say: refused };
  const { state } = outcome;
  const done =
    state?.phase === 'active'
      ? `${tsa(no)} is started. It ends ${when(state.session.expiresAt)} by itself; end it earlier with \`/tsa end\`.`
      : `${tsa(no)} is ended. Thank you for leaving early.`;
  return { say: { text: done } };
}

function commandOf(verb: Verb): { type: 'start' } | { type: 'end'; reason: string } {
  return verb === 'start' ? { type: 'start' } : { type: 'end', reason: '' };
}
