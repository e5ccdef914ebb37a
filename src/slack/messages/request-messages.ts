import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import { hasPart, isListed } from '../../access/reading.ts';
import { askOf } from '../../access/state.ts';
import type { Clock } from '../../clock.ts';
import type { FullRecord } from '../../ledger/history.ts';
import type { Views } from '../../ledger/views.ts';
import type { Delivery } from '../../outbox/delivery.ts';
import { troubleOf } from '../api/client.ts';
import type { Directory } from '../api/directory.ts';
import type { Rendered } from './blocks.ts';
import { bringBookmark } from './bookmark.ts';
import { buttonsFor } from './buttons.ts';
import { card } from './card.ts';
import type { Facts } from './facts.ts';
import { factsAt } from './facts.ts';
import { meetAll } from './look-twice.ts';
import type { Memory, Place } from './memory.ts';
import { CARD } from './memory.ts';
import { notice } from './notice.ts';
import type { Poster } from './post.ts';
import { readerOf } from '../../access/ids.ts';

/** What stands in Slack about one request: its card in each place, and in the card's thread what happened. */
export interface RequestMessages {
  /** The card, there and current. */
  card(delivery: Delivery, record: FullRecord, memory: Memory): Promise<void>;
  /** Only what is there already, current. */
  tidy(delivery: Delivery, record: FullRecord, memory: Memory): Promise<void>;
  /** What that event says, once. */
  notice(
    delivery: Delivery,
    record: FullRecord,
    memory: Memory,
    which: { readonly version: number; readonly loud: boolean },
  ): Promise<void>;
  /** The channel's bookmark, as it should be now. */
  bookmark(record: FullRecord, memory: Memory): Promise<void>;
}

export interface RequestMessagesDeps {
  readonly client: WebClient;
  readonly views: Pick<Views, 'recentUse'>;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Logger;
  /** The workspace's address, where links to messages lead. */
  readonly siteUrl: string;
  readonly timeZone: string;
}

/** The card shows what the grantee and the tenant had in so long. */
const RECENT_MS = 30 * 24 * 60 * 60_000;

export function createRequestMessages(deps: RequestMessagesDeps, { post, update }: Poster): RequestMessages {
  const { client, views, directory, clock, log } = deps;

  function factsFor(record: FullRecord, destination: string): Facts {
    return factsAt(record, destination, directory.known(), clock.now());
  }

  function named(drawn: Rendered, { state }: FullRecord): Promise<Rendered> {
    return meetAll(drawn, directory, directory.known().policy.tenants.get(state.tenant.id));
  }

  async function recentFor({ state, audience }: Facts): Promise<Parameters<typeof card>[0]['recent']> {
    const grantee = askOf(state)?.grantee;
    if (grantee === undefined || state.phase !== 'pending' || audience === 'customer') return null;
    const since = clock.now() - RECENT_MS;
    return {
      grantee: await views.recentUse({ grantee }, since),
      tenant: await views.recentUse({ tenantId: state.tenant.id }, since),
    };
  }

  async function bringCard(delivery: Delivery, record: FullRecord, memory: Memory): Promise<void> {
    const facts = factsFor(record, delivery.destination);
    const rendered = await named(card({ ...facts, recent: await recentFor(facts) }), record);
    const shown = JSON.stringify(rendered);
    const keep = ({ channel, ts }: Place): void => {
      memory.remember(record.no, { version: CARD, channel, ts, shown });
    };
    const there = await memory.message(record.no, CARD);
    if (there?.shown === shown) return;
    if (there !== null) {
      const done = (await update(there, rendered)) === 'done';
      if (done) keep(there);
      if (done || delivery.message.kind === 'tidy') return;
    }
    // One card a place: whichever of its updates is on the way, it is found by the same key.
    const at = await post(delivery, rendered, null, `card:${record.no}`);
    // What was found may show an earlier state, or one that was lost.
    if (at.found) await update(at, rendered);
    keep(at);
  }

  /** Does a card stand there, for somebody who may still see what becomes of the request? */
  async function shows({ no, state }: FullRecord, destination: string, memory: Memory): Promise<boolean> {
    const reader = readerOf(destination);
    const may = reader === null || hasPart(state, reader) || isListed(directory.known(), reader);
    return may && (await memory.message(no, CARD)) !== null;
  }

  /** Buttons that no longer apply are gone, from older notices too; they get no new ones. */
  async function refreshNotices(record: FullRecord, destination: string, memory: Memory): Promise<void> {
    for (const there of await memory.withButtons(record.no)) {
      const words = z
        .object({ text: z.string(), blocks: z.array(z.custom<Rendered['blocks'][number]>()) })
        .parse(JSON.parse(there.shown));
      const still = new Set(buttonsFor(factsFor(record, destination)).map((button) => button.action_id));
      const blocks = words.blocks.flatMap((block): Rendered['blocks'] => {
        if (block.type !== 'actions') return [block];
        const elements = block.elements.filter((part) => 'action_id' in part && still.has(part.action_id));
        return elements.length === 0 ? [] : [{ type: 'actions', elements }];
      });
      const rendered = { text: words.text, blocks };
      const shown = JSON.stringify(rendered);
      if (shown === there.shown) continue;
      try {
        await update(there, rendered);
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble.kind !== 'refused') throw error;
        // An old message that Slack will not change any more does not stop the new ones.
        log.warn({ trouble, destination }, 'an older message could not be brought up to date');
      }
      memory.remember(record.no, { ...there, shown });
    }
  }

  return {
    async card(delivery, record, memory) {
      await bringCard(delivery, record, memory);
      await refreshNotices(record, delivery.destination, memory);
    },
    async tidy(delivery, record, memory) {
      if (await shows(record, delivery.destination, memory)) await bringCard(delivery, record, memory);
      await refreshNotices(record, delivery.destination, memory);
    },
    async notice(delivery, record, memory, { version, loud }) {
      const { no } = record;
      if ((await memory.message(no, version)) !== null) return;
      const drawn = notice(version, factsFor(record, delivery.destination));
      if (drawn === null) return;
      const rendered = await named(drawn, record);
      const root = await memory.message(no, CARD);
      const at = await post(delivery, rendered, root === null ? null : { ts: root.ts, loud });
      memory.remember(no, { version, channel: at.channel, ts: at.ts, shown: JSON.stringify(rendered) });
    },
    async bookmark({ no, state }, memory) {
      const at = await memory.message(no, CARD);
      if (at === null) return;
      const { channel, ts } = at;
      const link = `${deps.siteUrl}archives/${channel}/p${ts.replace('.', '')}`;
      await bringBookmark(client, { no, state, channel, link, timeZone: deps.timeZone });
    },
  };
}
