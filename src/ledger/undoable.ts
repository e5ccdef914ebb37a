import type { Transaction } from 'kysely';
import type { CommitQueue } from './commit-queue.ts';
import type { Tables } from './tables.ts';

/** Something to write. `undoing`: what is to be done where nothing of it is written. */
export type Work<T> = (tx: Transaction<Tables>, undoing: (undo: () => void) => void) => Promise<T>;

/** Writes that, and takes back what is kept in memory of it where it fails, or the commit that it shared does. */
export async function writeUndoable<T>(
  { write }: Pick<CommitQueue, 'write'>,
  work: Work<T>,
  always: () => void,
  after: () => void,
): Promise<T> {
  const undos: (() => void)[] = [always];
  const undoAll = (): void => {
    for (const undo of undos.splice(0).reverse()) undo();
  };
  const guarded = async (tx: Transaction<Tables>): Promise<T> => {
    try {
      return await work(tx, (undo) => undos.push(undo));
    } catch (error) {
      undoAll();
      throw error;
    }
  };
  return write(guarded, after).catch((error: unknown) => {
    undoAll();
    throw error;
  });
}
