import Database from 'better-sqlite3';
import { hostname } from 'node:os';
import { Kysely, SqliteDialect } from 'kysely';
import { z } from 'zod';
import type { Timekeeper } from '../clock.ts';
import { CannotOpen } from './cannot-open.ts';
import { migrate } from './migrations.ts';
import type { CommitQueue } from './commit-queue.ts';
import { createCommitQueue } from './commit-queue.ts';
import { keepPrivate } from './private-files.ts';
import { realOf } from './real-path.ts';
import type { GoingOn } from './restored.ts';
import { adoptCopy, knownFrom } from './restored.ts';
import { readSeen, watchHead } from './seen.ts';
import { refuseMixed, refuseUnsound } from './sound.ts';
import { keepingStatements } from './statement-cache.ts';
import type { Tables } from './tables.ts';

/** One open ledger file. */
export interface Ledger {
  readonly db: Kysely<Tables>;
  /** A second connection, for looking: it does not wait for a change that is being written, and sees what is committed. */
  readonly reader: Kysely<Tables>;
  readonly raw: Database.Database;
  readonly path: string;
  /** What others could do with its files until it was opened, in words. */
  readonly mended: readonly string[];
  close(): Promise<void>;
}

/** What a ledger is told the time by. */
export type LedgerClock = Pick<Timekeeper, 'now' | 'notBefore'>;

/** A ledger that this process owns. */
export interface OwnLedger extends Ledger, CommitQueue {}

/** The first SQLite without the WAL-reset bug (sqlite.org/wal.html, "The WAL Reset Bug"). */
const SQLITE_MINIMUM = [3, 51, 3] as const;
const BUSY_MS = 5_000;
/** Room for the upper levels of every index of a large ledger: reading them again and again is what makes an old one slow. */
const CACHE_KIB = 65_536;
/** 16 MB of WAL: pages that change with every commit are copied into the database less often. */
const CHECKPOINT_PAGES = 4_000;
/** What the WAL grows to, in bytes: with less room than that on the disk, writing will fail soon. */
export const WAL_BYTES = CHECKPOINT_PAGES * 4_096;

/**
 * Opens the ledger for the one process that owns it: takes the lock, looks whether the file is sound, sets and checks
 * the pragmas, migrates, and writes down where it goes on from a backup. From then on the clock is not before the last
 * event.
 * @throws CannotOpen when another process owns it, SQLite is too old, or it is not a ledger that can be gone on with
 */
export function openLedger(path: string, clock: LedgerClock, goingOn: GoingOn): OwnLedger {
  try {
    return open(path, clock, goingOn);
  } catch (error) {
    if (error instanceof CannotOpen || !(error instanceof Error)) throw error;
    throw new CannotOpen(`Cannot open the ledger at ${path}: ${error.message}. Look at TSA_DATABASE.`, {
      cause: error,
    });
  }
}

function open(path: string, clock: LedgerClock, goingOn: GoingOn): OwnLedger {
  const mended = keepPrivate(path);
  const lock = takeLock(path);
  let raw: Database.Database | null = null;
  try {
    refuseUnsound(path);
    raw = openToWrite(path);
    clock.notBefore(lastInstant(raw));
    adoptCopy(raw, knownFrom(readSeen(path)), clock.now(), goingOn);
    const watch = watchHead(path, raw);
    const db = kyselyOn(raw);
    // This machine has seen what was committed.
    const commits = createCommitQueue(db, () => {
      watch.note();
    });
    const looking = openReadOnly(path);
    const reader = kyselyOn(looking);
    return {
      db,
      reader,
      raw,
      path,
      mended,
      ...commits,
      async close() {
        if (raw?.open !== true) return;
        await commits.written();
        watch.close();
        // Kysely closes only what was asked something. Who writes goes last: it takes the log along into the file.
        await reader.destroy();
        looking.close();
        await db.destroy();
        raw.close();
        lock.close();
      },
    };
  } catch (error) {
    raw?.close();
    lock.close();
    throw error;
  }
}

/** The file as the program writes to it, whoever holds the lock: pragmas set, and migrated. */
export function openToWrite(path: string): Database.Database {
  const raw = new Database(path, { timeout: BUSY_MS });
  try {
    prepare(raw);
    migrate(raw);
    return raw;
  } catch (error) {
    raw.close();
    throw error;
  }
}

