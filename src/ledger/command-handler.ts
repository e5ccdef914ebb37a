import type { Transaction } from 'kysely';
import type { PolicyChanged, ProgramEvent } from '../access/event.ts';
import type { Policy } from '../access/policy.ts';
import type { Refusal } from '../access/refusal.ts';
import type { Clock } from '../clock.ts';
import { oweActions } from '../notifications/owe-actions.ts';
import { oweProgram } from '../notifications/owe-program.ts';
import type { Owed } from '../notifications/message.ts';
import type { Batch, Stored } from './actions.ts';
import { storeActions } from './actions.ts';
import { appendEvents, appendGlobal } from './append.ts';
import type { Attempt, GlobalAttempt, Outcome } from './attempt.ts';
import { attempted, attemptedGlobal, refusedFact } from './attempt.ts';
import { createDeliveries } from './deliveries.ts';
import { startUnder } from './kept-policy.ts';
import type { OwnLedger } from './open.ts';
import type { Beside } from './owed-beside.ts';
import { oweBeside } from './owed-beside.ts';
import type { Owing, Telling } from './owing.ts';
import { createPresses } from './presses.ts';
import { createRestorations } from './restorations.ts';
import type { Tables } from './tables.ts';
import type { Work } from './undoable.ts';
import { writeUndoable } from './undoable.ts';

/** The one command handler for every change. */
export interface CommandHandler {
  handle(attempt: Attempt): Promise<Outcome>;
  /** `owed`: what is to be told if it happens. */
  handleGlobal(attempt: GlobalAttempt, owed?: readonly Owed[]): Promise<Refusal | null>;
  /** Records that a week's digest is owed, with its message. False when it was already. */
  recordDigest(week: { week: string; from: number; until: number }, owed: Owed): Promise<boolean>;
  /** Records what the program itself has to say, and owes it to whom it concerns. */
  record(event: ProgramEvent, policy: Policy): Promise<void>;
  /** Records under which policy everything stands from now on, and gives what changed since the last start. */
  startUnder(policy: Policy, tenantsSha256: string): Promise<PolicyChanged | null>;
  /** Keeps what a product says was done in a session, and owes the alarm where that was after its end. `null`: it is not theirs to tell of. */
  recordActions(batch: Batch, policy: Pick<Policy, 'channels'>): Promise<Stored | null>;
  /** Owes messages of which no change tells, such as a greeting; the same key once. */
  owe(why: Beside, owed: readonly Owed[]): Promise<void>;
  /** What time did after the backup was made good: from now on what is owed is new. */
  caughtUp(restored: number): Promise<void>;
  /** Writes how often what was refused was tried again, of minutes that are over. */
  settleRefused(): Promise<void>;
  /** Calls back after every commit that changed something or owes something. */
  onCommitted(listener: () => void): void;
  /** Waits for what is under way; from then on every attempt is refused with an error. */
  close(): Promise<void>;
}

/** Builds the command handler to this ledger. `mail`: customers are told and asked by e-mail too. */
export function createCommandHandler(
  ledger: Pick<OwnLedger, 'write' | 'written'>,
  clock: Clock,
  owing: Owing,
  { mail }: { readonly mail: boolean },
): CommandHandler {
  const restorations = createRestorations();
  const deliveries = createDeliveries();
  const presses = createPresses();
  const deps = { clock, restorations, deliveries, presses, owing, mail };
  const listeners: (() => void)[] = [];
  let closed = false;

  async function enter<T>(work: Work<T>): Promise<T> {
    if (closed) throw new Error('the handler is closed: the program is stopping');
    return write(work);
  }

  function write<T>(work: Work<T>): Promise<T> {
    return writeUndoable(
      ledger,
      work,
      () => {
        restorations.forget();
      },
      tellListeners,
    );
  }

  /** Writes what was counted of refused attempts, of minutes that are over by then. */
  async function settleRefused(by: number): Promise<void> {
    if (!presses.isDue(by)) return;
    await write(async (tx, undoing) => {
      const counted = presses.counted(by);
      undoing(counted.undo);
      await appendEvents(tx, counted.write.map(refusedFact(clock.now())));
    });
  }

  async function telling(tx: Transaction<Tables>): Promise<Telling> {
    return { owe: owing.owe, restored: await restorations.last(tx) };
  }

  function tellListeners(): void {
    for (const listener of listeners) listener();
  }

  return {
    handle: (attempt) => enter((tx, undoing) => attempted(tx, attempt, deps, undoing)),
    handleGlobal: (attempt, owed = []) =>
      enter((tx, undoing) => attemptedGlobal(tx, attempt, owed, deps, undoing)),
    recordDigest: (week, owed) =>
      enter(async (tx) => {
        const posted = await tx
          .selectFrom('digest_week')
          .select('week')
          .where('week', '=', week.week)
          .executeTakeFirst();
        if (posted !== undefined) return false;
        const now = clock.now();
        const by = { actor: 'system:timer', at: now, owed: [owed], telling: await telling(tx) };
        await appendGlobal(tx, by, { type: 'digest.posted', ...week });
        return true;
      }),
    record: (event, policy) =>
      enter(async (tx) => {
        const at = clock.now();
        const owed = (seq: number): readonly Owed[] => oweProgram({ seq, at, event }, policy);
        await appendGlobal(tx, { actor: 'system:program', at, owed, telling: await telling(tx) }, event);
      }),
    recordActions: (batch, policy) =>
      enter(async (tx) => {
        const at = clock.now();
        const owed = (told: NonNullable<Stored['told']>) => oweActions({ ...told, at }, policy);
        return storeActions(tx, batch, at, owed, await telling(tx));
      }),
    owe: (why, owed) =>
      enter(async (tx) => {
        const now = clock.now();
        const how = await telling(tx);
        await oweBeside(tx, why, await owing.notYet(tx, owed, now, how.restored), now, how);
      }),
    caughtUp: (restored) =>
      enter(async (tx) => {
        await tx.updateTable('restoration').set({ settled: 1 }).where('seq', '=', restored).execute();
        restorations.forget();
      }),
    startUnder: (policy, tenants) => enter((tx) => startUnder(tx, clock.now(), policy, tenants)),
    settleRefused: () => settleRefused(clock.now()),
    onCommitted(listener) {
      listeners.push(listener);
    },
    async close() {
      closed = true;
      await ledger.written();
      await settleRefused(Infinity);
    },
  };
}
