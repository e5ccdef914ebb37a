import type { Audience } from '../../access/reading.ts';
import type { Closeout } from '../../access/state.ts';
import { oneLine, when, who } from './words.ts';

/** What happens about a problem that is not fixed: for the card, the notices and the form. */

/** Who does what until when, as one sentence without its stop; `null` where nothing is left to fix. */
export function nextWords(
  closeout: Pick<Closeout, 'fixed' | 'next'> | null,
  audience: Audience,
): string | null {
  if (closeout?.next === undefined || closeout.next === null) return null;
  const { what, by, until } = closeout.next;
  const stands = closeout.fixed === 'no' ? 'Not fixed' : 'Not fixed yet';
  const step = audience === 'customer' ? 'sees to it' : `does what is next: ${oneLine(what, 600)}`;
  return `*${stands}*: ${who(by)} ${step}, until ${when(until)}`;
}
