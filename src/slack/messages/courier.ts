import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { FullRecord } from '../../ledger/history.ts';
import type { Ledger } from '../../ledger/open.ts';
import type { Views } from '../../ledger/views.ts';
import type { TenantIndex } from '../../policy/tenant-index.ts';
import type { Courier, Delivery } from '../../outbox/dispatcher.ts';
import { hasPart, isListed } from '../../access/reading.ts';
import { askOf } from '../../access/state.ts';
import type { Rendered } from './blocks.ts';
import { buttonsFor } from './buttons.ts';
import { bringBookmark } from './bookmark.ts';
import { card } from './card.ts';
import { invitation, pinCard } from './invitation.ts';
import { greeting } from './greeting.ts';
import { troubleOf } from '../api/client.ts';
import { outcomeOf, undeliverable } from './delivered.ts';
import type { Directory } from '../api/directory.ts';
import type { Facts } from './facts.ts';
import { factsAt, readerOf } from './facts.ts';
import { meetAll } from './look-twice.ts';
import { notice } from './notice.ts';
import { createPoster } from './post.ts';
import { programNotice } from './program-notice.ts';
import { bringHouse } from './global-message.ts';
import { restoredMessage } from './restored.ts';

/** Brings what is owed to Slack: posts once, updates in place, and looks before it posts again. */

const RECENT_MS = 30 * 24 * 60 * 60_000;
const CARD = 0;

export function createCourier(deps: {
  client: WebClient;
  ledger: Ledger;
  views: Views;
  directory: Directory;
  tenants: Pick<TenantIndex, 'inChannel'>;
  clock: Clock;
  log: Logger;
  /** The workspace's address, where links to messages lead. */
  siteUrl: string;
  timeZone: string;
  digest: (week: string) => Promise<Rendered>;
  /** Something of this person's is new: their Home may want to show it. */
  changed: (user: string) => Promise<void>;
}): Courier {
  const { client, views, directory, clock, log } = deps;
  const { db } = deps.ledger;
  const poster = createPoster(deps);
  const { post, update } = poster;

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
  async function bringCard(delivery: Delivery, record: FullRecord): Promise<{ channel: string; ts: string }> {
    const { destination } = delivery;
    const facts = factsFor(record, destination);
    const rendered = await named(card({ ...facts, recent: await recentFor(facts) }), record);
    const shown = JSON.stringify(rendered);
    const there = await messageOf(record.no, destination, CARD);
    if (there?.shown === shown) return there;
    if (there !== undefined) {
      const done = (await update(there, rendered)) === 'done';
      if (done) await remember(record.no, destination, CARD, { channel: there.channel, ts: there.ts }, shown);
      if (done || delivery.message.kind === 'tidy') return there;
    }
    // One card a place: whichever of its updates is on the way, it is found by the same key.
    const { channel, ts, found } = await post(delivery, rendered, null, `card:${record.no}`);
    // What was found may show an earlier state, or one that was lost.
    if (found) await update({ channel, ts }, rendered);
    await remember(record.no, destination, CARD, { channel, ts }, shown);
    return { channel, ts };
  }

  /** Does a card stand there, for somebody who may still see what becomes of the request? */
  async function shows({ no, state }: FullRecord, destination: string): Promise<boolean> {
    const reader = readerOf(destination);
    const may = reader === null || hasPart(state, reader) || isListed(directory.known(), reader);
    return may && (await messageOf(no, destination, CARD)) !== undefined;
  }

  /** Buttons that no longer apply are gone, from older notices too; they get no new ones. */
  async function refreshNotices(record: FullRecord, destination: string): Promise<void> {
    const rows = await db
      .selectFrom('slack_message')
      .selectAll()
      .where('request_no', '=', record.no)
      .where('destination', '=', destination)
      .where('shown', 'like', '%"actions"%')
      .execute();
    for (const row of rows) {
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
      try {
        await update(row, rendered);
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble.kind !== 'refused') throw error;
        // An old message that Slack will not change any more does not stop the new ones.
        log.warn({ trouble, destination }, 'an older message could not be brought up to date');
      }
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

  async function bring(delivery: Delivery): Promise<void> {
    const { message, destination } = delivery;
    switch (message.kind) {
      case 'card':
      case 'tidy': {
        const record = await views.record(message.no);
        if (record === null) return;
        if (message.kind === 'card' || (await shows(record, destination))) await bringCard(delivery, record);
        await refreshNotices(record, destination);
        await tellHome(destination);
        return;
      }
      case 'notice': {
        const record = await views.record(message.no);
        if (record === null) return;
        if ((await messageOf(message.no, destination, message.version)) !== undefined) return;
        const drawn = notice(message.version, factsFor(record, destination));
        if (drawn === null) return;
        const rendered = await named(drawn, record);
        const root = await messageOf(message.no, destination, CARD);
        const { channel, ts } = await post(
          delivery,
          rendered,
          root === undefined ? null : { ts: root.ts, loud: message.loud },
        );
        await remember(message.no, destination, message.version, { channel, ts }, JSON.stringify(rendered));
        return;
      }
      case 'bookmark': {
        const record = await views.record(message.no);
        const at = await messageOf(message.no, destination, CARD);
        if (record === null || at === undefined) return;
        const link = `${deps.siteUrl}archives/${at.channel}/p${at.ts.replace('.', '')}`;
        await bringBookmark(client, {
          no: message.no,
          state: record.state,
          channel: at.channel,
          link,
          timeZone: deps.timeZone,
        });
        return;
      }
      case 'greeting':
        await post(delivery, greeting(destination, directory.known().policy, deps.tenants), null);
        return;
      case 'digest':
        await post(delivery, await deps.digest(message.week), null);
        return;
      case 'invitation': {
        const tenant = directory.known().policy.tenants.get(message.tenantId);
        if (tenant === undefined) return;
        const { channel, ts } = await post(delivery, invitation(tenant), null);
        if (readerOf(destination) === null) await pinCard(client, channel, ts);
        return;
      }
      case 'clock':
      case 'after_end': {
        const rendered = await programNotice(db, views, message);
        if (rendered !== null) await post(delivery, rendered, null);
        return;
      }
      case 'restored': {
        const gap = await views.gap(message.restored);
        if (gap !== null)
          await bringHouse(db, poster, delivery, `restored:${gap.mark}`, restoredMessage(gap));
        return;
      }
      case 'mail':
      case 'consent_mail':
      case 'tenant_mail':
        throw new Error(`a mail is not for Slack: ${delivery.key}`);
      case 'undeliverable':
        await post(delivery, undeliverable(message), null);
        return;
    }
  }

  return {
    async deliver(delivery) {
      try {
        await bring(delivery);
        return { kind: 'sent' };
      } catch (error) {
        const trouble = troubleOf(error);
        const { kind } = delivery.message;
        if ((kind !== 'bookmark' && kind !== 'tidy') || trouble.kind !== 'refused')
          return outcomeOf(trouble, delivery.destination);
        // A bookmark is an aid: where the channel does not take one, the card still tells. And nobody waits for what
        // was tidied up in a place that is none of the request's any more.
        log.warn({ trouble, kind, destination: delivery.destination }, 'Slack does not take it there');
        return { kind: 'sent' };
      }
    },
  };
}
