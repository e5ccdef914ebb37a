import type { z } from 'zod';
import { callerOf, interaction } from '../api/payload.ts';
import { oddPlaces, UNREADABLE } from '../api/unreadable.ts';
import type { Listening } from './listening.ts';
import { write } from './telling.ts';

/** A press or a shortcut that cannot be read: logged by its place, and told to the person who did it, if that at least can be read. */
export function sayUnreadable(
  { client, ours, followUps, log }: Listening,
  body: unknown,
  error: z.ZodError,
): void {
  log.error({ odd: oddPlaces(error) }, 'an interaction could not be read');
  const acted = interaction.safeParse(body);
  if (!acted.success) return;
  const { userId } = callerOf(ours, acted.data);
  followUps.run(() => write(client, userId, { text: UNREADABLE }));
}
