import { people, tsa } from './words.ts';

/** Why an emergency needs a second person, as part of a sentence; `null` where the policy wants one for every emergency. */
export function unfinishedWords(unfinished: readonly number[], whose: string): string | null {
  if (unfinished.length === 0) return null;
  const names = unfinished.map(tsa);
  const last = names.pop() ?? '';
  const all = names.length === 0 ? last : `${names.join(', ')} and ${last}`;
  return `${all} of ${whose} ${unfinished.length === 1 ? 'is' : 'are'} not reviewed and closed out yet`;
}

/** Who judges it, where that is not (or not only) the reviewer who was named. */
export function inPlaceOf(reviewer: string, asked: readonly string[]): string {
  return asked.length === 0 || asked.includes(reviewer) ? '' : ` (${people(asked)} in their place)`;
}
