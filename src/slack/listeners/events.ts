import type { App } from '@slack/bolt';
import type { UserId } from '../../access/policy.ts';
import { isElsewhere } from '../../access/whose.ts';
import { inChannel } from '../../notifications/owe.ts';
import { eventCaller, eventPayload, isEvent, isForUs } from '../api/payload.ts';
import type { SlackContext } from '../context.ts';
import type { Listening } from './listening.ts';

/** What Slack tells by itself: who looks at their Home, who changed, where the app was invited to. */
export function hearEvents(
  app: App,
  { ours, followUps, log }: Listening,
  deps: {
    context: Pick<SlackContext, 'directory' | 'handler'>;
    /** Somebody looks at their Home. */
    home: { opened(user: UserId): Promise<void> };
    /** The user id of the app's own bot. */
    botUser: UserId;
    /** Somebody, or a whole group, is not what they were. */
    changed: (user: UserId | null) => Promise<void>;
  },
): void {
  const { context, changed } = deps;

  app.use(async ({ body, next }) => {
    const event = eventPayload.safeParse(body);
    if (!isEvent(body) || (event.success && isForUs(ours, event.data))) await next();
    else log.warn('an event that is for another workspace was left alone');
  });

  app.event('app_home_opened', ({ event, body }) => {
    const { userId } = eventCaller(ours, event.user, eventPayload.parse(body));
    // A Home is drawn by id alone: nobody of another workspace is shown, or shows, one of ours.
    if (event.tab === 'home' && !isElsewhere(userId)) followUps.run(() => deps.home.opened(userId));
    return Promise.resolve();
  });
  app.event('member_joined_channel', async ({ event }) => {
    if (event.user !== deps.botUser) return;
    const destination = inChannel(event.channel);
    await context.handler.owe([
      { key: `greeting:${event.channel}:${event.event_ts}`, destination, message: { kind: 'greeting' } },
    ]);
  });
  app.event('user_change', ({ event }) => {
    const user = context.directory.changed(event.user);
    if (user !== null) followUps.run(() => changed(user));
    return Promise.resolve();
  });
  app.event('subteam_members_changed', ({ event }) => {
    context.directory.groupChanged(event.subteam_id);
    followUps.run(() => changed(null));
    return Promise.resolve();
  });
}
