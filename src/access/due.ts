import { countsAsAcceptedAt } from './closeout.ts';
import type { TimerCommand } from './command.ts';
import { NOT_CLOSED_AFTER_MS, NOT_CLOSED_EVERY_MS, REMINDERS_MAX } from './limits.ts';
import type { Unclosed } from './product-access.ts';
import { opening, unclosed } from './product-access.ts';
import type { Access, Active, Ended, Pending, Review } from './state.ts';
import { CUSTOMER_SEAT, isStarted, reviewOf, seatsAsked } from './state.ts';

/** What time does to a request, read from its state alone: nothing of it is kept in memory, so nothing of it is lost. */

interface Due {
  readonly at: number;
  readonly command: TimerCommand;
}

const DAY_MS = 24 * 60 * 60_000;

/** When time next does something to this request (milliseconds since 1970), or `null` for never. */
export function dueAt(state: Access): number | null {
  return next(state)?.at ?? null;
}

/** What time must do now, or `null`. Half-open: at the instant itself it is due. What is over is not reminded of first. */
export function dueCommand(state: Access, now: number): TimerCommand | null {
  const over = overdueEnd(state, now);
  if (over !== null) return over;
  const due = next(state);
  return due !== null && due.at <= now ? due.command : null;
}

/** What must have happened before anything else may: at the deadline it is over, whether or not the timer came by. */
export function overdueEnd(state: Access, now: number): TimerCommand | null {
  const due = lifeEnd(state);
  return due !== null && due.at <= now ? due.command : null;
}

/** The earliest thing due; what ends a phase goes before a reminder of the same moment, or one already pointless. */
function next(state: Access): Due | null {
  const end = lifeEnd(state);
  const rest = [...reminders(state), ...review(state), ...products(state)].filter(
    (due) => end === null || due.at < end.at,
  );
  return rest.reduce<Due | null>((first, due) => (first === null || due.at < first.at ? due : first), end);
}

function lifeEnd(state: Access): Due | null {
  switch (state.phase) {
    case 'pending':
    case 'unclaimed':
      return { at: state.terms.lapseAt, command: { type: 'lapse' } };
    case 'unconfirmed':
      return { at: state.confirmBy, command: { type: 'lapse' } };
    case 'approved': {
      const { startBy } = state.grant;
      const openBy = opening(state)?.is.openBy ?? Infinity;
      if (openBy <= startBy) return { at: openBy, command: { type: 'call_off_opening' } };
      return { at: startBy, command: { type: 'lapse' } };
    }
    case 'active':
      return { at: state.session.expiresAt, command: { type: 'expire' } };
    case 'ended':
    case 'closed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return null;
  }
}

/** A session that is opened again has no grant to go back to; and what is not gone is told of, again and again. */
function products(state: Access): readonly Due[] {
  const again = state.phase === 'active' ? opening(state) : undefined;
  return [
    ...(again === undefined ? [] : [{ at: again.is.openBy, command: { type: 'call_off_opening' } } as const]),
    ...unclosed(state).map(({ is }): Due => ({ at: tellAt(is), command: { type: 'tell_not_closed' } })),
  ];
}

/** When it is told next that this is not gone. */
export function tellAt(is: Unclosed['is']): number {
  return is.kind === 'closing' ? is.since + NOT_CLOSED_AFTER_MS : is.toldAt + NOT_CLOSED_EVERY_MS;
}

function reminders(state: Access): readonly Due[] {
  switch (state.phase) {
    case 'pending':
      return approverReminder(state);
    case 'unclaimed':
      // Once, half-way to the lapse: there is still time to accept.
      return state.reminders === 0
        ? [
            {
              at: Math.floor((state.filedAt + state.terms.lapseAt) / 2),
              command: { type: 'remind_approver' },
            },
          ]
        : [];
    case 'approved': {
      const { notBefore } = state.grant.ask;
      return state.opened || notBefore === null ? [] : [{ at: notBefore, command: { type: 'open_start' } }];
    }
    case 'active':
      return [...warning(state), ...approverReminder(state)];
    case 'ended':
      return [closeoutReminder(state)];
    case 'closed': {
      const at = countsAsAcceptedAt(state);
      return at === null ? [] : [{ at, command: { type: 'accept_unanswered' } }];
    }
    case 'unconfirmed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return [];
  }
}

/** Whoever is silent: about the request, or, of our people, about more time. */
function approverReminder(state: Pending | Active): readonly Due[] {
  const open = seatsAsked(state).filter((seat) => seat.given === null);
  const waits = open
    .filter(({ holder }) => state.phase === 'pending' || holder !== CUSTOMER_SEAT)
    .map((seat) => seat.askedAt);
  if (waits.length === 0 || state.reminders >= REMINDERS_MAX) return [];
  const { reminderFirstMs, reminderEveryMs } = state.terms;
  const at =
    state.remindedAt === null ? Math.min(...waits) + reminderFirstMs : state.remindedAt + reminderEveryMs;
  return [{ at, command: { type: 'remind_approver' } }];
}

/** A session shorter than twice the warning time is warned half-way, so that no session ends unannounced. */
function warning(state: Active): readonly Due[] {
  const { startedAt, expiresAt } = state.session;
  if (state.warnedFor === expiresAt) return [];
  const before = Math.min(state.terms.warnBeforeMs, Math.floor((expiresAt - startedAt) / 2));
  return [{ at: expiresAt - before, command: { type: 'warn' } }];
}

function closeoutReminder(state: Ended): Due {
  const { closeoutReminderFirstMs, closeoutReminderEveryMs } = state.terms;
  const since = state.contested?.at ?? state.closeout?.at ?? state.ending.endedAt;
  // Who said until when they do what is next is reminded then, and not before.
  const first =
    state.contested === null && state.closeout !== null && state.closeout.next !== null
      ? state.closeout.next.until
      : since + closeoutReminderFirstMs;
  const at = state.remindedAt === null ? first : state.remindedAt + closeoutReminderEveryMs;
  return { at, command: { type: 'remind_closeout' } };
}

function review(state: Access): readonly Due[] {
  const owed = reviewOf(state);
  if (!isStarted(state) || owed === null || owed.verdict !== null) return [];
  return [{ at: reviewReminder(state.filedAt, owed), command: { type: 'remind_review' } }];
}

/** Half-way, when it is due, and daily from then on. */
function reviewReminder(filedAt: number, { dueAt: due, remindedAt }: Review): number {
  if (remindedAt === null) return Math.floor((filedAt + due) / 2);
  return remindedAt < due ? due : remindedAt + DAY_MS;
}
