import type { Transaction } from 'kysely';
import type { Owed } from '../notifications/message.ts';
import type { OwedRow } from './owed-digest.ts';
import type { Restoration } from './restorations.ts';
import type { Tables } from './tables.ts';

/** Whoever keeps the list of what the outside world must be told, as the command handler needs them. */
export interface Owing {
  /**
   * Puts on the list what the event of that number owes, in its transaction, and gives what was put there; the same fact
   * owes the same message once. `restored`: how the ledger went on from a backup the last time.
   */
  readonly owe: (
    tx: Transaction<Tables>,
    seq: number,
    owed: readonly Owed[],
    now: number,
    restored: Restoration | null,
  ) => Promise<readonly OwedRow[]>;
  /** Those of these that are not on the list. */
  notYet(
    tx: Transaction<Tables>,
    owed: readonly Owed[],
    now: number,
    restored: Restoration | null,
  ): Promise<readonly Owed[]>;
  /** Now and then clears away what was settled long ago; gives until when, if anything was. */
  clear(tx: Transaction<Tables>, now: number): Promise<number | null>;
  /** Every place that shows that request, whether or not it still has a place there. */
  shownAt(tx: Transaction<Tables>, no: number): Promise<readonly string[]>;
}

/** How what an event owes is put on the list. */
export interface Telling {
  readonly owe: Owing['owe'];
  readonly restored: Restoration | null;
}
