import type { Transaction } from 'kysely';
import type { GlobalEventOf } from '../access/event.ts';
import type { Owed } from '../notifications/message.ts';
import { appendGlobal } from './append.ts';
import type { Owing, Telling } from './owing.ts';
import type { Tables } from './tables.ts';

/** For what messages are owed that no change tells of. */
export type Beside = GlobalEventOf<'messages.owed'>['why'];

/** Owes what is not on the list yet by an event of its own: nothing is told that the ledger knows nothing of. */
export async function oweBeside(
  tx: Transaction<Tables>,
  why: Beside,
  owed: readonly Owed[],
  at: number,
  telling: Telling,
): Promise<void> {
  if (owed.length === 0) return;
  await appendGlobal(tx, { actor: 'system:program', at, owed, telling }, { type: 'messages.owed', why });
}

/** That what was settled long ago is not kept any more is an event: what is missing without one was taken away. */
export async function clearAway(
  tx: Transaction<Tables>,
  at: number,
  owing: Pick<Owing, 'clear'>,
): Promise<void> {
  const until = await owing.clear(tx, at);
  if (until === null) return;
  await appendGlobal(tx, { actor: 'system:program', at }, { type: 'messages.cleared', until });
}
