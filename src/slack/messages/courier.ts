import type { Ledger } from '../../ledger/open.ts';
import type { Views } from '../../ledger/views.ts';
import type { TenantIndex } from '../../policy/tenant-index.ts';
import type { Courier, Delivery } from '../../outbox/delivery.ts';
import { mailsInDoubt } from '../../outbox/restored.ts';
import type { Rendered } from './blocks.ts';
import { invitation, pinCard } from './invitation.ts';
import { greeting } from './greeting.ts';
import { troubleOf } from '../api/client.ts';
import { outcomeOf, undeliverable } from './delivered.ts';
import { bringGlobal } from './global-message.ts';
import type { Memory } from './memory.ts';
import { createMemory } from './memory.ts';
import { createPoster } from './post.ts';
import { programNotice } from './program-notice.ts';
import type { RequestMessagesDeps } from './request-messages.ts';
import { createRequestMessages } from './request-messages.ts';
import { restoredMessage } from './restored.ts';
import { readerOf } from '../../access/ids.ts';

/** Brings what is owed to Slack: posts once, updates in place, and looks before it posts again. */
export function createCourier(
  deps: RequestMessagesDeps & {
    readonly ledger: Pick<Ledger, 'db'>;
    readonly views: Pick<Views, 'record' | 'recentUse' | 'gap'>;
    readonly tenants: Pick<TenantIndex, 'inChannel'>;
    readonly digest: (week: string) => Promise<Rendered>;
    /** Something of this person's is new: their Home may want to show it. */
    readonly changed: (user: string) => Promise<void>;
  },
): Courier {
  const { client, views, directory, log } = deps;
  const { db } = deps.ledger;
  const poster = createPoster(deps);
  const requests = createRequestMessages(deps, poster);

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

  async function bring(delivery: Delivery, memory: Memory): Promise<void> {
    const { message, destination } = delivery;
    switch (message.kind) {
      case 'card':
      case 'tidy': {
        const record = await views.record(message.no);
        if (record === null) return;
        await requests[message.kind](delivery, record, memory);
        await tellHome(destination);
        return;
      }
      case 'notice': {
        const record = await views.record(message.no);
        if (record !== null) await requests.notice(delivery, record, memory, message);
        return;
      }
      case 'bookmark': {
        const record = await views.record(message.no);
        if (record !== null) await requests.bookmark(record, memory);
        return;
      }
      case 'greeting':
        await poster.post(delivery, greeting(destination, directory.known().policy, deps.tenants), null);
        return;
      case 'digest':
        await poster.post(delivery, await deps.digest(message.week), null);
        return;
      case 'invitation': {
        const tenant = directory.known().policy.tenants.get(message.tenantId);
        if (tenant === undefined) return;
        const { channel, ts } = await poster.post(delivery, invitation(tenant), null);
        if (readerOf(destination) === null) await pinCard(client, channel, ts, log);
        return;
      }
      case 'clock':
      case 'orphan':
      case 'after_end': {
        const rendered = await programNotice(db, views, message);
        if (rendered !== null) await poster.post(delivery, rendered, null);
        return;
      }
      case 'restored': {
        const gap = await views.gap(message.restored);
        if (gap === null) return;
        const rendered = restoredMessage(gap, await mailsInDoubt(db, gap.at));
        await bringGlobal(poster, delivery, memory, `restored:${gap.mark}`, rendered);
        return;
      }
      case 'mail':
      case 'consent_mail':
      case 'tenant_mail':
        throw new Error(`a mail is not for Slack: ${delivery.key}`);
      case 'undeliverable':
        await poster.post(delivery, undeliverable(message), null);
        return;
    }
  }

  return {
    async deliver(delivery, note) {
      try {
        await bring(delivery, createMemory(db, delivery.destination, note));
        return { kind: 'sent' };
      } catch (error) {
        const trouble = troubleOf(error);
        const { kind } = delivery.message;
        const outcome = outcomeOf(trouble, delivery.destination);
        if ((kind !== 'bookmark' && kind !== 'tidy') || outcome.kind === 'retry') return outcome;
        // A bookmark is an aid: where the channel does not take one, the card still tells. And nobody waits for what
        // was tidied up in a place that is none of the request's any more. Neither is claimed to have arrived.
        log.warn({ trouble, kind, destination: delivery.destination }, 'Slack does not take it there');
        return { kind: 'moot', why: trouble.kind === 'refused' ? trouble.error : trouble.kind };
      }
    },
  };
}
