import type { App } from '@slack/bolt';
import { callerOf, suggestionPayload } from '../api/payload.ts';
import type { Handlers } from './handlers.ts';
import type { Listening } from './listening.ts';
import { safely } from './listening.ts';

/** What a list offers while somebody types in it. */
export function hearSuggestions(
  app: App,
  { ours, log }: Listening,
  suggestions: Handlers['suggestions'],
): void {
  app.options<'block_suggestion'>({ type: 'block_suggestion' }, async ({ ack, body }) => {
    const payload = suggestionPayload.parse(body);
    const run = suggestions.get(payload.action_id);
    const call = { caller: callerOf(ours, payload), typed: payload.value, view: payload.view ?? null };
    const options = run === undefined ? [] : await safely(log, payload.action_id, () => run(call), []);
    await ack({ options: [...options] });
  });
}
