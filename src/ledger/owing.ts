import type { Transaction } from 'kysely';
import type { Owed } from '../notifications/message.ts';
import type { Restoration } from './restorations.ts';
import type { Tables } from './tables.ts';

/** Whoever keeps the list of what the outside world must be told, as the command handler needs them. */
export interface Owing {
  /**
   * Puts messages on the list, in the transaction of the fact that they are about; the same fact owes the same message
   * once. `restored`: how the ledger went on from a backup the last time.
   */
  owe(
    tx: Transaction<Tables>,
    owed: readonly Owed[],
    now: number,
    restored: Restoration | null,
  ): Promise<void>;
  /** Every place that shows that request, whether or not it still has a place there. */
  shownAt(tx: Transaction<Tables>, no: number): Promise<readonly string[]>;
}
