import type { App } from '@slack/bolt';
import { callerOf, submissionKey, submissionPayload } from '../api/payload.ts';
import type { Submitted } from '../context.ts';
import { again, said } from '../interactions/forms.ts';
import type { Handlers } from './handlers.ts';
import type { Listening } from './listening.ts';
import { safely } from './listening.ts';
import { FAILED } from './telling.ts';

/** Modals that are submitted. */
export function hearSubmissions(
  app: App,
  { ours, log }: Listening,
  submissions: Handlers['submissions'],
): void {
  app.view({ type: 'view_submission' }, async ({ ack, body }) => {
    const { view, ...payload } = submissionPayload.parse(body);
    const run = submissions.get(view.callback_id);
    const call = { caller: callerOf(ours, payload), view, delivery: submissionKey(view) };
    // What was typed stays, for another try.
    const failed: Submitted = { kind: 'show', view: run === undefined ? said(FAILED) : again(view, FAILED) };
    const result = run === undefined ? failed : await safely(log, view.callback_id, () => run(call), failed);
    switch (result.kind) {
      case 'close':
        // Closes this one; a form below it is still there.
        await ack();
        return;
      case 'errors':
        await ack({ response_action: 'errors', errors: result.errors });
        return;
      case 'push':
        await ack({ response_action: 'push', view: result.view });
        return;
      case 'show':
        await ack({ response_action: 'update', view: result.view });
        return;
    }
  });
}
