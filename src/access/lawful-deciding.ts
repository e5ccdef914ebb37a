import { currentAsk } from './approving.ts';
import { dueCommand } from './due.ts';
import type { AccessEvent, EventOf } from './event.ts';
import type { TimerCommand } from './command.ts';
import type { Access, Pending } from './state.ts';
import { CUSTOMER_SEAT } from './state.ts';

/** Could the rules have decided so, and given that? */

/** Nobody says yes in a seat that is not there, or twice; and whoever gives less gives less. */
export function yesWrong(state: Access, event: EventOf<'approval.given'>): string | null {
  if (state.phase !== 'pending') return null;
  const seat = state.seats.find(({ holder }) => holder === event.seat);
  if (seat === undefined) return 'somebody said yes who was not asked';
  if (seat.given !== null) return 'somebody said yes where that was said already';
  const { narrowed } = event;
  if (narrowed === null) return null;
  const ask = currentAsk(state);
  const less =
    event.seat !== CUSTOMER_SEAT &&
    narrowed.durationMs <= ask.durationMs &&
    narrowed.allowedActions.every((line) => ask.allowedActions.includes(line)) &&
    ask.offLimits.every((line) => narrowed.offLimits.includes(line));
  return less ? null : 'what was approved as less is more than was asked for';
}

/** What is granted is what all said yes to, and ends no later than was shown. */
export function grantWrong(state: Access, event: EventOf<'grant.issued'>): string | null {
  if (state.phase !== 'pending') return null;
  if (state.seats.some(({ given }) => given === null)) return 'it was granted before all had said yes';
  if (!same(event.ask, currentAsk(state))) return 'something else was granted than all said yes to';
  const { startBy, latestEndAt, ask } = event;
  const fits = latestEndAt === startBy + ask.durationMs && latestEndAt <= state.terms.latestEndAt;
  return fits ? null : 'a grant goes on for longer than was shown';
}

/** More time is asked of as many people as the request was, for no longer and no more often than its terms say. */
export function moreTimeWrong(state: Access, event: EventOf<'extension.asked'>): string | null {
  if (state.phase !== 'active') return null;
  const { session, grant, terms } = state;
  if (event.by !== grant.ask.grantee) return 'somebody asked for more time in a session that is not theirs';
  const own = [state.requester, state.owner, grant.ask.grantee];
  if (event.approvers.some((user) => own.includes(user)))
    return 'somebody is to decide about what they asked for, will hold, or own';
  const people = grant.seats.filter(({ holder }) => holder !== CUSTOMER_SEAT).length;
  const asksEnough =
    state.origin.kind === 'customer'
      ? event.consent
      : event.approvers.length >= people && (event.consent || people === grant.seats.length);
  if (!asksEnough) return 'more time was asked of fewer people than the request was';
  if (event.newExpiresAt !== session.expiresAt + event.durationMs || event.durationMs > terms.extensionMs)
    return 'more time was asked for than its terms let be asked for';
  return session.extensions.length < terms.extensions ? null : 'more time was asked for once too often';
}

/** Nobody says yes to more time in a seat that is not there, or twice. */
export function moreYesWrong(state: Access, event: EventOf<'extension.agreed'>): string | null {
  if (state.phase !== 'active' || state.extension === null) return null;
  const seat = state.extension.seats.find(({ holder }) => holder === event.seat);
  if (seat === undefined) return 'somebody said yes to more time who was not asked';
  return seat.given === null ? null : 'somebody said yes to more time where that was said already';
}

const DUE: Partial<Record<AccessEvent['type'], TimerCommand['type']>> = {
  'approver.reminded': 'remind_approver',
  'start.opened': 'open_start',
  'session.warned': 'warn',
  'closeout.reminded': 'remind_closeout',
  'review.reminded': 'remind_review',
};

/** What time does is done when it is due, and not before; nor more often. */
export function timeWrong(state: Access, event: AccessEvent, at: number): string | null {
  const expected = DUE[event.type];
  if (expected !== undefined)
    return dueCommand(state, at)?.type === expected ? null : 'somebody was reminded of what was not due';
  if (event.type === 'request.lapsed' && event.why !== 'restored')
    return dueCommand(state, at)?.type === 'lapse' ? null : 'a request lapsed before its time';
  return null;
}

function same(one: Pending['ask'], other: Pending['ask']): boolean {
  // Mostly they are in the same order, too.
  return JSON.stringify(one) === JSON.stringify(other) || written(one) === written(other);
}

function written(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
