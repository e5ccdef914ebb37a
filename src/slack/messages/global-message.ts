import type { Kysely } from 'kysely';
import type { Tables } from '../../ledger/tables.ts';
import type { Delivery } from '../../outbox/dispatcher.ts';
import type { Rendered } from './blocks.ts';
import type { Poster } from './post.ts';

/** What is about no one request: one message for each key, there and current. */
export async function bringHouse(
  db: Kysely<Tables>,
  { post, update }: Poster,
  delivery: Delivery,
  key: string,
  rendered: Rendered,
): Promise<void> {
  const there = await db.selectFrom('house_message').selectAll().where('key', '=', key).executeTakeFirst();
  if (there !== undefined && (await update(there, rendered)) === 'done') return;
  const { channel, ts, found } = await post(delivery, rendered, null, key);
  if (found) await update({ channel, ts }, rendered);
  await db
    .insertInto('house_message')
    .values({ key, channel, ts })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ channel, ts }))
    .execute();
}
