import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { Refusal } from '../access/refusal.ts';
import { CLEARED_EVERY_MS, clearOld } from './retention.ts';
import { compiled } from './compiled.ts';
import type { Tables } from './tables.ts';

/** What became of a delivery of Slack's, kept in the same transaction as its effect. */
export interface Deliveries {
  /** What became of it when it was here before; `null` if it was not. */
  recall(tx: Transaction<Tables>, key: string | null, now: number): Promise<Remembered | null>;
  remember(tx: Transaction<Tables>, key: string | null, outcome: Remembered, now: number): Promise<void>;
}

const remembered = z.object({ requestNo: z.number().nullable(), refusal: z.custom<Refusal>().nullable() });
export type Remembered = z.infer<typeof remembered>;

/** A refusal is remembered for a repetition only: the same words sent again later are a new try in a new world. */
const REFUSAL_KEPT_MS = 10_000;

const outcomeOf = compiled((db, { key }: { key: string }) =>
  db.selectFrom('delivery').select(['outcome', 'at']).where('key', '=', key),
);
const addDelivery = compiled((db, delivery: Tables['delivery']) =>
  db.insertInto('delivery').values(delivery),
);

export function createDeliveries(): Deliveries {
  let clearedAt = -Infinity;
  return {
    async recall(tx, key, now) {
      if (key === null) return null;
      const [row] = await outcomeOf(tx, { key });
      if (row === undefined) return null;
      const outcome = remembered.parse(JSON.parse(row.outcome));
      if (outcome.refusal === null || now - row.at < REFUSAL_KEPT_MS) return outcome;
      await tx.deleteFrom('delivery').where('key', '=', key).execute();
      return null;
    },
    async remember(tx, key, outcome, now) {
      if (key === null) return;
      if (now - clearedAt >= CLEARED_EVERY_MS) {
        clearedAt = now;
        await clearOld(tx, now);
      }
      await addDelivery(tx, { key, at: now, outcome: JSON.stringify(outcome) });
    },
  };
}
