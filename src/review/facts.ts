import { readGaps } from '../ledger/gap.ts';
import { readPolicyChanges } from '../ledger/kept-policy.ts';
import type { KeptFigures } from '../ledger/kept-figures.ts';
import type { Ledger } from '../ledger/open.ts';
import { readRepeats } from '../ledger/repeats.ts';
import { readUnfinished } from '../ledger/unfinished.ts';
import type { Views } from '../ledger/views.ts';
import type { Facts } from './digest.ts';

/** Reads what a digest of that span of time is made of. */
export async function readFacts(
  { figures, views, reader }: { figures: KeptFigures; views: Pick<Views, 'head'> } & Pick<Ledger, 'reader'>,
  from: number,
  until: number,
): Promise<Facts> {
  const counted = await figures.of(from, until);
  return {
    figures: counted,
    repeats: await readRepeats(reader, counted.alike),
    unfinished: await readUnfinished(reader),
    restored: await readGaps(reader, from, until),
    policy: await readPolicyChanges(reader, from, until),
    head: await views.head(),
  };
}
