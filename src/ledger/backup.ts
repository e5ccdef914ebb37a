import Database from 'better-sqlite3';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { CannotOpen } from './cannot-open.ts';
import { openForReading } from './open.ts';
import { makePrivate } from './private-files.ts';
import { markCopy } from './restored.ts';
import type { Verdict } from './verify.ts';
import { verifyLedger } from './verify.ts';
import type { Beside } from './verify-beside.ts';

/** Pages copied at a time: all of them, since a copy in parts begins anew whenever the owner writes. */
const ALL_PAGES = 2_147_483_647;

/**
 * Copies the ledger, as it stands at one moment, while its owner goes on writing; then looks whether the copy is whole.
 * The copy is one file, it bears its name only once it is complete, and it knows that it is a copy.
 * @throws CannotOpen when there is no ledger, or a file of that name already
 */
export async function backUp(path: string, to: string, now: number, beside: Beside): Promise<Verdict> {
  if (existsSync(to)) throw new CannotOpen(`There is a file ${to} already. Name another.`);
  const part = `${to}.part`;
  removeWith(part);
  try {
    await copyTo(path, part);
    const copy = new Database(part);
    try {
      markCopy(copy, now);
      // One file, without a log: whatever log is found beside it belongs to something else.
      copy.pragma('journal_mode = delete');
    } finally {
      copy.close();
    }
    flush(part);
    const ledger = openForReading(part);
    try {
      const verdict = await verifyLedger(ledger, null, beside);
      renameSync(part, to);
      flush(dirname(to));
      return verdict;
    } finally {
      await ledger.close();
    }
  } finally {
    removeWith(part);
  }
}

/** The ledger as it stands, in another file, for nobody else to read. */
export async function copyTo(path: string, to: string): Promise<void> {
  const source = openForReading(path);
  try {
    makePrivate(to);
    await source.raw.backup(to, { progress: () => ALL_PAGES });
  } finally {
    await source.close();
  }
}

/** Everything that SQLite keeps of a database. */
export const FILES = ['', '-wal', '-shm', '-journal'] as const;

export function removeWith(path: string): void {
  for (const end of FILES) rmSync(`${path}${end}`, { force: true });
}

/** What a file or a folder holds is on the disk, and not only on its way. */
export function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
