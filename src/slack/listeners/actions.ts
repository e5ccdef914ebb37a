import type { App, RespondFn } from '@slack/bolt';
import type { Actions, Caller } from '../api/payload.ts';
import { actionsPayload, callerOf } from '../api/payload.ts';
import type { Answered, Say } from '../context.ts';
import { said } from '../interactions/forms.ts';
import { plain } from '../messages/blocks.ts';
import type { Handlers } from './handlers.ts';
import type { Listening } from './listening.ts';
import { safely } from './listening.ts';
import { besides, FAILED, remaining, write } from './telling.ts';
import { sayUnreadable } from './unreadable.ts';

const OLD_BUTTON =
  'This button is from an older version of the app and does nothing any more. Write `/tsa show TSA-n` to see the request, or `/tsa help`.';

/** Buttons, and choices in a form or on a Home. */
export function hearActions(app: App, listening: Listening, actions: Handlers['actions']): void {
  const { client, ours, followUps, log } = listening;
  app.action({ type: 'block_actions' }, async ({ ack, body, respond }) => {
    const parsed = actionsPayload.safeParse(body);
    if (!parsed.success) {
      await ack();
      sayUnreadable(listening, body, parsed.error);
      return;
    }
    const payload = parsed.data;
    const caller = callerOf(ours, payload);
    const triggerId = payload.trigger_id;
    const speak = speaker(listening, payload, caller, respond);
    for (const action of payload.actions) {
      const run = actions.get(action.action_id);
      const call = {
        caller,
        value: action.value ?? action.selected_option?.value ?? '',
        triggerId,
        delivery: `action:${caller.userId}:${action.action_ts}:${action.action_id}:${action.value ?? ''}`,
        view: payload.view ?? null,
      };
      const answered: Answered =
        run === undefined
          ? { say: { text: OLD_BUTTON } }
          : await safely(log, action.action_id, () => run(call), { say: { text: FAILED } });
      await ack();
      followUps.run(remaining(answered, client, triggerId, speak), speak);
      const { say } = answered;
      if (say !== undefined && (run !== undefined || payload.view === undefined))
        followUps.run(() => speak(say));
    }
  });
}

/**
 * A button in a view has no message beside which something could be said: it is said in a modal, over the one that is
 * open, so that nothing typed there is lost.
 */
function speaker(
  { client, log }: Listening,
  { view, trigger_id: triggerId, response_url: responseUrl }: Actions,
  { userId }: Caller,
  respond: RespondFn,
): (say: Say) => Promise<void> {
  if (view === undefined) return besides(client, userId, responseUrl, respond);
  return async (say) => {
    const words = said(say.text);
    const form =
      say.blocks === undefined ? words : { ...words, title: plain('Temporary access'), blocks: say.blocks };
    const modal = { trigger_id: triggerId, view: form };
    try {
      if (view.type === 'modal') await client.views.push(modal);
      else await client.views.open(modal);
    } catch (error) {
      log.warn({ error }, 'a modal could not be opened; it is said in a message');
      await write(client, userId, say);
    }
  };
}
