import type { WebClient } from '@slack/web-api';
import { DateTime } from 'luxon';
import { z } from 'zod';
import type { Access } from '../../access/state.ts';
import { tsa } from '../../wording/numbers.ts';

/** While a session runs, its tenant's channel carries a bookmark that says so; afterwards it carries none. */

const listed = z.object({
  bookmarks: z.array(z.object({ id: z.string(), title: z.string(), link: z.string().nullish() })).optional(),
});

/**
 * Makes the channel's bookmark what it should be now. Whatever was there before is looked at first, so that a repeated
 * try adds nothing.
 */
export async function bringBookmark(
  client: WebClient,
  {
    no,
    state,
    channel,
    link,
    timeZone,
  }: { no: number; state: Access; channel: string; link: string; timeZone: string },
): Promise<void> {
  const mark = `(${tsa(no)})`;
  const { bookmarks = [] } = listed.parse(await client.bookmarks.list({ channel_id: channel }));
  const ours = bookmarks.filter((one) => one.title.endsWith(mark));
  const title =
    state.phase === 'active'
      ? `Support access in progress until ${clock(state.session.expiresAt, timeZone)} ${mark}`
      : null;
  const [first, ...rest] = ours;
  const gone = title === null ? ours : rest;
  for (const { id } of gone) await client.bookmarks.remove({ channel_id: channel, bookmark_id: id });
  if (title === null || first?.title === title) return;
  if (first !== undefined) await client.bookmarks.edit({ channel_id: channel, bookmark_id: first.id, title });
  else
    await client.bookmarks.add({
      channel_id: channel,
      title,
      type: 'link',
      link,
      emoji: ':large_green_circle:',
    });
}

/** A bookmark is the same for every reader, so it names the zone. */
function clock(at: number, zone: string): string {
  return DateTime.fromMillis(at, { zone }).toFormat('HH:mm ZZZZ');
}
