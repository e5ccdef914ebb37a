import type { EventOf } from '../access/event.ts';
import type { Access } from '../access/state.ts';
import { unclosed } from '../access/product-access.ts';
import { askOf, isGranted, isOver, isStarted } from '../access/state.ts';
import type { Recorded } from '../ledger/history.ts';
import { lasting } from '../wording/durations.ts';
import { placeOf } from '../wording/names.ts';
import { tsa } from '../wording/numbers.ts';
import type { Letter } from './layout.ts';
import { goneOrNot } from './gone.ts';
import { moreTimeAsked, moreTimeGiven } from './more-time.ts';
import type { MailFacts } from './parts.ts';
import {
  approvedBy,
  boundaries,
  caseFact,
  closing,
  fact,
  linkPart,
  quote,
  reviewParts,
  scopeOf,
  scopeWords,
  unexpected,
} from './parts.ts';
import { fullTime, shortTime, timeSpan } from './times.ts';

/** What each mail says. Who reads it is a customer: plain words, the facts first, and always what to do. */

/** A mail that comes later than this after its event says so. */
const LATE_MS = 15 * 60_000;

/**
 * The mail about one fact, or `null` for a fact that no mail is about.
 * @param again  somebody asked for it once more: it is not late
 */
export function factLetter(recorded: Recorded, facts: MailFacts, again = false): Letter | null {
  const letter = letterOf(recorded, facts);
  const late = facts.now - (recorded.event.type === 'session.ended' ? recorded.event.endedAt : recorded.at);
  if (letter === null || again || late <= LATE_MS) return letter;
  const held = `This mail comes ${lasting(late)} late, going by our clock: ${byNow(facts.record.state)}.`;
  return { ...letter, lead: [held, ...letter.lead] };
}

function letterOf({ event, no }: Recorded, facts: MailFacts): Letter | null {
  const { state } = facts.record;
  const subject = (words: string): string => `[${tsa(no)}] ${words}`;
  const place = placeOf(state.tenant);
  switch (event.type) {
    case 'session.started':
      return inUse('', no, facts);
    case 'extension.approved':
      return moreTimeGiven(event, inUse('More time: ', no, facts), facts);
    case 'session.ended':
      return sessionOver(event, no, facts);
    case 'emergency.declared':
      return {
        subject: subject(`EMERGENCY declared for ${place}`),
        lead: [
          `EMERGENCY: ${facts.nameOf(event.requester)} wants to enter ${place} without waiting for your consent.`,
          `${scopeWords(event.ask.scope)}. Nobody is in yet: a second person must confirm by ${fullTime(event.confirmBy ?? event.terms.lapseAt)}.`,
        ],
        parts: [
          ...quote('They do not wait for your consent, because', state.reason),
          ...caseFact(state),
          { kind: 'say', text: 'You get a mail at once when they enter, with a link that stops them.' },
          ...unexpected(facts),
          ...closing(no, facts),
        ],
      };
    case 'access.not_closed':
    case 'access.closed':
    case 'access.closed_by_hand':
      return goneOrNot(event, no, facts);
    case 'extension.asked':
      return moreTimeAsked(event, no, facts);
    case 'customer_request.filed':
      return {
        subject: subject(`Your request for help with ${place}`),
        lead: [
          `${facts.nameOf(event.requester)} asked our support team to look inside ${place}.`,
          state.phase === 'unclaimed'
            ? `Support may enter for this issue until ${fullTime(event.terms.latestEndAt)}, and not later.`
            : `Since then: ${byNow(state)}.`,
        ],
        parts: [
          ...quote('The issue', event.reason),
          ...quote('What was tried', event.tried),
          ...quote('What should happen', event.expected),
          ...caseFact(state),
          ...(state.phase === 'unclaimed' ? UNCLAIMED : []),
          ...linkPart('Cancel the request on this page', facts),
          ...closing(no, facts),
        ],
      };
    case 'request.lapsed':
      if (state.origin.kind === 'emergency')
        return cameToNothing('no second person confirmed it in time', no, facts);
      return {
        subject: subject(`Nobody took up your request: ${place}`),
        lead: [
          `Nobody took up the request for help with ${place} in time.`,
          'It has lapsed: support did not enter, and cannot do so for it any more.',
        ],
        parts: [
          ...quote('The issue', state.reason),
          { kind: 'say', text: 'We are sorry. If you still need help, please ask again.' },
          ...closing(no, facts),
        ],
      };
    case 'request.cancelled':
      if (state.origin.kind === 'emergency')
        return cameToNothing(`cancelled by ${facts.nameOf(event.by)}`, no, facts);
      return {
        subject: subject(`Cancelled: your request for help with ${place}`),
        lead: [
          `The request for help with ${place} was cancelled by ${facts.nameOf(event.by)}.`,
          'Support did not enter, and cannot do so for it any more.',
        ],
        parts: [
          ...quote('What was said', event.reason),
          ...quote('The issue', state.reason),
          ...closing(no, facts),
        ],
      };
    case 'closeout.filed':
      return resolved(event, no, facts);
    case 'request.filed':
    case 'emergency.confirmed':
    case 'approval.given':
    case 'grant.issued':
    case 'customer_request.accepted':
    case 'request.denied':
    case 'question.asked':
    case 'question.answered':
    case 'approver.reminded':
    case 'approver.gone':
    case 'grantee.gone':
    case 'request.edited':
    case 'approver.replaced':
    case 'approval.asked_again':
    case 'start.opened':
    case 'session.warned':
    case 'extension.agreed':
    case 'extension.denied':
    case 'session.reported':
    case 'note.taken':
    case 'owner.offered':
    case 'owner.changed':
    case 'closeout.reminded':
    case 'closeout.accepted':
    case 'closeout.contested':
    case 'emergency.reviewed':
    case 'access.asked':
    case 'access.not_answered':
    case 'access.opened':
    case 'access.open_failed':
    case 'access.extension_asked':
    case 'access.extended':
    case 'access.extension_refused':
    case 'access.missing':
    case 'review.reminded':
      return null;
  }
}

