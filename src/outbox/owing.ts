import type { Kysely, Transaction } from 'kysely';
import { compiled } from '../ledger/compiled.ts';
import type { OwedRow } from '../ledger/owed-digest.ts';
import type { Owing } from '../ledger/owing.ts';
import type { Restoration } from '../ledger/restorations.ts';
import type { OutboxTable, Tables } from '../ledger/tables.ts';
import type { Owed } from '../notifications/message.ts';
import { CLEARED_EVERY_MS } from '../ledger/retention.ts';
import { MAIL_IN_DOUBT } from './restored.ts';
import { addressOf } from '../access/ids.ts';

/** What the outside world must be told, put on its list in the transaction of the fact that it is about. */

type NewOwed = Pick<OutboxTable, 'seq' | 'key' | 'destination' | 'body' | 'owed_at' | 'next_at'> &
  Partial<{ state: 'failed'; in_doubt: number; last_error: string; settled_at: number }>;

const addRow = compiled((db, row: NewOwed) =>
  db
    .insertInto('outbox')
    .values(row)
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id'),
);

/** How long it can be looked up what was sent, was not needed any more, or was given up. What could not be delivered stays. */
const SENT_KEPT_MS = 30 * 24 * 60 * 60_000;
/** Messages cleared at once: an old ledger is not held up by years of them. */
const SENT_CLEARED_MAX = 10_000;

/** The list, for the command handler. `shownAt`: every place that shows a request, as whoever shows it there knows. */
export function createOwing(shownAt: (db: Kysely<Tables>, no: number) => Promise<readonly string[]>): Owing {
  let clearedAt = -Infinity;
  return {
    owe: putOwed,
    notYet,
    async clear(tx, now) {
      if (now - clearedAt < CLEARED_EVERY_MS) return null;
      clearedAt = now;
      return clearSettled(tx, now);
    },
    shownAt,
  };
}

/** Puts on the list what the event of that number owes, and gives what was put there. */
export const putOwed: Owing['owe'] = async (tx, seq, owed, now, restored) => {
  const added: OwedRow[] = [];
  for (const one of owed) {
    const row = rowFor(seq, one, now, restored);
    if ((await addRow(tx, row)).length > 0) added.push(row);
  }
  return added;
};

/** Those of these that are not on the list. */
export const notYet: Owing['notYet'] = async (tx, owed, now, restored) => {
  if (owed.length === 0) return [];
  const keyed = owed.map((one) => ({ one, key: rowFor(0, one, now, restored).key }));
  const keys = keyed.map(({ key }) => key);
  const there = await tx.selectFrom('outbox').select('key').where('key', 'in', keys).execute();
  const known = new Set(there.map(({ key }) => key));
  return keyed.filter(({ key }) => !known.has(key)).map(({ one }) => one);
};

/**
 * While it is caught up on what time did after a backup, each message may have been sent in the part that was lost: it
 * is looked up before it is sent, and a mail, which cannot be looked up, is not sent. From then on the same number and
 * version can mean something else than what was lost: the key says so.
 */
function rowFor(
  seq: number,
  { key, destination, message }: Owed,
  now: number,
  restored: Restoration | null,
): NewOwed {
  const row = { seq, key, destination, body: JSON.stringify(message), owed_at: now, next_at: now };
  if (restored === null) return row;
  if (restored.settled === 1) return { ...row, key: `${key}@${restored.mark}` };
  if (addressOf(destination) === null)
    return { ...row, in_doubt: 1, owed_at: Math.min(now, restored.from_at) };
  return { ...row, state: 'failed', last_error: MAIL_IN_DOUBT, settled_at: now };
}

/** Clears away what was settled long ago; gives until when, if anything was. */
async function clearSettled(tx: Transaction<Tables>, now: number): Promise<number | null> {
  const until = now - SENT_KEPT_MS;
  const old = tx
    .selectFrom('outbox')
    .select('id')
    .where('state', 'in', ['sent', 'moot', 'dropped'])
    .where('settled_at', '<', until)
    .limit(SENT_CLEARED_MAX);
  const { numDeletedRows } = await tx.deleteFrom('outbox').where('id', 'in', old).executeTakeFirstOrThrow();
  return numDeletedRows === 0n ? null : until;
}
