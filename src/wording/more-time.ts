import type { Extension } from '../access/state.ts';
import { CUSTOMER_SEAT } from '../access/state.ts';
import type { Speaker } from './speaker.ts';
import { people } from './speaker.ts';

/** Who has a say in more time. */

/** Who said yes to it. */
export function givenBy({ seats }: Pick<Extension, 'seats'>, { who }: Pick<Speaker, 'who'>): string {
  return people(
    seats.flatMap(({ given }) => (given === null ? [] : [given.by])),
    who,
  );
}

/** Whose yes it still waits for. */
export function waitsFor({ seats }: Pick<Extension, 'seats'>, { who }: Pick<Speaker, 'who'>): string {
  return people(
    seats.flatMap(({ given, holder }) => (given === null ? [holder] : [])),
    who,
  );
}

/** For whom somebody said yes, where it was not for themselves. */
export function forWhom(seat: string, by: string, { who }: Pick<Speaker, 'who'>): string {
  if (seat === by) return '';
  return seat === CUSTOMER_SEAT ? ' for the customer' : ` for ${who(seat)}`;
}
