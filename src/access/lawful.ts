import type { AccessEvent } from './event.ts';
import { grantWrong, moreTimeWrong, moreYesWrong, timeWrong, yesWrong } from './lawful-deciding.ts';
import { editedWrong, filedWrong } from './lawful-filing.ts';
import { opening } from './product-access.ts';
import type { Access } from './state.ts';
import { askOf } from './state.ts';

/**
 * Could the rules have written that event there? Told in words of their own from what the ledger itself shows, so that
 * an event is found that was put there past the rules, though every hash fits. Who was allowed by the policy of that day
 * is not in the ledger. `null`: nothing speaks against it.
 */
export function unlawful(before: Access | null, event: AccessEvent, at: number): string | null {
  if (before === null) return filedWrong(event, at);
  const { type } = event;
  if (type === 'approval.given') return own(before, event.by) ?? yesWrong(before, event);
  if (type === 'request.edited') return editedWrong(before, event);
  if (type === 'grant.issued') return grantWrong(before, event);
  if (type === 'request.denied' || type === 'emergency.reviewed') return own(before, event.by);
  if (type === 'extension.asked') return moreTimeWrong(before, event);
  if (type === 'extension.agreed' || type === 'extension.denied') {
    // What a customer asked for is theirs to allow more of.
    const theirs = before.origin.kind === 'customer' && event.by === before.requester;
    const wrong = theirs ? null : own(before, event.by);
    return wrong ?? (type === 'extension.agreed' ? moreYesWrong(before, event) : null);
  }
  if (type === 'extension.approved') return givenWrong(before, event);
  if (type === 'emergency.confirmed')
    return event.by === before.requester ? 'somebody confirmed their own emergency' : null;
  if (type === 'session.started') return startedWrong(before, event, at);
  if (type !== 'session.ended' || before.phase !== 'active') return timeWrong(before, event, at);
  if (event.endedAt < before.session.startedAt) return 'a session ended before it began';
  return event.endedAt > before.session.expiresAt ? 'a session went on past its end' : null;
}

function own(state: Access, by: string): string | null {
  const theirs = [state.requester, state.owner, askOf(state)?.grantee].includes(by);
  return theirs ? 'somebody decided about what they asked for, will hold, or own' : null;
}

function givenWrong(
  state: Access,
  { newExpiresAt }: Extract<AccessEvent, { type: 'extension.approved' }>,
): string | null {
  if (state.phase !== 'active' || state.extension === null) return null;
  const { seats, newExpiresAt: asked } = state.extension;
  if (seats.some(({ given }) => given === null)) return 'more time was given before all had said yes';
  return newExpiresAt === asked ? null : 'more time was given than was asked for';
}

function startedWrong(
  state: Access,
  { by, startedAt, expiresAt }: Extract<AccessEvent, { type: 'session.started' }>,
  at: number,
): string | null {
  if (state.phase !== 'approved') return null;
  const { ask, seats } = state.grant;
  if (by !== ask.grantee) return 'somebody started a session that is not theirs';
  if (seats.some(({ given }) => given === null)) return 'a session started before all had said yes';
  if (opening(state) !== undefined) return 'a session started before the product had let anybody in';
  if (startedAt !== at || expiresAt <= startedAt) return 'a session started at another time than it says';
  return expiresAt > startedAt + ask.durationMs ? 'a session lasts longer than was granted' : null;
}
