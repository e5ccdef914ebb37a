import type { Kysely, Transaction } from 'kysely';
import { compiled } from '../ledger/compiled.ts';
import type { Owing } from '../ledger/owing.ts';
import type { Restoration } from '../ledger/restorations.ts';
import type { OutboxTable, Tables } from '../ledger/tables.ts';
import type { Owed } from '../notifications/message.ts';
import { addressOf } from '../notifications/owe-mail.ts';
import { CLEARED_EVERY_MS } from '../ledger/retention.ts';
import { MAIL_IN_DOUBT } from './restored.ts';

/** What the outside world must be told, put on its list in the transaction of the fact that it is about. */

type NewOwed = Pick<OutboxTable, 'key' | 'destination' | 'body' | 'owed_at' | 'next_at'> &
  Partial<{ state: 'failed'; in_doubt: number; last_error: string; settled_at: number }>;

const addRow = compiled((db, row: NewOwed) =>
  db
    .insertInto('outbox')
    .values(row)
    .onConflict((conflict) => conflict.column('key').doNothing()),
);

/** How long it can be looked up what was sent, was not needed any more, or was given up. What could not be delivered stays. */
const SENT_KEPT_MS = 30 * 24 * 60 * 60_000;
/** Messages cleared at once: an old ledger is not held up by years of them. */
const SENT_CLEARED_MAX = 10_000;

/** The list, for the command handler. `shownAt`: every place that shows a request, as whoever shows it there knows. */
export function createOwing(shownAt: (db: Kysely<Tables>, no: number) => Promise<readonly string[]>): Owing {
  let clearedAt = -Infinity;
  return {
    async owe(tx, owed, now, restored) {
      for (const one of owed) await addRow(tx, rowFor(one, now, restored));
      if (now - clearedAt < CLEARED_EVERY_MS) return;
      clearedAt = now;
      await clearSettled(tx, now);
    },
    shownAt,
  };
}

/** Puts it on the list as it is. */
export async function addOwed(tx: Transaction<Tables>, one: Owed, now: number): Promise<void> {
  await addRow(tx, rowFor(one, now, null));
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

/** Clears away what was settled long ago. */
async function clearSettled(tx: Transaction<Tables>, now: number): Promise<void> {
  const old = tx
    .selectFrom('outbox')
    .select('id')
    .where('state', 'in', ['sent', 'moot', 'dropped'])
    .where('settled_at', '<', now - SENT_KEPT_MS)
    .limit(SENT_CLEARED_MAX);
  await tx.deleteFrom('outbox').where('id', 'in', old).execute();
}
