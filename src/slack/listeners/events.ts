import type { App } from '@slack/bolt';
import type { UserId } from '../../access/policy.ts';
import { isElsewhere } from '../../access/whose.ts';
import {
  eventCaller,
  eventPayload,
  groupChanged,
  homeOpened,
  isEvent,
  isForUs,
  joinedChannel,
} from '../api/payload.ts';
import type { SlackContext } from '../context.ts';
import type { Listening } from './listening.ts';
import { inChannel } from '../../access/ids.ts';

const HEARD: ReadonlySet<string> = new Set([
  'app_home_opened',
  'member_joined_channel',
  'user_change',
  'subteam_members_changed',
]);

/** What Slack reports on its own: who looks at their Home, who changed, where the app was invited to. */
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
    if (!isEvent(body)) {
      await next();
      return;
    }
    const payload = eventPayload.parse(body);
    const { type } = payload.event;
    if (!isForUs(ours, payload)) log.warn({ type }, 'an event that is for another workspace was left alone');
    else if (!HEARD.has(type)) log.info({ type }, 'an event that is of no use here was left alone');
    else await next();
  });

  app.event('app_home_opened', ({ event, body }) => {
    const { user, tab } = homeOpened.parse(event);
    const { userId } = eventCaller(ours, user, eventPayload.parse(body));
    // A Home is drawn by id alone: nobody of another workspace is shown, or shows, one of ours.
    if (tab === 'home' && !isElsewhere(userId)) followUps.run(() => deps.home.opened(userId));
    return Promise.resolve();
  });
  app.event('member_joined_channel', async ({ event, body }) => {
    const { user, channel, event_ts: at } = joinedChannel.parse(event);
    if (user !== deps.botUser) return;
    const destination = inChannel(channel);
    // What is the same when Slack delivers it again; and once an hour, however often somebody takes it out and invites it.
    const which = at === '' ? eventPayload.parse(body).event_id : Math.floor(Number(at) / 3_600);
    await context.handler.owe('greeting', [
      { key: `greeting:${channel}:${which}`, destination, message: { kind: 'greeting' } },
    ]);
  });
  app.event('user_change', ({ event }) => {
    const user = context.directory.changed(event.user);
    if (user !== null) followUps.run(() => changed(user));
    return Promise.resolve();
  });
  app.event('subteam_members_changed', ({ event }) => {
    context.directory.groupChanged(groupChanged.parse(event).subteam_id);
    followUps.run(() => changed(null));
    return Promise.resolve();
  });
}
