import { cleaned } from '../../access/lettering.ts';
import { LINE_MAX, TEXT_MAX } from '../../access/limits.ts';
import { fit } from '../messages/blocks.ts';
import { troubleOf } from '../api/client.ts';
import type { SlackContext, ShortcutCall } from '../context.ts';
import type { Caller } from '../api/payload.ts';
import { unescaped } from '../messages/words.ts';
import { emptyDraft } from './draft.ts';
import { requestModal } from './modal.ts';

/** The form with a message's words as the reason, and a link to it as the case. */
export async function aboutMessage(
  context: SlackContext,
  caller: Caller,
  triggerId: string,
  message: ShortcutCall['message'],
): Promise<void> {
  const draft = emptyDraft(caller.userId);
  const [permalink] = await Promise.all([
    message === null ? '' : linkTo(context, message.channel, message.ts),
    context.directory.learn([caller.userId]),
  ]);
  const reason = message === null ? '' : fit(cleaned(readable(message.text)), TEXT_MAX);
  const view = requestModal(
    context,
    { ...draft, reason, caseRef: permalink.slice(0, LINE_MAX) },
    caller.userId,
    null,
  );
  await context.client.views.open({ trigger_id: triggerId, view });
}

/** The form opens without the link if Slack does not give it. */
async function linkTo(context: SlackContext, channel: string, ts: string): Promise<string> {
  try {
    const { permalink } = await context.client.chat.getPermalink({ channel, message_ts: ts });
    return permalink ?? '';
  } catch (error) {
    context.log.warn({ trouble: troubleOf(error) }, 'no link to a message');
    return '';
  }
}

/** A message's mrkdwn as somebody would type it: the form takes plain text. */
function readable(mrkdwn: string): string {
  return unescaped(mrkdwn.replaceAll(/<([^<>|]+)\|([^<>]+)>/g, '$2').replaceAll(/<([^<>]+)>/g, '$1'));
}
