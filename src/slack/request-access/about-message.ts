import { cleaned } from '../../access/lettering.ts';
import { LINE_MAX, TEXT_MAX } from '../../access/limits.ts';
import { fit } from '../blocks.ts';
import { troubleOf } from '../client.ts';
import type { Desk, ShortcutCall } from '../desk.ts';
import type { Caller } from '../payload.ts';
import { emptyDraft } from './draft.ts';
import { requestModal } from './modal.ts';

/** The form with a message's words as the reason, and a link to it as the case. */
export async function aboutMessage(
  desk: Desk,
  caller: Caller,
  triggerId: string,
  message: ShortcutCall['message'],
): Promise<void> {
  const draft = emptyDraft(caller.userId);
  const [permalink] = await Promise.all([
    message === null ? '' : linkTo(desk, message.channel, message.ts),
    desk.directory.learn([caller.userId]),
  ]);
  const reason = message === null ? '' : fit(cleaned(readable(message.text)), TEXT_MAX);
  const view = requestModal(
    desk,
    { ...draft, reason, caseRef: permalink.slice(0, LINE_MAX) },
    caller.userId,
    null,
  );
  await desk.client.views.open({ trigger_id: triggerId, view });
}

/** The form opens without the link if Slack does not give it. */
async function linkTo(desk: Desk, channel: string, ts: string): Promise<string> {
  try {
    const { permalink } = await desk.client.chat.getPermalink({ channel, message_ts: ts });
    return permalink ?? '';
  } catch (error) {
    desk.log.warn({ trouble: troubleOf(error) }, 'no link to a message');
    return '';
  }
}

/** A message's mrkdwn as somebody would type it: the form takes plain text. */
function readable(mrkdwn: string): string {
  return mrkdwn
    .replaceAll(/<([^<>|]+)\|([^<>]+)>/g, '$2')
    .replaceAll(/<([^<>]+)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
