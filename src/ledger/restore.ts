import type Database from 'better-sqlite3';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { GlobalEvent } from '../access/event.ts';
import type { Clock } from '../clock.ts';
import { copyTo, FILES, flush, removeWith } from './backup.ts';
import { CannotOpen } from './cannot-open.ts';
import { pendingMigrations } from './migrations.ts';
import type { Ledger } from './open.ts';
import { openForReading, openToWrite, takeLock } from './open.ts';
import { keepPrivate } from './private-files.ts';
import { realOf } from './real-path.ts';
import type { GoingOn, Known } from './restored.ts';
import { adoptCopy, hashAt, knownFrom, markCopy, readEnd } from './restored.ts';
import { readSeen, watchHead } from './seen.ts';
import { damageOf, refuseUnsound, sizeOf } from './sound.ts';
import type { Verdict } from './verify.ts';
import { verifyLedger } from './verify.ts';
import type { Beside } from './verify-beside.ts';

/** Whoever keeps tables beside the ledger: what they do when it goes on from a backup, and how they are verified. */
export interface Others {
  readonly goingOn: GoingOn;
  readonly beside: Beside;
}

/** What became of putting a backup in the ledger's place. */
export type Restored =
  /** The backup is not whole; nothing was changed. */
  | { readonly done: false; readonly verdict: Extract<Verdict, { ok: false }> }
  | {
      readonly done: true;
      readonly verdict: Extract<Verdict, { ok: true }>;
      /** Where what was there before is kept, if there was anything. */
      readonly aside: string | null;
      /** What the ledger now says about the gap; `null`: nothing is missing. */
      readonly gap: Extract<GlobalEvent, { type: 'ledger.restored' }> | null;
    };

/**
 * Puts a backup in the ledger's place. The backup is verified before and after, and is only read; what was there is kept
 * aside with everything that SQLite keeps beside it. Whatever goes wrong, all is as it was.
 * @throws CannotOpen when a process owns the ledger, or the backup cannot be used
 */
export async function restore(path: string, backup: string, clock: Clock, others: Others): Promise<Restored> {
  if (!existsSync(backup)) throw new CannotOpen(`There is no backup at ${backup}.`);
  if (realOf(path) === realOf(backup))
    throw new CannotOpen(`${backup} is the ledger itself. Name the backup to put in its place.`);
  keepPrivate(path);
  const lock = takeLock(path);
  try {
    const verdict = await looking(backup, (ledger) => wholeness(ledger, others));
    return verdict.ok ? await putInPlace(path, backup, clock, others) : { done: false, verdict };
  } finally {
    lock.close();
  }
}

async function putInPlace(named: string, backup: string, clock: Clock, others: Others): Promise<Restored> {
  const now = clock.now();
  const path = realOf(named);
  const aside = `${path}.before-${new Date(now).toISOString().replaceAll(':', '-')}`;
  const next = `${path}.next`;
  removeWith(next);
  try {
    await copyTo(backup, next);
    const known = await knownOf(path, next, knownFrom(readSeen(named)));
    const gap = prepareNext(next, known, now, others.goingOn);
    for (const end of FILES) if (sizeOf(`${path}${end}`) === 0) rmSync(`${path}${end}`, { force: true });
    const moved = FILES.filter((end) => existsSync(`${path}${end}`));
    const back = moveAside(path, aside, moved);
    try {
      renameSync(next, path);
      flush(dirname(path));
      refuseUnsound(path);
      const verdict = await looking(path, (ledger) => wholeness(ledger, others));
      if (!verdict.ok) throw new CannotOpen(`What was put in place is not whole: ${verdict.wrong}.`);
      noteNext(named);
      return { done: true, verdict, aside: moved.length > 0 ? aside : null, gap };
    } catch (error) {
      removeWith(path);
      back();
      throw error;
    }
  } finally {
    removeWith(next);
  }
}

/** Out of the way, all of it, or none: gives what puts it back. The ledger goes first: without it nothing can be opened. */
function moveAside(path: string, aside: string, ends: readonly string[]): () => void {
  const done: string[] = [];
  const back = (): void => {
    for (const end of done.toReversed()) renameSync(`${aside}${end}`, `${path}${end}`);
    flush(dirname(path));
  };
  try {
    for (const end of ends) {
      if (existsSync(`${aside}${end}`)) throw new CannotOpen(`There is a file ${aside}${end} already.`);
      renameSync(`${path}${end}`, `${aside}${end}`);
      done.push(end);
    }
    flush(dirname(path));
  } catch (error) {
    back();
    throw error;
  }
  return back;
}

/** The copy as the program will find it: it says already that it goes on from a backup, and is one file. */
function prepareNext(
  next: string,
  known: Known | null,
  now: number,
  goingOn: GoingOn,
): Extract<Restored, { done: true }>['gap'] {
  const raw = openToWrite(next);
  try {
    markCopy(raw, null);
    const gap = adoptCopy(raw, known, now, goingOn);
    raw.pragma('wal_checkpoint(truncate)');
    raw.pragma('journal_mode = delete');
    return gap;
  } finally {
    raw.close();
    flush(next);
  }
}

function noteNext(path: string): void {
  const reader = openForReading(path);
  watchHead(path, reader.raw).close();
  reader.raw.close();
}

/** What is known of what was there: from its events, if they can be read; from what this machine saw of it, otherwise. */
async function knownOf(path: string, next: string, seen: Known | null): Promise<Known | null> {
  if (sizeOf(path) === 0) return seen;
  try {
    refuseUnsound(path);
    return await looking(path, (old) =>
      looking(next, (copy) => {
        const there = readEnd(old.raw);
        if (there.seq === 0 || there.seq < (seen?.seq ?? 0)) return seen;
        const no = Number(old.raw.prepare('select coalesce(max(request_no), 0) from request').pluck().get());
        const hash = there.hash.toString('hex');
        return { seq: there.seq, hash, no, exact: true, common: commonOf(old.raw, copy.raw) };
      }),
    );
  } catch {
    // It cannot be read: that may be why a backup is put in its place.
    return seen;
  }
}

/** The last event that both have. Each hash covers all before it: where one is the same, so are those. */
function commonOf(a: Database.Database, b: Database.Database): number {
  let least = 0;
  let most = Math.min(readEnd(a).seq, readEnd(b).seq);
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (hashAt(a, middle) === hashAt(b, middle)) least = middle;
    else most = middle - 1;
  }
  return least;
}

/** The file, the chain, and all that is shown. @throws CannotOpen when a newer program wrote it */
async function wholeness(ledger: Ledger, { beside }: Others): Promise<Verdict> {
  const damage = damageOf(ledger.raw, 'integrity_check');
  if (damage !== null) return { ok: false, seq: null, wrong: `the file is damaged (${damage})` };
  pendingMigrations(ledger.raw);
  return verifyLedger(ledger, null, beside);
}

async function looking<T>(path: string, look: (ledger: Ledger) => T | Promise<T>): Promise<T> {
  const ledger = openForReading(path);
  try {
    return await look(ledger);
  } finally {
    await ledger.close();
  }
}
