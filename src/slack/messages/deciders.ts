import { candidatesFor, stillApproves } from '../../access/seats.ts';
import type { World } from '../../access/people.ts';
import type { Access, Pending, Seat } from '../../access/state.ts';
import { CUSTOMER_SEAT, seatsAsked } from '../../access/state.ts';

/** Who is waited for, as far as is known without asking Slack: for showing, never for deciding. */

/** Is it this reader's answer that the request, or more time in its session, waits for, and may they still give it? */
export function decidesNow(state: Access, reader: string, world: World, now: number): boolean {
  return seatsAsked(state).some((seat) => {
    if (seat.given !== null) return false;
    if (seat.holder !== CUSTOMER_SEAT)
      return (
        candidatesFor(state, seat, { world, now }).includes(reader) && !isOut(state, seat, world, now, reader)
      );
    const contacts = world.policy.tenants.get(state.tenant.id)?.contacts ?? [];
    return contacts.some((contact) => contact.slack === reader);
  });
}

/** Silent for the time that the policy gives, or not able to decide any more. */
export function replaceable(state: Pending, seat: Seat, world: World, now: number): boolean {
  if (seat.given !== null || seat.holder === CUSTOMER_SEAT) return false;
  return now >= seat.askedAt + state.terms.reminderFirstMs || isOut(state, seat, world, now);
}

function isOut(state: Access, seat: Seat, world: World, now: number, by?: string): boolean {
  return stillApproves(state, seat, { world, now }, by)?.reason === 'no_longer_approver';
}
