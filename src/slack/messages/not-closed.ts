import type { World } from '../../access/people.ts';
import type { FullRecord } from '../../ledger/history.ts';
import { headline } from './card.ts';
import { factsAt } from './facts.ts';
import { inChannel } from '../../access/ids.ts';

/** So many of them stand first in a list; each is in the alert channel, too. */
const SHOWN = 5;

/** The loudest thing that there is to say: a line for each request whose product has not confirmed that access is gone. */
export function notClosedLines(late: readonly FullRecord[], world: World, now: number): readonly string[] {
  const alert = inChannel(world.policy.channels.alert);
  return late.slice(0, SHOWN).map((one) => headline(factsAt(one, alert, world, now)));
}
