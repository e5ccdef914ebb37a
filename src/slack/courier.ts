import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { FullRecord } from '../ledger/history.ts';
import type { Ledger } from '../ledger/open.ts';
import type { Views } from '../ledger/views.ts';
import type { Courier, Delivered, Errand } from '../outbox/dispatcher.ts';
import { askOf } from '../access/state.ts';
import type { Rendered } from './blocks.ts';
import { section } from './blocks.ts';
import { buttonsFor, readerOf } from './buttons.ts';
import { card } from './card.ts';
import type { Trouble } from './client.ts';
import { troubleOf } from './client.ts';
import type { Directory } from './directory.ts';
import { notice } from './notice.ts';
import { escape } from './words.ts';

/** Brings what is owed to Slack: posts once, updates in place, and looks before it posts again. */

/** Errors that no second try mends (docs.slack.dev/reference/methods/chat.postMessage, conversations.open). */
const FINAL = new Set([
  'channel_not_found',
  'is_archived',
  'user_not_found',
  'users_not_found',
  'user_disabled',
  'cannot_dm_bot',
  'user_not_visible',
  'restricted_action',
  'restricted_action_read_only_channel',
  'cannot_find_user',
]);
/** Blocks that this workspace does not take, or a message that grew too long: the plain text still goes. */
const BLOCKS_REFUSED = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
]);
const EVENT_TYPE = 'tsa_message';
const RECENT_MS = 30 * 24 * 60 * 60_000;
/** Pages of history that are looked through for a message that may have arrived. */
const LOOK_UP_PAGES = 5;
const LOOK_UP_LIMIT = 200;
/** Slack's clock and ours may differ; a message is looked for from this long before it was owed. */
const CLOCK_SKEW_S = 300;
const CARD = 0;

