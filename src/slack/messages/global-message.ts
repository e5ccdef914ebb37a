import type { Delivery } from '../../outbox/delivery.ts';
import type { Rendered } from './blocks.ts';
import type { Memory } from './memory.ts';
import type { Poster } from './post.ts';

/** What is about no one request: one message for each key, there and current. */
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
