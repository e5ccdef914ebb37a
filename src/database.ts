import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { backUp } from './ledger/backup.ts';
import type { CommandHandler } from './ledger/command-handler.ts';
import { createCommandHandler } from './ledger/command-handler.ts';
import type { Ledger, LedgerClock, OwnLedger } from './ledger/open.ts';
import { openLedger } from './ledger/open.ts';
import type { Restored } from './ledger/restore.ts';
import { restore } from './ledger/restore.ts';
import type { GoingOn } from './ledger/restored.ts';
import type { Head, Verdict } from './ledger/verify.ts';
import { verifyLedger } from './ledger/verify.ts';
import type { Beside } from './ledger/verify-beside.ts';
import { createOwedRows } from './outbox/owed-rows.ts';
import { createOwing } from './outbox/owing.ts';
import { doubtOwed, oweBeforeStart } from './outbox/restored.ts';
import { readShown, redrawCards, shownAt } from './slack/messages/memory.ts';

/** The one database with everybody who keeps tables in it: the ledger, the outbox, and Slack's messages. */

const goingOn: GoingOn = (raw, { seq, at, open }) => {
  doubtOwed(raw, at);
  return oweBeforeStart(raw, seq, redrawCards(raw, { seq, open }), at);
};

const beside: Beside = (db) => createOwedRows(db, readShown);

/** Walks the whole ledger, and compares with it all that is kept beside it. */
export function verifyDatabase(ledger: Pick<Ledger, 'db'>, against: Head | null = null): Promise<Verdict> {
  return verifyLedger(ledger, against, beside);
}

/** Copies it, and looks whether the copy is whole. @throws CannotOpen */
export function backUpDatabase(path: string, to: string, now: number): Promise<Verdict> {
  return backUp(path, to, now, beside);
}

/** Opens it for the one process that owns it. @throws CannotOpen */
export function openDatabase(path: string, clock: LedgerClock = systemClock): OwnLedger {
  return openLedger(path, clock, goingOn);
}

/** Puts a backup in its place. @throws CannotOpen */
export function restoreDatabase(path: string, backup: string, clock: Clock): Promise<Restored> {
  return restore(path, backup, clock, { goingOn, beside });
}

/** The command handler to it. `mail`: customers are told and asked by e-mail too. */
export function createHandler(
  ledger: Pick<OwnLedger, 'write' | 'written'>,
  clock: Clock,
  options: { readonly mail: boolean } = { mail: false },
): CommandHandler {
  return createCommandHandler(ledger, clock, createOwing(shownAt), options);
}
