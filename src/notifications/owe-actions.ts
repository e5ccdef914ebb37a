import type { GlobalEventOf } from '../access/event.ts';
import type { Policy } from '../access/policy.ts';
import type { Owed } from './message.ts';
import { inChannel } from '../access/ids.ts';

/** More of the same session within this is no new alarm: the first says where to look. */
const AGAIN_AFTER_MS = 60 * 60_000;

/** Who must be told that something was done in a tenant when the session was over. Pure. */
export function oweActions(
  {
    seq,
    at,
    event,
  }: { readonly seq: number; readonly at: number; readonly event: GlobalEventOf<'actions.reported'> },
  { channels }: Pick<Policy, 'channels'>,
): readonly Owed[] {
  if (event.afterEnd === 0) return [];
  const hour = Math.floor(at / AGAIN_AFTER_MS);
  const places = new Set([channels.alert, channels.security ?? channels.alert]);
  return [...places].map((channel) => ({
    key: `after-end:${event.about}:${hour}:${channel}`,
    destination: inChannel(channel),
    message: { kind: 'after_end', seq },
  }));
}
