import type { ModalView } from '@slack/types';
import type { OpenPhase } from '../../access/state.ts';
import type { Numbered } from '../../ledger/history.ts';
import type { CommandCall, SlackContext, Say } from '../context.ts';
import { parseNo } from '../../wording/numbers.ts';
import { whichRequest } from './prompts.ts';

/** Which request a command means: the one that it names, the only one that it could be, or the one that is chosen in a modal. */
export async function pick(
  context: SlackContext,
  { caller, rest }: CommandCall,
  verb: string,
  mine: {
    readonly parts: readonly ('requester' | 'grantee' | 'owner')[];
    readonly phases: readonly OpenPhase[];
    readonly none: string;
  },
): Promise<{ readonly no: number } | { readonly say: Say } | { readonly view: ModalView }> {
  if (rest !== '') {
    const named = parseNo(rest);
    return named === null ? { say: { text: `Write it like \`/tsa ${verb} TSA-42\`.` } } : { no: named };
  }
  const found = new Map<number, Numbered>();
  for (const part of mine.parts)
    for (const one of await context.views.byPerson(part, caller.userId, mine.phases)) found.set(one.no, one);
  const [only] = found.values();
  if (only === undefined) return { say: { text: mine.none } };
  if (found.size === 1) return { no: only.no };
  return {
    view: whichRequest(
      verb,
      [...found.values()].sort((a, b) => b.no - a.no),
    ),
  };
}
