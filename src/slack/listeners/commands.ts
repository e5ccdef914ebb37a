import type { App } from '@slack/bolt';
import { commandCaller, commandPayload } from '../api/payload.ts';
import type { Answered, Say } from '../context.ts';
import { unescaped } from '../messages/words.ts';
import type { Handlers } from './handlers.ts';
import type { Listening } from './listening.ts';
import { safely } from './listening.ts';
import { besides, ephemeral, FAILED, remaining } from './telling.ts';

/** `/tsa …`: finds what the first word means, runs it, and answers. */
export function hearCommands(
  app: App,
  { client, ours, followUps, log }: Listening,
  commands: Handlers['commands'],
  words: {
    /** Other words for the same commands. */
    readonly aliases: ReadonlyMap<string, string>;
    /** The answer to a word that is no command. */
    readonly unknown: (word: string, known: readonly string[]) => Say;
  },
): void {
  app.command(/.*/, async ({ ack, body, respond }) => {
    const payload = commandPayload.parse(body);
    const [word = '', ...rest] = unescaped(payload.text).trim().split(/\s+/);
    const run = commands.get(words.aliases.get(word.toLowerCase()) ?? word.toLowerCase());
    if (run === undefined) {
      await ack(ephemeral(words.unknown(word, [...commands.keys()])));
      return;
    }
    const call = {
      caller: commandCaller(ours, payload),
      rest: rest.join(' '),
      triggerId: payload.trigger_id,
      delivery: `command:${payload.trigger_id}`,
    };
    const failed: Answered = { say: { text: FAILED } };
    const answered = await safely(log, word, () => run(call), failed);
    await (answered.say === undefined ? ack() : ack(ephemeral(answered.say)));
    const speak = besides(client, call.caller.userId, payload.response_url, respond);
    followUps.run(remaining(answered, client, call.triggerId, speak), speak);
  });
}
