import type { Kysely, Transaction } from 'kysely';
import { CompiledQuery } from 'kysely';
import { forgetEnd } from './append.ts';
import type { Tables } from './tables.ts';
import { letOthersRun } from './turns.ts';

/** The one way to write while the program runs: whatever arrives together shares one commit, and so one flush of the disk. */
export interface CommitQueue {
  /**
   * Runs that work in a transaction, in the order of the calls. It is committed when this resolves, and undone when it
   * rejects. `after` is called once for each commit, however many in it name it.
   */
  write<T>(work: (tx: Transaction<Tables>) => Promise<T>, after?: () => void): Promise<T>;
  /** Resolves when nothing waits to be written. */
  written(): Promise<void>;
}

/** Work that shares one commit, each in a savepoint of its own. */
const BATCH_MAX = 64;

const SAVEPOINT = CompiledQuery.raw('savepoint attempt');
const ROLLBACK = CompiledQuery.raw('rollback to attempt');
const RELEASE = CompiledQuery.raw('release attempt');

interface Waiting {
  /** Does the work; what it gives tells whoever waits for it. */
  readonly run: (tx: Transaction<Tables>) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
  readonly after: (() => void) | undefined;
}

/** Builds the queue. `committed` is called after every commit, before anybody is told. */
export function createCommitQueue(db: Kysely<Tables>, committed: () => void): CommitQueue {
  const waiting: Waiting[] = [];
  let draining: Promise<void> | null = null;

  async function drain(): Promise<void> {
    do {
      // Let everybody in who is arriving now: a flush takes as long as many of them, and they share it.
      for (let seen = 0; seen < waiting.length && waiting.length < BATCH_MAX;) {
        seen = waiting.length;
        await letOthersRun();
      }
      await commit(waiting.splice(0, BATCH_MAX));
    } while (waiting.length > 0);
    draining = null;
  }

  async function commit(batch: readonly Waiting[]): Promise<void> {
    const done: (() => void)[] = [];
    const alive = new Set(batch);
    try {
      await db.transaction().execute(async (tx) => {
        for (const item of batch) {
          await tx.executeQuery(SAVEPOINT);
          try {
            done.push(await item.run(tx));
          } catch (error) {
            forgetEnd(tx);
            // A full disk has ended the whole transaction: that is what is told, not that there is nothing to take back.
            await tx.executeQuery(ROLLBACK).catch(() => {
              throw error;
            });
            alive.delete(item);
            item.fail(error);
          }
          await tx.executeQuery(RELEASE);
        }
      });
    } catch (error) {
      for (const item of alive) item.fail(error);
      return;
    }
    committed();
    for (const tell of done) tell();
    for (const after of new Set([...alive].map((item) => item.after))) after?.();
  }

  return {
    write: (work, after) =>
      new Promise((resolve, reject) => {
        waiting.push({
          run: async (tx) => {
            const result = await work(tx);
            return () => {
              resolve(result);
            };
          },
          fail: reject,
          after,
        });
        draining ??= drain();
      }),
    async written() {
      await draining;
    },
  };
}