export function createCourier(deps: {
  client: WebClient;
  ledger: Ledger;
  views: Views;
  directory: Directory;
  clock: Clock;
  log: Logger;
  digest: (week: string) => Promise<Rendered>;
  /** Something of this person's is new: their Home may want to show it. */
  changed: (user: string) => Promise<void>;
}): Courier {
  const { client, views, directory, clock, log } = deps;
  const { db } = deps.ledger;
  const directChannels = new Map<string, string>();

  async function channelOf(destination: string): Promise<string> {
    const user = readerOf(destination);
    if (user === null) return destination.slice('channel:'.length);
    const known = directChannels.get(user);
    if (known !== undefined) return known;
    const { channel } = await client.conversations.open({ users: user });
    const { id } = z.object({ id: z.string() }).parse(channel);
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
    const page = z.object({
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
      response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
    });
    let cursor: string | undefined;
    for (let i = 0; i < LOOK_UP_PAGES; i += 1) {
      const query = {
        channel,
        include_all_metadata: true,
        limit: LOOK_UP_LIMIT,
        oldest: String(Math.floor(owedAt / 1_000) - CLOCK_SKEW_S),
        ...(cursor === undefined ? {} : { cursor }),
      };
      const answer =
        thread === null
          ? await client.conversations.history(query)
          : await client.conversations.replies({ ...query, ts: thread });
      const { messages, response_metadata: next } = page.parse(answer);
      const found = messages?.find((m) => m.metadata?.event_payload.key === key);
      if (found !== undefined) return found.ts;
      cursor = next?.next_cursor;
      if (cursor === undefined || cursor === '') return null;
    }
    return null;
  }

  async function post(
    errand: Errand,
    rendered: Rendered,
    thread: { ts: string; loud: boolean } | null,
    key = errand.key,
  ): Promise<{ channel: string; ts: string }> {
    const channel = await channelOf(errand.destination);
    if (errand.inDoubt) {
      // The errand may stand for several that were owed one after the other: it was the first that may have arrived.
      const owed = await db
        .selectFrom('outbox')
        .select((eb) => eb.fn.min('owed_at').as('since'))
        .where('state', '=', 'owed')
        .where('destination', '=', errand.destination)
        .executeTakeFirst();
      const found = await lookUp(channel, key, thread?.ts ?? null, owed?.since ?? 0);
      if (found !== null) return { channel, ts: found };
    }
    const base = {
      channel,
      text: rendered.text,
      metadata: { event_type: EVENT_TYPE, event_payload: { key } },
      unfurl_links: false,
      unfurl_media: false,
    };
    const threaded = thread === null ? base : { ...base, thread_ts: thread.ts, reply_broadcast: thread.loud };
    const { ts } = await withBlocks(rendered, (blocks) =>
      client.chat.postMessage({ ...threaded, ...blocks }),
    );
    return { channel, ts: z.string().parse(ts) };
  }

  async function withBlocks<T>(
    rendered: Rendered,
    send: (blocks: Partial<Rendered>) => Promise<T>,
  ): Promise<T> {
    try {
      return await send({ blocks: rendered.blocks });
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.kind !== 'refused' || !BLOCKS_REFUSED.has(trouble.error)) throw error;
      log.error({ error }, 'Slack refused the blocks of a message; it goes as plain text');
      return send({ blocks: [section(rendered.text)] });
    }
  }

  async function update(
    { channel, ts }: { channel: string; ts: string },
    rendered: Rendered,
  ): Promise<'done' | 'gone'> {
    try {
      await withBlocks(rendered, (blocks) =>
        client.chat.update({ channel, ts, text: rendered.text, ...blocks }),
      );
      return 'done';
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.kind === 'refused' && ['message_not_found', 'cant_update_message'].includes(trouble.error))
        return 'gone';
      throw error;
    }
  }

  function factsFor(record: FullRecord, destination: string): Parameters<typeof notice>[1] {
    return { no: record.no, state: record.state, destination, world: directory.known(), now: clock.now() };
  }

  async function recentFor({ state }: FullRecord): Promise<Parameters<typeof card>[0]['recent']> {
    const grantee = askOf(state)?.grantee;
    if (grantee === undefined || state.phase !== 'pending') return null;
    const since = clock.now() - RECENT_MS;
    return {
      grantee: await views.recentUse({ grantee }, since),
      tenant: await views.recentUse({ tenantId: state.tenant.id }, since),
    };
  }

  async function remember(
    no: number,
    destination: string,
    version: number,
    at: { channel: string; ts: string },
    shown: string,
  ): Promise<void> {
    const row = { request_no: no, destination, version, ...at, shown };
    await db
      .insertInto('slack_message')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['request_no', 'destination', 'version']).doUpdateSet({ ...at, shown }),
      )
      .execute();
  }

  /** The card, there and current; its message. */
  async function bringCard(errand: Errand, record: FullRecord): Promise<{ channel: string; ts: string }> {
    const { destination } = errand;
    const rendered = card({ ...factsFor(record, destination), recent: await recentFor(record) });
    const shown = JSON.stringify(rendered);
    const there = await messageOf(record.no, destination, CARD);
    if (there?.shown === shown) return there;
    if (there !== undefined && (await update(there, rendered)) === 'done') {
      await remember(record.no, destination, CARD, { channel: there.channel, ts: there.ts }, shown);
      return there;
    }
    // One card a place: whichever of its updates is on the way, it is found by the same key.
    const posted = await post(errand, rendered, null, `card:${record.no}`);
    await remember(record.no, destination, CARD, posted, shown);
    return posted;
  }

  /** Buttons that no longer apply are gone, from older notices too; they get no new ones. */
  async function refreshNotices(record: FullRecord, destination: string): Promise<void> {
    const rows = await db
      .selectFrom('slack_message')
      .selectAll()
      .where('request_no', '=', record.no)
      .where('destination', '=', destination)
      .where('version', '>', CARD)
      .where('shown', 'like', '%"actions"%')
      .execute();
    for (const row of rows) {
      const recorded = record.events.find((event) => event.version === row.version);
      if (recorded === undefined) continue;
      const words = z
        .object({ text: z.string(), blocks: z.array(z.custom<Rendered['blocks'][number]>()) })
        .parse(JSON.parse(row.shown));
      const still = new Set(buttonsFor(factsFor(record, destination)).map((button) => button.action_id));
      const blocks = words.blocks.flatMap((block): Rendered['blocks'] => {
        if (block.type !== 'actions') return [block];
        const elements = block.elements.filter((part) => 'action_id' in part && still.has(part.action_id));
        return elements.length === 0 ? [] : [{ type: 'actions', elements }];
      });
      const rendered = { text: words.text, blocks };
      const shown = JSON.stringify(rendered);
      if (shown === row.shown) continue;
      await update(row, rendered);
      await remember(record.no, destination, row.version, { channel: row.channel, ts: row.ts }, shown);
    }
  }

  function messageOf(
    no: number,
    destination: string,
    version: number,
  ): Promise<{ channel: string; ts: string; shown: string } | undefined> {
    return db
      .selectFrom('slack_message')
      .select(['channel', 'ts', 'shown'])
      .where('request_no', '=', no)
      .where('destination', '=', destination)
      .where('version', '=', version)
      .executeTakeFirst();
  }

  /** A Home that cannot be drawn now is drawn when it is opened: no reason to send a message again. */
  async function tellHome(destination: string): Promise<void> {
    const user = readerOf(destination);
    if (user === null) return;
    try {
      await deps.changed(user);
    } catch (error) {
      log.warn({ error, user }, 'a Home could not be brought up to date');
    }
  }

  async function bring(errand: Errand): Promise<void> {
    const { message, destination } = errand;
    switch (message.kind) {
      case 'card': {
        const record = await views.record(message.no);
        if (record === null) return;
        await bringCard(errand, record);
        await refreshNotices(record, destination);
        await tellHome(destination);
        return;
      }
      case 'notice': {
        const record = await views.record(message.no);
        const recorded = record?.events.find((event) => event.version === message.version);
        if (record === null || recorded === undefined) return;
        if ((await messageOf(message.no, destination, message.version)) !== undefined) return;
        const rendered = notice(recorded, factsFor(record, destination));
        if (rendered === null) return;
        const root = await messageOf(message.no, destination, CARD);
        const posted = await post(
          errand,
          rendered,
          root === undefined ? null : { ts: root.ts, loud: message.loud },
        );
        await remember(message.no, destination, message.version, posted, JSON.stringify(rendered));
        return;
      }
      case 'digest':
        await post(errand, await deps.digest(message.week), null);
        return;
      case 'undeliverable': {
        const text = `:warning: A message could not be delivered and will not be tried again: ${escape(message.key)} to ${escape(message.destination)} (${escape(message.why)}). Look at the policy’s channels, and whether the person is still active.`;
        await post(errand, { text, blocks: [section(text)] }, null);
        return;
      }
    }
  }

  return {
    async deliver(errand) {
      try {
        await bring(errand);
        return { kind: 'sent' };
      } catch (error) {
        return outcomeOf(troubleOf(error));
      }
    },
  };
}

function outcomeOf(trouble: Trouble): Delivered {
  switch (trouble.kind) {
    case 'refused':
      if (FINAL.has(trouble.error)) return { kind: 'failed', why: trouble.error };
      return { kind: 'retry', afterMs: null, why: trouble.error, inDoubt: false };
    case 'rate_limited':
      return { kind: 'retry', afterMs: trouble.afterMs, why: 'ratelimited', inDoubt: false };
    case 'unknown':
      return { kind: 'retry', afterMs: null, why: trouble.why, inDoubt: true };
  }
}
