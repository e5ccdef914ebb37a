import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Kysely, SqliteDialect } from 'kysely';
import { z } from 'zod';
import type { Timekeeper } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { keepPrivate } from './private-files.ts';
import { keepingStatements } from './statements.ts';
import type { Tables } from './tables.ts';

/** One open ledger file. `db` is for reading and for the door; nothing else writes. */
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

/** The ledger cannot be opened, and what to do about it: shown to the operator as it is. */
export class CannotOpen extends Error {
  override readonly name = 'CannotOpen';
}

/** The first SQLite without the WAL-reset bug (sqlite.org/wal.html, "The WAL Reset Bug"). */
const SQLITE_MINIMUM = [3, 51, 3] as const;
const MIGRATIONS = new URL('../../db/migrations/sqlite/', import.meta.url);
const BUSY_MS = 5_000;
/** Room for the upper levels of every index of a large ledger: reading them again and again is what makes an old one slow. */
const CACHE_KIB = 65_536;
/** 16 MB of WAL: pages that change with every commit are copied into the database less often. */
const CHECKPOINT_PAGES = 4_000;
/** What the WAL grows to, in bytes: with less room than that on the disk, writing will fail soon. */
export const WAL_BYTES = CHECKPOINT_PAGES * 4_096;

/**
 * Opens the ledger for the one process that owns it: takes the lock, sets and checks the pragmas, migrates. From then on
 * the clock is not before the last event.
 * @throws CannotOpen when another process owns it, SQLite is too old, or the database is newer than this program.
 */
export function openLedger(path: string, clock: Pick<Timekeeper, 'notBefore'> = systemClock): Ledger {
  try {
    return open(path, clock);
  } catch (error) {
    if (error instanceof CannotOpen || !(error instanceof Error)) throw error;
    throw new CannotOpen(`Cannot open the ledger at ${path}: ${error.message}. Look at TSA_DATABASE.`, {
      cause: error,
    });
  }
}

function open(path: string, clock: Pick<Timekeeper, 'notBefore'>): Ledger {
  const mended = keepPrivate(path);
  const lock = takeLock(path);
  let raw: Database.Database | null = null;
  try {
    raw = new Database(path, { timeout: BUSY_MS });
    prepare(raw);
    migrate(raw);
    clock.notBefore(lastInstant(raw));
    const db = kyselyOn(raw);
    const reader = kyselyOn(openReadOnly(path));
    return {
      db,
      reader,
      raw,
      path,
      mended,
      async close() {
        await reader.destroy();
        await db.destroy();
        lock.close();
      },
    };
  } catch (error) {
    raw?.close();
    lock.close();
    throw error;
  }
}

/** Opens the ledger beside its owner, for looking only. @throws CannotOpen when there is no such file. */
export function openForReading(path: string): Ledger {
  let raw: Database.Database;
  try {
    raw = openReadOnly(path);
  } catch (error) {
    throw new CannotOpen(
      `Cannot read the ledger at ${path}: ${error instanceof Error ? error.message : 'unknown'}`,
    );
  }
  const db = kyselyOn(raw);
  return { db, reader: db, raw, path, mended: [], close: () => db.destroy() };
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
function takeLock(path: string): Database.Database {
  const lock = new Database(`${path}.lock`, { timeout: 0 });
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

const owner = z.object({ pid: z.number(), host: z.string(), since: z.string() });

/** The process that has the ledger open, or had it last. */
export function lastOwner(path: string): z.infer<typeof owner> | null {
  try {
    const lock = new Database(`${path}.lock`, { readonly: true, fileMustExist: true });
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

/** Applies what is new, each file in a transaction of its own, and refuses what this program does not know. */
function migrate(raw: Database.Database): void {
  raw.exec(
    'create table if not exists schema_migration (name text primary key, sha256 text not null) strict',
  );
  const applied = new Map(
    z
      .array(z.object({ name: z.string(), sha256: z.string() }))
      .parse(raw.prepare('select name, sha256 from schema_migration').all())
      .map((row) => [row.name, row.sha256]),
  );
  const files = readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const unknown = [...applied.keys()].filter((name) => !files.includes(name));
  if (unknown.length > 0)
    throw new CannotOpen(
      `The ledger is newer than this program (it has ${unknown.join(', ')}). Install the newer program.`,
    );
  for (const name of files) {
    const sql = readFileSync(new URL(name, MIGRATIONS), 'utf8');
    const sha256 = createHash('sha256').update(sql).digest('hex');
    const before = applied.get(name);
    if (before !== undefined && before !== sha256)
      throw new CannotOpen(`Migration ${name} was changed after it was applied. Restore the released file.`);
    if (before !== undefined) continue;
    raw.transaction(() => {
      raw.exec(sql);
      raw.prepare('insert into schema_migration values (?, ?)').run(name, sha256);
    })();
  }
}
