import type { Selectable, Transaction } from 'kysely';
import type { Gap } from '../access/related-requests.ts';
import { compiled } from './compiled.ts';
import type { RestorationTable, Tables } from './tables.ts';

/** How the ledger went on from a backup the last time. */
export type Restoration = Selectable<RestorationTable>;

const lastNo = compiled((db) => db.selectFrom('request').select((eb) => eb.fn.max('request_no').as('no')));
const lastRestoration = compiled((db) =>
  db.selectFrom('restoration').selectAll().orderBy('seq', 'desc').limit(1),
);

/** The last restoration, read once; forgotten whenever it may have changed. */
export interface Restorations {
  last(tx: Transaction<Tables>): Promise<Restoration | null>;
  forget(): void;
}

export function createRestorations(): Restorations {
  let known: { readonly row: Restoration | null } | null = null;
  return {
    async last(tx) {
      known ??= { row: (await lastRestoration(tx, {}))[0] ?? null };
      return known.row;
    },
    forget() {
      known = null;
    },
  };
}

/** No number is given twice, not even one that was given in events that were lost. */
export async function nextNo(tx: Transaction<Tables>, restored: Restoration | null): Promise<number> {
  const [last] = await lastNo(tx, {});
  return Math.max((last?.no ?? 0) + 1, restored?.next_no ?? 1);
}

/** What no admin has said yet that they know. */
export function gapOf(restored: Restoration | null): Gap | null {
  return restored === null || restored.confirmed_at !== null
    ? null
    : { restored: restored.seq, at: restored.at };
}
