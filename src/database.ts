import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { CommandHandler } from './ledger/command-handler.ts';
import { createCommandHandler } from './ledger/command-handler.ts';
import type { LedgerClock, OwnLedger } from './ledger/open.ts';
import { openLedger } from './ledger/open.ts';
import type { Restored } from './ledger/restore.ts';
import { restore } from './ledger/restore.ts';
import type { GoingOn } from './ledger/restored.ts';
import { createOwing } from './outbox/owing.ts';
import { doubtOwed, oweBeforeStart } from './outbox/restored.ts';
import { redrawCards, shownAt } from './slack/messages/memory.ts';

/** The one database with everybody who keeps tables in it: the ledger, the outbox, and Slack's messages. */

const goingOn: GoingOn = (raw, { seq, at, open }) => {
  doubtOwed(raw, at);
  oweBeforeStart(raw, redrawCards(raw, { seq, open }), at);
};

/** Opens it for the one process that owns it. @throws CannotOpen */
export function openDatabase(path: string, clock: LedgerClock = systemClock): OwnLedger {
  return openLedger(path, clock, goingOn);
}

/** Puts a backup in its place. @throws CannotOpen */
export function restoreDatabase(path: string, backup: string, clock: Clock): Promise<Restored> {
  return restore(path, backup, clock, goingOn);
}

/** The command handler to it. `mail`: customers are told and asked by e-mail too. */
export function createHandler(
  ledger: Pick<OwnLedger, 'write' | 'written'>,
  clock: Clock,
  options: { readonly mail: boolean } = { mail: false },
): CommandHandler {
  return createCommandHandler(ledger, clock, createOwing(shownAt), options);
}
