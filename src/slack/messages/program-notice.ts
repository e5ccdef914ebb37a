import type { Kysely } from 'kysely';
import { readGlobal } from '../../ledger/history.ts';
import type { Tables } from '../../ledger/tables.ts';
import type { Views } from '../../ledger/views.ts';
import type { Message } from '../../notifications/message.ts';
import type { Rendered } from './blocks.ts';
import { section } from './blocks.ts';
import { strip } from './card.ts';
import { clockNotice } from './clock-notice.ts';
import { orphanNotice } from './orphan-notice.ts';
import { afterEndWords } from './support-actions.ts';

/** What the program has to say of an event that belongs to no one request's history; `null`: nothing. */
export async function programNotice(
  db: Kysely<Tables>,
  views: Pick<Views, 'record'>,
  { seq }: Extract<Message, { kind: 'clock' | 'after_end' | 'orphan' }>,
): Promise<Rendered | null> {
  const found = await readGlobal(db, seq);
  if (found === null) return null;
  const { event: fact, at } = found;
  if (fact.type === 'clock.jumped' || fact.type === 'clock.behind') return clockNotice(fact, at);
  if (fact.type === 'access.orphan_found' || fact.type === 'access.orphan_removed') return orphanNotice(fact);
  const record = fact.type === 'actions.reported' ? await views.record(fact.about) : null;
  if (fact.type !== 'actions.reported' || record === null) return null;
  const words = afterEndWords(record.no, record.state, fact);
  return { text: strip(words), blocks: [section(words)] };
}
