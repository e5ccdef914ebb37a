import type { AccessEvent, EventOf } from './event.ts';
import type { Access } from './state.ts';
import { CUSTOMER_REQUEST_MAX_MS } from './limits.ts';

/** Could the rules have filed that? Who decides is nobody of those whose request it is, and the terms follow from the ask. */

const OWN = 'somebody is to decide about what they asked for, will hold, or own';
const TERMS = 'its terms do not follow from what was asked for';

/** What speaks against it in the filing itself, as far as it needs no policy; `null`: nothing. */
export function filedWrong(event: AccessEvent, at: number): string | null {
  if (event.type === 'request.filed') return supportFiledWrong(event, at);
  if (event.type === 'customer_request.filed') return customerFiledWrong(event, at);
  if (event.type === 'emergency.declared') return declaredWrong(event, at);
  return 'a request begins with something else than being filed';
}

function customerFiledWrong({ terms }: EventOf<'customer_request.filed'>, at: number): string | null {
  const { lapseAt, latestEndAt, startWindowMs } = terms;
  const fits = lapseAt > at && lapseAt <= at + CUSTOMER_REQUEST_MAX_MS && startWindowMs === 0;
  return fits && latestEndAt === lapseAt ? null : TERMS;
}

function declaredWrong(event: EventOf<'emergency.declared'>, at: number): string | null {
  const { ask, terms, confirmBy, reviewDueAt } = event;
  if ([event.requester, event.owner].includes(event.reviewer)) return OWN;
  if (ask.grantee !== event.requester) return 'somebody declared an emergency for somebody else';
  const startAt = confirmBy ?? at;
  const fits = startAt >= at && terms.lapseAt === startAt && terms.extensions === 0;
  return fits && terms.latestEndAt === startAt + ask.durationMs && reviewDueAt > at ? null : TERMS;
}

function supportFiledWrong(event: EventOf<'request.filed'>, at: number): string | null {
  const { ask, terms, approvers } = event;
  if ([event.requester, event.owner, ask.grantee].some((user) => approvers.includes(user))) return OWN;
  if (new Set(approvers).size < approvers.length) return 'somebody is to say yes twice';
  const { lapseAt, startWindowMs, latestEndAt } = terms;
  const latest = Math.max(lapseAt, ask.notBefore ?? 0) + startWindowMs + ask.durationMs;
  return lapseAt > at && latestEndAt === latest && (ask.notBefore ?? at) >= at ? null : TERMS;
}

/** Only who asked changes what they ask for; who holds it stays, and so does when it lapses. */
export function editedWrong(state: Access, event: EventOf<'request.edited'>): string | null {
  if (state.phase !== 'pending') return null;
  if (event.by !== state.requester) return 'somebody changed a request that is not theirs';
  const { was, ask, latestEndAt } = event;
  const stood = { ask: state.ask, reason: state.reason, caseRef: state.caseRef };
  if (JSON.stringify(was) !== JSON.stringify(stood)) return 'what was changed is not what was asked for';
  const { lapseAt, startWindowMs } = state.terms;
  const latest = Math.max(lapseAt, ask.notBefore ?? 0) + startWindowMs + ask.durationMs;
  return latestEndAt === latest && ask.grantee === state.ask.grantee ? null : TERMS;
}
