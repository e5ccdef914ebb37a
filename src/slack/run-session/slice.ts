import { ACTION } from '../interactions/action-ids.ts';
import type { ActionCall, Answered, CommandCall, SlackContext, Say, Slice } from '../context.ts';
import { NOT_READ, put, sayRefusal } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { pick } from '../interactions/pick.ts';
import { when } from '../messages/words.ts';

/** Using the access: start and end, by button or by command. */
export function runSession(context: SlackContext): Slice {
  return {
    actions: {
      [ACTION.start]: (call) => press(context, call, 'start'),
      [ACTION.end]: (call) => press(context, call, 'end'),
    },
    commands: {
      start: (call) => byCommand(context, call, 'start'),
      end: (call) => byCommand(context, call, 'end'),
    },
  };
}

const COMMANDS = { start: { type: 'start' }, end: { type: 'end', reason: '' } } as const;
const MINE = {
  start: {
    parts: ['grantee'],
    phases: ['approved'],
    none: 'You have no approved access that waits to be started. Ask for some with `/tsa request`.',
  },
  end: { parts: ['grantee'], phases: ['active'], none: 'You have no session that is running now.' },
} as const;

type Verb = keyof typeof COMMANDS;

async function press(context: SlackContext, call: ActionCall, verb: Verb): Promise<{ say?: Say }> {
  const no = parseNo(call.value);
  return no === null ? NOT_READ : sayRefusal(await put(context, COMMANDS[verb], no, call));
}

async function byCommand(context: SlackContext, call: CommandCall, verb: Verb): Promise<Answered> {
  const picked = await pick(context, call, verb, MINE[verb]);
  if (!('no' in picked)) return picked;
  const { no } = picked;
  const outcome = await put(context, COMMANDS[verb], no, call);
  const refused = sayRefusal(outcome).say;
  if (refused !== undefined) return { say: refused };
  const { state } = outcome;
  const done =
    state?.phase === 'active'
      ? `${tsa(no)} is started. It ends ${when(state.session.expiresAt)} by itself; end it earlier with \`/tsa end\`.`
      : `${tsa(no)} is ended. Please close it out with \`/tsa closeout\`.`;
  return { say: { text: done } };
}
