import type { Transaction, Updateable } from 'kysely';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { compiled } from '../ledger/compiled.ts';
import type { OutboxTable, Tables } from '../ledger/tables.ts';
import type { Announced } from './announce.ts';
import { oweAnnouncement } from './announce.ts';
import type { Claim } from './claims.ts';
import type { Delivered } from './delivery.ts';

/** What became of a try, written down; and told, where a place takes no messages. */
export interface Books {
  settle(tx: Transaction<Tables>, claim: Claim, result: Delivered): Promise<void>;
}

const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_MAX_MS = 5 * 60_000;
/** What was refused for a reason that may pass is tried once more after so long; nothing behind it waits longer. */
const UNCLEAR_AGAIN_MS = 5_000;
/** How often a place that refuses is tried. */
const REFUSED_EVERY_MS = 60_000;
/** Whoever made the channel has so long to invite the app, before anybody is told that it is not let in. */
const REFUSED_NEWS_MS = 5 * 60_000;

/** What changes in the rows that a claim serves. */
type Change = Pick<
  Updateable<OutboxTable>,
  'state' | 'attempts' | 'next_at' | 'in_doubt' | 'refused_since' | 'last_error' | 'settled_at'
>;
const changeOne = compiled((db, { id, ...changed }: Change & { id: number; claimed_until: null }) =>
  db.updateTable('outbox').set(changed).where('id', '=', id),
);

export function createBooks(deps: { clock: Clock; log: Logger; announceAt: Announced }): Books {
  const { clock, log, announceAt: places } = deps;
  /** Places that refused for good what they were sent last. */
  const refusing = new Set<string>();

  /** Writes that into every row of the claim, which is over by that. */
  async function change(tx: Transaction<Tables>, { ids }: Claim, changed: Change): Promise<void> {
    for (const id of ids) await changeOne(tx, { ...changed, id, claimed_until: null });
  }

  async function announce(
    tx: Transaction<Tables>,
    claim: Claim,
    news: { why: string; waits: boolean },
  ): Promise<void> {
    const told = await oweAnnouncement(tx, claim, news, { places, refusing, now: clock.now() });
    if (!told) log.error({ key: claim.key }, 'and nowhere is left where that could be told');
  }

  async function giveUp(tx: Transaction<Tables>, claim: Claim, why: string): Promise<void> {
    log.error({ key: claim.key, why }, 'a message can never be delivered');
    refusing.add(claim.destination);
    await change(tx, claim, {
      state: 'failed',
      settled_at: clock.now(),
      refused_since: null,
      last_error: why,
    });
    await announce(tx, claim, { why, waits: false });
  }

  return {
    async settle(tx, claim, result) {
      const { key, attempts } = claim;
      const now = clock.now();
      switch (result.kind) {
        case 'sent':
          refusing.delete(claim.destination);
          await change(tx, claim, { state: 'sent', settled_at: now, refused_since: null, last_error: null });
          return;
        case 'moot': {
          const { why } = result;
          log.info({ key, why }, 'a message is not needed any more');
          await change(tx, claim, { state: 'moot', settled_at: now, refused_since: null, last_error: why });
          return;
        }
        case 'later':
          await change(tx, claim, { next_at: result.at });
          return;
        case 'retry': {
          const { why, inDoubt, afterMs } = result;
          log.warn({ key, why, attempts: attempts + 1 }, 'a message was not delivered yet');
          await change(tx, claim, {
            attempts: attempts + 1,
            next_at: now + (afterMs ?? backoff(attempts)),
            in_doubt: claim.inDoubt || inDoubt ? 1 : 0,
            last_error: why,
          });
          return;
        }
        case 'refused': {
          const { why } = result;
          const since = claim.refusedSince ?? now;
          log.warn({ key, why, attempts: attempts + 1 }, 'a place does not take a message');
          await change(tx, claim, {
            attempts: attempts + 1,
            next_at: now + REFUSED_EVERY_MS,
            in_doubt: claim.inDoubt ? 1 : 0,
            refused_since: since,
            last_error: why,
          });
          if (now - since >= REFUSED_NEWS_MS) await announce(tx, claim, { why, waits: true });
          return;
        }
        case 'unclear': {
          const { why } = result;
          if (attempts > 0) {
            await giveUp(tx, claim, why);
            return;
          }
          log.warn({ key, why }, 'a message was refused; it is tried once more');
          await change(tx, claim, {
            attempts: 1,
            next_at: now + UNCLEAR_AGAIN_MS,
            in_doubt: claim.inDoubt ? 1 : 0,
            last_error: why,
          });
          return;
        }
        case 'failed':
          await giveUp(tx, claim, result.why);
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
