import type { Delivery } from '../../outbox/delivery.ts';
import type { Rendered } from './blocks.ts';
import type { Memory } from './memory.ts';
import type { Poster } from './post.ts';

/** A message that is about no one request: one for each key, kept current. */
export async function bringGlobal(
  { post, update }: Poster,
  delivery: Delivery,
  memory: Memory,
  key: string,
  rendered: Rendered,
): Promise<void> {
  const there = await memory.byKey(key);
  if (there !== null && (await update(there, rendered)) === 'done') return;
  const { channel, ts, found } = await post(delivery, rendered, null, key);
  if (found) await update({ channel, ts }, rendered);
  memory.rememberByKey(key, { channel, ts });
}
