import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/open.ts';
import type { Announced } from './announce.ts';
import { oweAnnouncement } from './announce.ts';
import type { Delivered, Group } from './dispatcher.ts';

/** What became of a try, written down; and told, where a place takes no messages. */
export interface Books {
  settle(group: Group, result: Delivered): Promise<void>;
}

const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_MAX_MS = 5 * 60_000;
/** How often a place that refuses is tried. */
const REFUSED_EVERY_MS = 60_000;
/** Whoever made the channel has so long to invite the app, before anybody is told that it is not let in. */
const REFUSED_NEWS_MS = 5 * 60_000;

export function createBooks(deps: {
  ledger: Ledger;
  clock: Clock;
  log: Logger;
  announceAt: Announced;
}): Books {
  const { clock, log, announceAt: places } = deps;
  const { db } = deps.ledger;
  /** Places that refused for good what they were sent last. */
  const refusing = new Set<string>();

  async function lost(group: Group, why: string, now: number): Promise<void> {
    log.error({ key: group.key, why }, 'a message can never be delivered');
    refusing.add(group.destination);
    const told = await db.transaction().execute(async (tx) => {
      await tx
        .updateTable('outbox')
        .where('id', 'in', [...group.ids])
        .set({ state: 'failed', settled_at: now, claimed_until: null, refused_since: null, last_error: why })
        .execute();
      return oweAnnouncement(tx, group, { why, waits: false }, { places, refusing, now });
    });
    if (!told) log.error({ key: group.key }, 'and nowhere is left where that could be told');
  }

  async function refused(group: Group, why: string, now: number): Promise<void> {
    const since = group.refusedSince ?? now;
    log.warn({ key: group.key, why, attempts: group.attempts + 1 }, 'a place does not take a message');
    const told = await db.transaction().execute(async (tx) => {
      await tx
        .updateTable('outbox')
        .where('id', 'in', [...group.ids])
        .set({
          attempts: group.attempts + 1,
          next_at: now + REFUSED_EVERY_MS,
          claimed_until: null,
          in_doubt: group.inDoubt ? 1 : 0,
          refused_since: since,
          last_error: why,
        })
        .execute();
      if (now - since < REFUSED_NEWS_MS) return true;
      return oweAnnouncement(tx, group, { why, waits: true }, { places, refusing, now });
    });
    if (!told) log.error({ key: group.key }, 'and nowhere is left where that could be told');
  }

  return {
    async settle(group, result) {
      const now = clock.now();
      const rows = db.updateTable('outbox').where('id', 'in', [...group.ids]);
      switch (result.kind) {
        case 'sent':
          refusing.delete(group.destination);
          await rows
            .set({
              state: 'sent',
              settled_at: now,
              claimed_until: null,
              refused_since: null,
              last_error: null,
            })
            .execute();
          return;
        case 'moot':
          log.info({ key: group.key, why: result.why }, 'a message is not needed any more');
          await rows
            .set({
              state: 'moot',
              settled_at: now,
              claimed_until: null,
              refused_since: null,
              last_error: result.why,
            })
            .execute();
          return;
        case 'later':
          await rows.set({ next_at: result.at, claimed_until: null }).execute();
          return;
        case 'retry': {
          const next = now + (result.afterMs ?? backoff(group.attempts));
          log.warn(
            { key: group.key, why: result.why, attempts: group.attempts + 1 },
            'a message was not delivered yet',
          );
          await rows
            .set({
              attempts: group.attempts + 1,
              next_at: next,
              claimed_until: null,
              in_doubt: group.inDoubt || result.inDoubt ? 1 : 0,
              last_error: result.why,
            })
            .execute();
          return;
        }
        case 'refused':
          await refused(group, result.why, now);
          return;
        case 'failed':
          await lost(group, result.why, now);
          return;
      }
    },
  };
}

/** Doubling, with a little chance so that many do not come back at once. */
function backoff(attempts: number): number {
  const step = Math.min(BACKOFF_FIRST_MS * 2 ** attempts, BACKOFF_MAX_MS);
  return Math.round(step * (0.75 + Math.random() / 4));
}