/** Somebody is in there, or was while this mail could not be sent. */
function inUse(sign: string, no: number, facts: MailFacts): Letter {
  const { state } = facts.record;
  const place = placeOf(state.tenant);
  if (!isStarted(state)) return { subject: tsa(no), lead: [place], parts: [] };
  const { grant, session } = state;
  const who = facts.nameOf(grant.ask.grantee);
  const over = isOver(state);
  const until = over ? state.ending.endedAt : session.expiresAt;
  const emergency = state.origin.kind === 'emergency';
  const loud = `${emergency ? 'EMERGENCY: ' : ''}${sign}`;
  return {
    subject: `[${tsa(no)}] ${loud}${who} ${over ? 'was' : 'is'} in ${place} until ${shortTime(until, facts.now)}`,
    lead: [
      `${loud}${who} ${over ? `was in ${place} ${timeSpan(session.startedAt, until)}` : `is in ${place} until ${fullTime(until)}`}.`,
      `${scopeWords(grant.ask.scope)}.`,
    ],
    parts: [
      ...(emergency
        ? quote('They did not wait for your consent, because', state.reason)
        : quote('Why', state.reason)),
      ...caseFact(state),
      ...boundaries(grant.ask),
      ...(grant.ask.grantee === state.requester ? [] : [fact('Asked by', facts.nameOf(state.requester))]),
      ...approvedBy(grant, facts),
      ...reviewParts(state, facts),
      ...unexpected(facts),
      ...closing(no, facts),
    ],
  };
}

