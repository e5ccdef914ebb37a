import { closest, distance } from 'fastest-levenshtein';
import { actions, button, section } from '../messages/blocks.ts';
import type { Say, Slice } from '../context.ts';
import { oneLine } from '../messages/words.ts';

/** `/tsa` alone, `/tsa help`, and words that nobody knows. */
export const help: Slice = {
  commands: {
    '': () => Promise.resolve({ say: helpWords() }),
    help: () => Promise.resolve({ say: helpWords() }),
  },
};

/** Other words for the same commands. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ['ask', 'request'],
  ['req', 'request'],
  ['new', 'request'],
  ['stop', 'end'],
  ['done', 'end'],
  ['more', 'extend'],
  ['close', 'closeout'],
  ['break-glass', 'emergency'],
  ['breakglass', 'emergency'],
  ['who', 'active'],
  ['status', 'active'],
  ['my', 'mine'],
  ['todo', 'queue'],
  ['info', 'show'],
  ['digest', 'review'],
]);

/** What can be written after `/tsa`, and what it does. The README shows the same. */
export const COMMANDS = [
  ['request [tenant]', 'ask for access to a tenant'],
  ['start [TSA-n]', 'start the session that was approved'],
  ['end [TSA-n]', 'end your session early'],
  ['extend [TSA-n]', 'ask for more time'],
  ['note [TSA-n] [words]', 'write down what the closeout should know'],
  ['closeout [TSA-n]', 'say what was done, and that it is all gone'],
  ['cancel [TSA-n]', 'take a request back'],
  ['revoke TSA-n', 'stop somebody’s access'],
  ['emergency [tenant]', 'break the glass: starts now, told to everybody, reviewed afterwards'],
  ['show [TSA-n]', 'the whole record of a request'],
  ['mine', 'what is yours and not over'],
  ['queue', 'what waits for you, for your team, and for anybody'],
  ['history [words]', 'what was asked for and what became of it: by tenant, person, scope, time, words'],
  ['active', 'who is in which tenant right now'],
  ['review', 'what happened in the last 7 days'],
  ['channel tenant', 'pin the card where a customer can ask for help in their channel'],
  ['invite tenant', 'show a customer’s contacts where to ask for help'],
  ['help', 'this list'],
] as const;

function helpWords(): Say {
  const lines = COMMANDS.map(([command, what]) => `• \`/tsa ${command}\` – ${what}`).join('\n');
  const intro =
    '*Temporary support access*: ask for access to a customer’s tenant, a named person decides, and it ends by itself.';
  return {
    text: 'Temporary support access: /tsa request, start, end, extend, closeout, cancel, revoke, emergency, show, active, review.',
    blocks: [
      section(intro),
      section(lines),
      ...actions([
        button('Request access', 'tsa_open_request', 'request', { style: 'primary' }),
        button('Who is in now?', 'tsa_active', 'active'),
      ]),
    ],
  };
}

/** What is done with buttons, by whatever name. */
const BUTTONS: ReadonlySet<string> = new Set([
  'approve',
  'deny',
  'reject',
  'decline',
  'accept',
  'hand',
  'handover',
]);

/** A slip of the fingers keeps the first letter and half of the word; anything else is another word. */
function isSlip(word: string, of: string): boolean {
  const far = distance(word, of);
  return far === 1 || (word[0] === of[0] && far <= Math.min(3, word.length / 2));
}

/** What somebody may have meant by a sub-command that does not exist. */
export function unknownCommand(word: string, known: readonly string[]): Say {
  const typed = word.toLowerCase();
  if (BUTTONS.has(typed))
    return { text: `“${typed}” is a button: on the card, in your direct message from me.` };
  const near = known.filter((one) => one !== '' && isSlip(typed, one));
  const guess = near.length === 0 ? null : closest(typed, near);
  return {
    text: `I don’t know “${oneLine(word, 60)}”. ${guess === null ? 'See what I can do with `/tsa help`.' : `Did you mean \`/tsa ${guess}\`?`}`,
  };
}
