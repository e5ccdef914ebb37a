import Database from 'better-sqlite3';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { CannotOpen, openForReading } from './open.ts';
import { makePrivate } from './private-files.ts';
import type { Verdict } from './verify.ts';
import { verifyLedger } from './verify.ts';

/** Pages copied at a time: all of them, since a copy in parts begins anew whenever the owner writes. */
const ALL_PAGES = 2_147_483_647;

/**
 * Copies the ledger, as it stands at one moment, while its owner goes on writing; then looks whether the copy is whole.
 * The copy is one file, and it bears its name only once it is complete.
 * @throws CannotOpen when there is no ledger, or a file of that name already
 */
export async function backUp(path: string, to: string): Promise<Verdict> {
  if (existsSync(to)) throw new CannotOpen(`There is a file ${to} already. Name another.`);
  const part = `${to}.part`;
  rmSync(part, { force: true });
  try {
    const source = openForReading(path);
    try {
      makePrivate(part);
      await source.raw.backup(part, { progress: () => ALL_PAGES });
    } finally {
      await source.close();
    }
    const copy = new Database(part);
    copy.pragma('journal_mode = delete');
    copy.close();
    const ledger = openForReading(part);
    try {
      const verdict = await verifyLedger(ledger);
      renameSync(part, to);
      return verdict;
    } finally {
      await ledger.close();
    }
  } finally {
    rmSync(part, { force: true });
  }
}