/** Opens the ledger beside its owner, for looking only. @throws CannotOpen when there is no such file. */
export function openForReading(path: string): Ledger {
  let raw: Database.Database;
  refuseMixed(path);
  try {
    raw = openReadOnly(path);
  } catch (error) {
    throw new CannotOpen(
      `Cannot read the ledger at ${path}: ${error instanceof Error ? error.message : 'unknown'}`,
    );
  }
  const db = kyselyOn(raw);
  return {
    db,
    reader: db,
    raw,
    path,
    mended: [],
    async close() {
      await db.destroy();
      raw.close();
    },
  };
}

function openReadOnly(path: string): Database.Database {
  const raw = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
  raw.pragma(`cache_size = -${CACHE_KIB}`);
  return raw;
}

function kyselyOn(raw: Database.Database): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: keepingStatements(raw) }) });
}

/**
 * One process owns the ledger. The lock is a write transaction held on a file beside it: the kernel frees it when the
 * process dies, however it dies, and a reader can still see who holds it.
 */
export function takeLock(path: string): Database.Database {
  const lock = new Database(lockOf(path), { timeout: 0 });
  try {
    lock.pragma('journal_mode = delete');
    lock.exec(
      'create table if not exists owner (pid integer not null, host text not null, since text not null) strict',
    );
    lock.exec('begin immediate');
    lock.exec('delete from owner');
    lock
      .prepare("insert into owner values (?, ?, strftime('%Y-%m-%d %H:%M:%S UTC', 'now'))")
      .run(process.pid, hostname());
    lock.exec('commit');
    // Between the two another process can slip in; then this one is told so.
    lock.exec('begin immediate');
    return lock;
  } catch (error) {
    const held = readOwner(lock);
    lock.close();
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
    const by =
      held === null ? 'Another process' : `Process ${held.pid} on ${held.host}, since ${held.since},`;
    throw new CannotOpen(
      `${by} has the ledger ${path} open. Only one may: stop that one first, or set TSA_DATABASE to another file.`,
    );
  }
}

function lockOf(path: string): string {
  return `${realOf(path)}.lock`;
}

const owner = z.object({ pid: z.number(), host: z.string(), since: z.string() });

/** The process that has the ledger open, or had it last. */
export function lastOwner(path: string): z.infer<typeof owner> | null {
  try {
    const lock = new Database(lockOf(path), { readonly: true, fileMustExist: true });
    try {
      return readOwner(lock);
    } finally {
      lock.close();
    }
  } catch {
    return null;
  }
}

function readOwner(lock: Database.Database): z.infer<typeof owner> | null {
  try {
    return owner.nullable().catch(null).parse(lock.prepare('select pid, host, since from owner').get());
  } catch {
    return null;
  }
}

function prepare(raw: Database.Database): void {
  const version = String(raw.prepare('select sqlite_version()').pluck().get());
  const parts = version.split('.').map(Number);
  const older =
    SQLITE_MINIMUM.map((least, i) => Math.sign((parts[i] ?? 0) - least)).find((sign) => sign !== 0) === -1;
  if (older)
    throw new CannotOpen(`SQLite ${version} is too old: ${SQLITE_MINIMUM.join('.')} or newer is needed.`);
  raw.pragma('journal_mode = wal');
  // Reopening a WAL database leaves NORMAL, which loses acknowledged commits on power loss. Set it, and look.
  raw.pragma('synchronous = full');
  raw.pragma(`cache_size = -${CACHE_KIB}`);
  raw.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  raw.pragma('foreign_keys = on');
  raw.pragma('recursive_triggers = on');
  const expected = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1, recursive_triggers: 1 };
  for (const [name, value] of Object.entries(expected)) {
    const actual: unknown = raw.pragma(name, { simple: true });
    if (actual !== value)
      throw new CannotOpen(`SQLite would not set ${name} to ${value}; it stands at ${String(actual)}.`);
  }
}

/** When the last event was; 0 where there is none. */
function lastInstant(raw: Database.Database): number {
  const at = raw.prepare('select at from ledger_event order by seq desc limit 1').pluck().get();
  return z.number().optional().parse(at) ?? 0;
}
