import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import { slackIdOf } from '../../access/whose.ts';
import type { Delivery } from '../../outbox/delivery.ts';
import type { Rendered } from './blocks.ts';
import { section } from './blocks.ts';
import type { Place } from './memory.ts';
import { meaningOf } from './error-codes.ts';
import { MayBeThere, troubleOf } from '../api/client.ts';
import { channelOf, readerOf } from '../../access/ids.ts';

export interface Posted extends Place {
  /** It was there already. */
  readonly found: boolean;
}

/** Posting and updating, so that nothing is posted twice and blocks that are refused still go as text. */
export interface Poster {
  /** Posts, or finds that it was posted already. `key` is what it is found by. */
  readonly post: (
    delivery: Delivery,
    rendered: Rendered,
    thread: { ts: string; loud: boolean } | null,
    key?: string,
  ) => Promise<Posted>;
  readonly update: (at: Place, rendered: Rendered) => Promise<'done' | 'gone'>;
}

/** Blocks that this workspace does not take, or a message that grew too long: the plain text still goes. */
const BLOCKS_REFUSED = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
]);
const EVENT_TYPE = 'tsa_message';
/** Pages of history that are looked through for a message that may have arrived: after a restore, days of them. */
const LOOK_UP_PAGES = 25;
const LOOK_UP_LIMIT = 200;
/** Slack's clock and ours may differ; a message is looked for from this long before it was owed. */
const CLOCK_SKEW_S = 300;

const openedChannel = z.object({ id: z.string() });
const historyPage = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        metadata: z
          .object({ event_payload: z.object({ key: z.string() }) })
          .optional()
          .catch(undefined),
      }),
    )
    .optional(),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});

export function createPoster({ client, log }: { client: WebClient; log: Logger }): Poster {
  const directChannels = new Map<string, string>();

  async function channelFor(destination: string): Promise<string> {
    const user = readerOf(destination);
    if (user === null) return channelOf(destination) ?? '';
    const known = directChannels.get(user);
    if (known !== undefined) return known;
    const { channel } = await client.conversations.open({ users: slackIdOf(user) });
    const { id } = openedChannel.parse(channel);
    directChannels.set(user, id);
    return id;
  }

  /** The message that carries this key, if it is there. */
  async function lookUp(
    channel: string,
    key: string,
    thread: string | null,
    owedAt: number,
  ): Promise<string | null> {
    let cursor: string | null | undefined;
    for (let i = 0; i < LOOK_UP_PAGES; i += 1) {
      const query = {
        channel,
        include_all_metadata: true,
        limit: LOOK_UP_LIMIT,
        oldest: String(Math.floor(owedAt / 1_000) - CLOCK_SKEW_S),
        ...(cursor === undefined || cursor === null ? {} : { cursor }),
      };
      const answer =
        thread === null
          ? await client.conversations.history(query)
          : await client.conversations.replies({ ...query, ts: thread });
      const { messages, response_metadata: next } = historyPage.parse(answer);
      const found = messages?.find((m) => m.metadata?.event_payload.key === key);
      if (found !== undefined) return found.ts;
      cursor = next?.next_cursor;
      if (cursor === undefined || cursor === null || cursor === '') return null;
    }
    throw new MayBeThere();
  }

  /** The same, in the thread or, if that does not take it, at top level. */
  async function find(
    channel: string,
    key: string,
    thread: string | null,
    owedAt: number,
  ): Promise<string | null> {
    if (thread !== null)
      try {
        const found = await lookUp(channel, key, thread, owedAt);
        if (found !== null) return found;
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble.kind !== 'refused' || meaningOf(trouble.error) !== 'otherwise') throw error;
      }
    return lookUp(channel, key, null, owedAt);
  }

  async function post(
    delivery: Delivery,
    rendered: Rendered,
    thread: { ts: string; loud: boolean } | null,
    key = delivery.key,
  ): Promise<Posted> {
    const channel = await channelFor(delivery.destination);
    if (delivery.inDoubt) {
      const found = await find(channel, key, thread?.ts ?? null, delivery.owedAt);
      if (found !== null) return { channel, ts: found, found: true };
    }
    const base = {
      channel,
      text: fitText(rendered.text),
      metadata: { event_type: EVENT_TYPE, event_payload: { key } },
      unfurl_links: false,
      unfurl_media: false,
    };
    const send = async (message: typeof base): Promise<Posted> => {
      const { ts } = await withBlocks(rendered, (blocks) =>
        client.chat.postMessage({ ...message, ...blocks }),
      );
      return { channel, ts: z.string().parse(ts), found: false };
    };
    if (thread === null) return send(base);
    const reply = { ...base, thread_ts: thread.ts, reply_broadcast: thread.loud };
    try {
      return await send(reply);
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.kind !== 'refused' || meaningOf(trouble.error) !== 'otherwise') throw error;
      // The thread is locked, or gone: people are told all the same.
      log.warn({ trouble, channel }, 'Slack takes no reply there; it is told at top level');
      return send(base);
    }
  }

  async function withBlocks<T>(
    rendered: Rendered,
    send: (blocks: Partial<Rendered>) => Promise<T>,
  ): Promise<T> {
    const { text, blocks } = rendered;
    const plain = section(text);
    // The buttons stay as long as they can, whatever happens to the words.
    for (const tried of [blocks, [plain, ...blocks.filter((block) => block.type === 'actions')]])
      try {
        return await send({ blocks: tried });
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble.kind !== 'refused' || !BLOCKS_REFUSED.has(trouble.error)) throw error;
        log.error({ error }, 'Slack refused the blocks of a message; it goes with fewer');
      }
    return send({ blocks: [plain] });
  }

  async function update(
    { channel, ts }: { channel: string; ts: string },
    rendered: Rendered,
  ): Promise<'done' | 'gone'> {
    try {
      await withBlocks(rendered, (blocks) =>
        client.chat.update({ channel, ts, text: fitText(rendered.text), ...blocks }),
      );
      return 'done';
    } catch (error) {
      const trouble = troubleOf(error);
      // It is not there any more, or may not be changed any more: a new one says how things stand.
      if (trouble.kind === 'refused' && meaningOf(trouble.error) === 'otherwise') return 'gone';
      throw error;
    }
  }

  return { post, update };
}

/** Slack updates a message with at most 4,000 bytes of text (docs.slack.dev/reference/methods/chat.update). */
const TEXT_BYTES_MAX = 3_900;

/** The plain words of a message, cut where Slack would refuse them: the blocks hold the whole. */
function fitText(text: string): string {
  if (Buffer.byteLength(text) <= TEXT_BYTES_MAX) return text;
  return `${Buffer.from(text)
    .subarray(0, TEXT_BYTES_MAX)
    .toString('utf8')
    .replace(/[\ufffd&<][^>;]*$/u, '')}…`;
}
