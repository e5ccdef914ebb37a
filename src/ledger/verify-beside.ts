import type { Kysely } from 'kysely';
import type { Retold } from './retell.ts';
import type { LedgerRow, Tables } from './tables.ts';

/** What whoever keeps tables beside the ledger has to say, when it is verified: is there what the events owe? */
export interface BesideCheck {
  /** Reads on, so that what is owed up to that event can be compared. */
  readOn(seq: number): Promise<void>;
  /** What is wrong with what this event owes; `null`: nothing. Events come in their order. */
  wrong(event: LedgerRow): string | null;
  /** What is wrong with the rest. `marks`: those of the times that the ledger went on from a backup. */
  wrongRest(requests: ReadonlyMap<number, Retold>, marks: readonly string[]): Promise<string | null>;
}

/** Begins to look. */
export type Beside = (db: Kysely<Tables>) => Promise<BesideCheck>;
