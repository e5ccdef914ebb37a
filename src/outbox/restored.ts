import type Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { OwedRow } from '../ledger/owed-digest.ts';
import type { Tables } from '../ledger/tables.ts';
import type { Owed } from '../notifications/message.ts';
import { addressOf } from '../access/ids.ts';

/** What is owed when the ledger goes on from a backup: nothing is told twice. */

/** Why a mail is not sent: SMTP cannot be asked, and nobody is told twice. */
export const MAIL_IN_DOUBT =
  'the ledger was restored from a backup: it is not known whether this mail was sent already';

/**
 * What was owed when the copy was made may have arrived since: messages are looked up, mails cannot be. In the
 * transaction that writes down that the ledger goes on, before the program begins.
 */
export function doubtOwed(raw: Database.Database, at: number): void {
  const owed = z
    .array(z.object({ id: z.number(), destination: z.string() }))
    .parse(raw.prepare("select id, destination from outbox where state = 'owed'").all());
  const doubt = raw.prepare('update outbox set in_doubt = 1, claimed_until = null where id = ?');
  const givenUp = raw.prepare(
    "update outbox set state = 'failed', claimed_until = null, last_error = ?, settled_at = ? where id = ?",
  );
  for (const { id, destination } of owed)
    if (addressOf(destination) === null) doubt.run(id);
    else givenUp.run(MAIL_IN_DOUBT, at, id);
}

/** Owes that in the same transaction, as what the event of that number owes. */
export function oweBeforeStart(
  raw: Database.Database,
  seq: number,
  owed: readonly Owed[],
  at: number,
): readonly OwedRow[] {
  const owe = raw.prepare(
    'insert into outbox (seq, key, destination, body, owed_at, next_at) values (?, ?, ?, ?, ?, ?)',
  );
  return owed.map(({ key, destination, message }) => {
    const body = JSON.stringify(message);
    owe.run(seq, key, destination, body, at, at);
    return { key, destination, body };
  });
}

/** Mails that are not sent, since then, because nobody knows whether they were. */
export async function mailsInDoubt(db: Kysely<Tables>, since: number): Promise<number> {
  const mails = await db
    .selectFrom('outbox')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'failed')
    .where('last_error', '=', MAIL_IN_DOUBT)
    .where('settled_at', '>=', since)
    .executeTakeFirstOrThrow();
  return mails.count;
}
