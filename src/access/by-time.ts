import { offerReplacement, remindApprover } from './approving.ts';
import { CorruptHistory } from './base.ts';
import type { TimerCommand } from './command.ts';
import type { Context, Decision } from './decision.ts';
import { accept, refuse } from './decision.ts';
import { dueCommand, overdueEnd, tellAt } from './due.ts';
import { whoReviews } from './emergency.ts';
import type { AccessEvent } from './event.ts';
import { evolve } from './evolve.ts';
import { callOff } from './leaving.ts';
import { callOffOpening } from './opening.ts';
import { actorName } from './people.ts';
import { unclosed } from './product-access.ts';
import { endInDoubt } from './session.ts';
import type { Access } from './state.ts';

/** What time itself does. */

/** What is past its end already, one end after the other: an opening that failed leaves a grant that may have lapsed. */
export function whatIsOver(
  state: Access,
  context: Context,
): { readonly events: readonly AccessEvent[]; readonly after: Access; readonly done: ReadonlySet<string> } {
  const events: AccessEvent[] = [];
  const done = new Set<string>();
  let after = state;
  for (;;) {
    const over = overdueEnd(after, context.now);
    if (over === null) return { events, after, done };
    const happened = happen(over, after, context).events;
    events.push(...happened);
    done.add(over.type);
    after = happened.reduce((s: Access, event) => evolve(s, event, context.now), after);
  }
}

/** What time does, if it is due. */
export function byTime(command: TimerCommand, state: Access, context: Context): Decision {
  if (context.actor.kind !== 'timer') return refuse({ reason: 'not_allowed', needs: 'timer' });
  // What has become of people is not for the clock to say.
  const ofPeople = command.type === 'offer_replacement' || command.type === 'call_off';
  const due = ofPeople ? command : dueCommand(state, context.now);
  if (due?.type !== command.type) return refuse({ reason: 'nothing_due' });
  return happen(command, state, context);
}

function happen(command: TimerCommand, state: Access, context: Context): Decision {
  const { now } = context;
  switch (command.type) {
    case 'lapse':
      return accept({ type: 'request.lapsed', why: lapseReason(state) });
    case 'expire': {
      if (state.phase !== 'active') return refuse({ reason: 'nothing_due' });
      const ended = { how: 'expired', by: actorName({ kind: 'timer' }), reason: '' } as const;
      return accept({ type: 'session.ended', ...ended, endedAt: state.session.expiresAt });
    }
    case 'remind_approver':
      if (state.phase === 'pending' || state.phase === 'active') return remindApprover(state, context);
      return accept({ type: 'approver.reminded', approvers: [], at: now });
    case 'offer_replacement':
      if (state.phase !== 'pending' && state.phase !== 'active') return refuse({ reason: 'nothing_due' });
      return offerReplacement(state, command.approver, context);
    case 'call_off':
      return callOff(state, command.person, context);
    case 'call_off_opening':
      return callOffOpening(state);
    case 'tell_not_closed':
      return accept(...lateClosings(state, now));
    case 'open_start':
      return accept({ type: 'start.opened', at: now });
    case 'warn':
      if (state.phase !== 'active') return refuse({ reason: 'nothing_due' });
      return accept({ type: 'session.warned', expiresAt: state.session.expiresAt });
    case 'remind_closeout':
      return accept({ type: 'closeout.reminded', at: now });
    case 'accept_unanswered':
      return accept({ type: 'closeout.accepted', by: actorName({ kind: 'timer' }) });
    case 'remind_review':
      return accept({
        type: 'review.reminded',
        reviewers: [...whoReviews(state, context.world, now)],
        at: now,
      });
    case 'end_in_doubt':
      return endInDoubt(state, context);
  }
}

function lapseReason(state: Access): Extract<AccessEvent, { type: 'request.lapsed' }>['why'] {
  switch (state.phase) {
    case 'approved':
      return 'not_started';
    case 'unconfirmed':
      return 'unconfirmed';
    case 'unclaimed':
      return 'unclaimed';
    case 'pending':
      return 'undecided';
    case 'active':
    case 'ended':
    case 'closed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      // No deadline of theirs is a lapse.
      throw new CorruptHistory(state.phase, 'request.lapsed');
  }
}

/** All that is late by now, each told once. */
function lateClosings(state: Access, now: number): readonly AccessEvent[] {
  return unclosed(state)
    .filter(({ is }) => tellAt(is) <= now)
    .map(({ id, is, words }) => ({ type: 'access.not_closed', access: id, since: is.since, words }) as const);
}
