import Database from 'better-sqlite3';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { z } from 'zod';
import { CannotOpen } from './cannot-open.ts';
import type { ChainEnd } from './chain.ts';
import { linkProblem } from './chain.ts';
import { pendingMigrations } from './migrations.ts';
import { projectSeats } from './project.ts';
import type { Retold } from './retell.ts';
import { retell, sameRow, sameRows } from './retell.ts';
import { realOf } from './real-path.ts';
import { readSeen } from './seen.ts';
import type { LedgerRow } from './tables.ts';

/**
 * Is that file what it should be, before anything is written to it? Looked at by a connection that cannot write: one
 * that can would copy a write-ahead log into a file to which it does not belong.
 */

/** Events at the end of the chain that are looked at before every start; `verify` looks at all. */
export const CHECKED_EVENTS = 1_000;

const ledgerRow = z.object({
  seq: z.number(),
  request_no: z.number().nullable(),
  version: z.number().nullable(),
  type: z.string(),
  actor: z.string(),
  at: z.number(),
  body: z.instanceof(Buffer),
  owed: z.instanceof(Buffer).nullable(),
  prev_hash: z.instanceof(Buffer),
  hash: z.instanceof(Buffer),
});
const rows = z.array(z.record(z.string(), z.unknown()));
const RESTORE = 'npm run tsa -- restore FILE';

/**
 * Looks whether the ledger there can be gone on with. @throws CannotOpen where it is gone, is overlaid by another's
 * write-ahead log, is damaged, or does not end as it says
 */
export function refuseUnsound(path: string): void {
  refuseGone(path);
  refuseMixed(path);
  if (sizeOf(path) === 0) return;
  const wrong = withReader(path, (raw) => damageOf(raw) ?? brokenEnd(raw));
  if (wrong !== null)
    throw new CannotOpen(
      `The ledger ${path} is damaged: ${wrong}. It was left as it is. Put the last good backup in its place: ${RESTORE}`,
    );
}

/** A new ledger in the place of one that is gone would begin to count anew. */
function refuseGone(path: string): void {
  const seen = readSeen(path);
  if (seen === null || sizeOf(path) > 0) return;
  throw new CannotOpen(
    `There is no ledger at ${path}, but there was one, with ${seen.seq} events. Put it back, or put the last good backup there: ${RESTORE}. To begin a new one, take ${path}.head away.`,
  );
}

/**
 * SQLite lays a write-ahead log over whatever file stands beside it. A ledger that is in use is marked as one that has
 * such a log; a backup is not, and a log beside it is that of the ledger which stood there before.
 */
export function refuseMixed(named: string): void {
  const path = realOf(named);
  if (sizeOf(`${path}-wal`) === 0 || (sizeOf(path) > 0 && usesLog(path))) return;
  throw new CannotOpen(
    `${path} and ${path}-wal do not belong together: the second is what a ledger wrote last that is not there any more. Opened together they would be neither. Both were left as they are. Put the backup in place with ${RESTORE}, which keeps them aside.`,
  );
}

/** Bytes 18 and 19 of the file: 2 where it has a write-ahead log (sqlite.org/fileformat2.html, "File format version numbers"). */
function usesLog(path: string): boolean {
  const header = Buffer.alloc(20);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return header[18] === 2 && header[19] === 2;
}

function withReader<T>(path: string, look: (raw: Database.Database) => T): T | string {
  const raw = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return look(raw);
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT'))
      return error.message;
    throw error;
  } finally {
    raw.close();
  }
}

/** The first thing that SQLite finds wrong with the file itself, or `null`. */
export function damageOf(
  raw: Database.Database,
  check: 'quick_check' | 'integrity_check' = 'quick_check',
): string | null {
  const [first] = z.array(z.string()).parse(raw.prepare(`pragma ${check}(1)`).pluck().all());
  if (first === 'ok') return null;
  return (first ?? 'it says nothing')
    .replace(/^\*+ in database \w+ \*+/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** What does not fit together at the end of the chain, and in what is shown of the requests that these events are about. */
function brokenEnd(raw: Database.Database): string | null {
  // A file that is new, or of an older program, has nothing to compare yet.
  if (pendingMigrations(raw).length > 0) return null;
  const last = z
    .array(ledgerRow)
    .parse(raw.prepare('select * from ledger_event order by seq desc limit ?').all(CHECKED_EVENTS))
    .reverse();
  const [first] = last;
  if (first === undefined) return null;
  let end: ChainEnd = { seq: first.seq - 1, hash: first.prev_hash, at: 0 };
  for (const row of last) {
    const wrong = linkProblem(row, end);
    if (wrong !== null) return `event ${row.seq}: ${wrong}`;
    end = row;
  }
  const touched = Map.groupBy(
    last.filter((row) => row.request_no !== null),
    (row) => row.request_no ?? 0,
  );
  for (const [no, events] of touched) {
    const wrong = shownWrong(raw, no, events);
    if (wrong !== null) return wrong;
  }
  return null;
}

function shownWrong(raw: Database.Database, no: number, events: readonly LedgerRow[]): string | null {
  const history = z
    .array(ledgerRow)
    .parse(raw.prepare('select * from ledger_event where request_no = ? order by version').all(no));
  const ends = history.slice(-events.length).map(({ seq }) => seq);
  if (ends.join() !== events.map(({ seq }) => seq).join()) return `the history of TSA-${no} has holes`;
  let told: Retold | null = null;
  try {
    for (const event of history) told = retell(told, event);
  } catch (error) {
    return `TSA-${no}: ${error instanceof Error ? error.message : 'it cannot be replayed'}`;
  }
  if (told === null) return `TSA-${no} has no history`;
  const [shown] = rows.parse(raw.prepare('select * from request where request_no = ?').all(no));
  const seats = rows.parse(raw.prepare('select * from seat where request_no = ?').all(no));
  const same =
    shown !== undefined && sameRow(shown, told.row) && sameRows(seats, projectSeats(no, told.state));
  return same ? null : `TSA-${no} is shown otherwise than its events tell`;
}

/** In bytes; 0 where there is no such file. */
export function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : 0;
}
