import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { compiled } from './compiled.ts';
import type { FullRecord } from './history.ts';
import { loadRecords } from './history.ts';
import type { Tables } from './tables.ts';

/** What may be open in products, and what products still have to do. */

// Written out: only then SQLite sees that the index of these words will do.
const MAY_BE_OPEN = sql<boolean>`access in ('not_closed', 'closing', 'opening', 'extending', 'missing', 'open')`;

const owing = compiled((db) =>
  db
    .selectFrom('request')
    .select('request_no')
    .where(MAY_BE_OPEN)
    .where('access', 'in', ['not_closed', 'closing', 'opening', 'extending'])
    .orderBy('request_no'),
);
const mayBeOpen = compiled((db) =>
  db.selectFrom('request').select('request_no').where(MAY_BE_OPEN).orderBy('request_no'),
);
const late = compiled((db) =>
  db
    .selectFrom('request')
    .select('request_no')
    .where(MAY_BE_OPEN)
    .where('access', '=', 'not_closed')
    .orderBy('request_no'),
);

/** Requests for which a product has something to do: it is read from how they stand, so that none can be forgotten. */
export async function recordsOwing(db: Kysely<Tables>): Promise<readonly FullRecord[]> {
  return loadRecords(
    db,
    (await owing(db, {})).map((row) => row.request_no),
  );
}

/** Requests of which something may be open in a product. */
export async function recordsOpen(db: Kysely<Tables>): Promise<readonly FullRecord[]> {
  return loadRecords(
    db,
    (await mayBeOpen(db, {})).map((row) => row.request_no),
  );
}

/** The same, as they stand. */
export async function recordsNotClosed(db: Kysely<Tables>): Promise<readonly FullRecord[]> {
  return loadRecords(db, await numbersNotClosed(db));
}

/** Numbers of the requests whose product has not confirmed, in time, that access is gone. */
export async function numbersNotClosed(db: Kysely<Tables>): Promise<readonly number[]> {
  return (await late(db, {})).map((row) => row.request_no);
}
