import type { Access, Active } from '../../access/state.ts';
import { asksCustomer } from '../../access/state.ts';
import { lasting } from '../../wording/durations.ts';
import { givenBy } from '../../wording/more-time.ts';
import { IN_SLACK, quote, when, who } from './words.ts';

/** How more time is spoken of: while it is asked for, and once it was given. */

/** The first line of a card for whoever is asked: what they are to say yes or no to. `null` where nothing is asked. */
export function moreTimeHeadline(
  it: string,
  place: string,
  state: Access,
  asks: { readonly customer: boolean; readonly reader: boolean },
): string | null {
  if (state.phase !== 'active' || state.extension === null) return null;
  const { by, durationMs, newExpiresAt } = state.extension;
  const what = `${lasting(durationMs)} more in ${place}, until ${when(newExpiresAt)}`;
  if (asks.customer && asksCustomer(state))
    return `:raised_hand: ${it} · ${who(by)} asks for your consent, as the customer: ${what}`;
  return asks.reader ? `:raised_hand: ${it} · ${who(by)} asks for your approval: ${what}` : null;
}

/** What is asked for, and what was given before. */
export function moreTimeLines({ session, extension }: Active, max: number): readonly string[] {
  const given = session.extensions.map(
    (one) => `*More time* ${lasting(one.durationMs)}, approved by ${givenBy(one, IN_SLACK)}`,
  );
  if (extension === null) return given;
  const { by, at, durationMs, newExpiresAt, reason, highRisk } = extension;
  const risk = highRisk ? ' :warning: high risk' : '';
  return [
    ...given,
    `*More time* ${who(by)} asked for ${lasting(durationMs)} more ${when(at)}, until ${when(newExpiresAt)}${risk}\n${quote(reason, max)}`,
  ];
}