function sessionOver(event: EventOf<'session.ended'>, no: number, facts: MailFacts): Letter {
  const { state } = facts.record;
  const place = placeOf(state.tenant);
  const ask = askOf(state);
  const who = ask === null ? 'Somebody' : facts.nameOf(ask.grantee);
  const startedAt = isStarted(state) ? state.session.startedAt : event.endedAt;
  const how = {
    ended: `ended by ${facts.nameOf(event.by)}`,
    expired: 'it ended by itself, when its time was up',
    revoked: `stopped by ${facts.nameOf(event.by)}`,
  }[event.how];
  const isGone = unclosed(state).length === 0;
  return {
    subject: `[${tsa(no)}] ${event.how === 'revoked' ? 'Stopped: ' : ''}${who} ${isGone ? 'is out of' : 'has no more time in'} ${place}`,
    lead: [
      `${who} was in ${place} ${timeSpan(startedAt, event.endedAt)} (${lasting(event.endedAt - startedAt)}).`,
      `${scopeOf(state)}. The access is over: ${how}.${isGone ? '' : ' The product has not confirmed yet that it is gone.'}`,
    ],
    parts: [
      ...quote('What was said at the end', event.reason),
      ...quote('Why they were there', state.reason),
      ...caseFact(state),
      ...(isGranted(state) ? approvedBy(state.grant, facts) : []),
      ...unexpected({ ...facts, link: null }),
      ...closing(no, facts),
    ],
  };
}

/** Whoever heard that an emergency waits hears how that ended. */
function cameToNothing(how: string, no: number, facts: MailFacts): Letter {
  const { state } = facts.record;
  const place = placeOf(state.tenant);
  return {
    subject: `[${tsa(no)}] Over: the emergency in ${place}. Nobody entered`,
    lead: [
      `The emergency that ${facts.nameOf(state.requester)} declared for ${place} is over: ${how}.`,
      `${scopeOf(state)}. Nobody entered, and nobody can do so for it any more.`,
    ],
    parts: [...quote('Why it was declared', state.reason), ...caseFact(state), ...closing(no, facts)],
  };
}

function resolved(event: EventOf<'closeout.filed'>, no: number, facts: MailFacts): Letter {
  const { state } = facts.record;
  const place = placeOf(state.tenant);
  const result = { yes: 'Resolved', no: 'Not fixed', not_yet: 'Not fixed yet' }[event.fixed];
  const was = isOver(state)
    ? `${facts.nameOf(state.grant.ask.grantee)} was in ${timeSpan(state.session.startedAt, state.ending.endedAt)}. ${scopeOf(state)}.`
    : `${scopeOf(state)}.`;
  return {
    subject: `[${tsa(no)}] ${result}: ${place}`,
    lead: [`${result}: the request for help with ${place}, says ${facts.nameOf(event.by)}.`, was],
    parts: [
      ...quote('The issue', state.reason),
      ...quote('What was done', event.changed),
      ...quote(`Checked, and confirmed by ${event.confirmedBy}`, event.checked),
      ...quote('Summary', event.summary),
      ...(event.removed.length === 0
        ? []
        : [fact('Extra permissions', `all ${event.removed.length} are gone again`)]),
      ...(event.next === null ? [] : [{ kind: 'say', text: seenTo(event.next, facts) } as const]),
      ...closing(no, facts),
    ],
  };
}

function seenTo({ by, until }: { readonly by: string; readonly until: number }, facts: MailFacts): string {
  return `${facts.nameOf(by)} sees to it, until ${fullTime(until)}.`;
}

const UNCLAIMED = [
  'Nobody is in yet. You get a mail when somebody enters and when they leave. If nobody takes the request up in time it lapses, and you are told.',
  'Not needed any more, or not asked by you? Take it back.',
].map((text) => ({ kind: 'say', text }) as const);

/** Where it stands by the time that a late mail is read. */
function byNow(state: Access): string {
  switch (state.phase) {
    case 'pending':
    case 'approved':
    case 'unconfirmed':
      return 'nobody is in yet';
    case 'unclaimed':
      return 'the request still waits for an engineer';
    case 'active':
      return `the session goes on until ${fullTime(state.session.expiresAt)}`;
    case 'ended':
    case 'closed':
      return 'the session is over';
    case 'denied':
      return 'the request was denied, nobody enters';
    case 'cancelled':
      return 'the request was cancelled, nobody enters';
    case 'lapsed':
      return 'the request has lapsed, nobody enters';
  }
}
