import { tsa } from './numbers.ts';
import { listed } from './speaker.ts';

/** Why an emergency needs a second person, as part of a sentence; `null` where the policy wants one for every emergency. */
export function unfinishedWords(unfinished: readonly number[], whose: string): string | null {
  if (unfinished.length === 0) return null;
  return `${listed(unfinished.map(tsa))} of ${whose} ${unfinished.length === 1 ? 'is' : 'are'} not reviewed and closed out yet`;
}
