import type { Selectable, Transaction } from 'kysely';
import type { Gap } from '../access/related-requests.ts';
import { addressOf } from '../notifications/owe-mail.ts';
import type { Owed } from '../notifications/message.ts';
import { compiled } from './compiled.ts';
import { MAIL_IN_DOUBT } from './restored.ts';
import type { OutboxTable, RestorationTable, Tables } from './tables.ts';

/** What the outside world must be told, put on its list in the transaction of the fact that it is about. */

/** How the ledger went on from a backup the last time. */
export type Restoration = Selectable<RestorationTable>;

type NewOwed = Pick<OutboxTable, 'key' | 'destination' | 'body' | 'owed_at' | 'next_at'> &
  Partial<{ state: 'failed'; in_doubt: number; last_error: string; settled_at: number }>;

const addOwed = compiled((db, row: NewOwed) =>
  db
    .insertInto('outbox')
    .values(row)
    .onConflict((conflict) => conflict.column('key').doNothing()),
);
const lastNo = compiled((db) => db.selectFrom('request').select((eb) => eb.fn.max('request_no').as('no')));
const lastRestoration = compiled((db) =>
  db.selectFrom('restoration').selectAll().orderBy('seq', 'desc').limit(1),
);

/** Puts messages on the list; the same fact owes the same message once. */
export async function oweAll(
  tx: Transaction<Tables>,
  owed: readonly Owed[],
  now: number,
  restored: Restoration | null = null,
): Promise<void> {
  for (const one of owed) await addOwed(tx, rowFor(one, now, restored));
}

/**
 * While it is caught up on what time did after a backup, each message may have been sent in the part that was lost: it
 * is looked up before it is sent, and a mail, which cannot be looked up, is not sent. From then on the same number and
 * version can mean something else than what was lost: the key says so.
 */
function rowFor({ key, destination, message }: Owed, now: number, restored: Restoration | null): NewOwed {
  const row = { key, destination, body: JSON.stringify(message), owed_at: now, next_at: now };
  if (restored === null) return row;
  if (restored.settled === 1) return { ...row, key: `${key}@${restored.mark}` };
  if (addressOf(destination) === null)
    return { ...row, in_doubt: 1, owed_at: Math.min(now, restored.from_at) };
  return { ...row, state: 'failed', last_error: MAIL_IN_DOUBT, settled_at: now };
}

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
