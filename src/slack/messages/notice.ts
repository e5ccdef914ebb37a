import type { AccessEvent, EventOf } from '../../access/event.ts';
import { coolsDownUntil } from '../../access/filing.ts';
import { GONE } from '../../access/leaving.ts';
import { actorName } from '../../access/people.ts';
import { CUSTOMER_SEAT, goneFrom, isGranted, isOver, isStarted } from '../../access/state.ts';
import type { Recorded } from '../../ledger/history.ts';
import type { Rendered } from './blocks.ts';
import { actions, contextBlock, fitsMessage, sections } from './blocks.ts';
import { buttonsFor, decides } from './buttons.ts';
import { placeOf, strip, wholeWords } from './card.ts';
import { resolution } from './customer-words.ts';
import { productWords } from './product-words.ts';
import { nextWords } from './next-words.ts';
import { unfinishedWords } from '../../wording/emergencies.ts';
import type { Facts } from './facts.ts';
import { forWhom, givenBy } from '../../wording/more-time.ts';
import { changedParts } from '../../wording/changed-request.ts';
import { lapseWords } from '../../wording/endings.ts';
import { isLess } from './work-order.ts';
import { because } from '../../wording/speaker.ts';
import { IN_SLACK, inOneLine, oneLine, people, quote, when, who } from './words.ts';
import { lasting } from '../../wording/durations.ts';
import { tsa } from '../../wording/numbers.ts';
import { readerOf } from '../../access/ids.ts';

/**
 * The words for one event, for whoever must hear of it. They stand in the card's thread, with the buttons that still
 * apply.
 */

const TIMER = actorName({ kind: 'timer' });

/** Later than this is worth an apology. */
const LATE_MS = 2 * 60_000;
/** Of these a notice only makes sense while it is true. */
const PASSING = [
  'session.warned',
  'approver.reminded',
  'approver.gone',
  'start.opened',
  'closeout.reminded',
] as const satisfies readonly AccessEvent['type'][];
type Passing = EventOf<(typeof PASSING)[number]>;

function isPassing(event: AccessEvent): event is Passing {
  return PASSING.some((type) => type === event.type);
}

/**
 * The notice about the event of that version, for one place; `null` where it has become pointless, or is not for its
 * readers.
 */
export function notice(version: number, facts: Facts): Rendered | null {
  const recorded = facts.events.find((one) => one.version === version);
  if (recorded === undefined) return null;
  const { event } = recorded;
  if (isPassing(event) && !stillTrue(event, facts)) return null;
  const waits = event.type === 'approver.reminded' && readerOf(facts.destination) === facts.state.requester;
  const fact = waits ? silence(event, facts) : noticeWords(recorded, facts);
  const words = fact + mayAskAgain(recorded, facts) + lateness(recorded, facts.now);
  const paragraphs = sections(words);
  const buttons = actions(buttonsFor(facts));
  const all = paragraphs.length;
  while (paragraphs.length > 1 && !fitsMessage([...paragraphs, ...buttons])) paragraphs.pop();
  const rest = paragraphs.length < all ? [contextBlock(wholeWords(facts.no))] : [];
  return { text: strip(words), blocks: [...paragraphs, ...rest, ...buttons] };
}

/** For whoever waits: nobody is left to wonder what else they can do. */
function silence(
  { approvers }: Extract<AccessEvent, { type: 'approver.reminded' }>,
  { no, state }: Pick<Facts, 'no' | 'state'>,
): string {
  const asked =
    approvers.length === 1
      ? `${people(approvers)} has not answered yet, and was reminded`
      : 'Nobody has answered yet';
  return `:hourglass_flowing_sand: *${tsa(no)}* · ${asked}. You can go on waiting until ${when(state.terms.lapseAt)}, or *ask somebody else*.`;
}

/** Whoever was denied hears when they can ask again, and not only when they try. */
function mayAskAgain({ event, at }: Recorded, { state, destination, world, now }: Facts): string {
  if (event.type !== 'request.denied' || state.origin.kind !== 'support') return '';
  if (readerOf(destination) !== state.requester) return '';
  const until = coolsDownUntil(at, world.policy, now);
  return until === null ? '' : `\nTalk to them; you can file it again ${when(until)}, not before.`;
}

/** The event in words, for a thread, a record or a notification. */
export function noticeWords(
  { event, actor, no, at }: Recorded,
  { audience, state }: Pick<Facts, 'audience' | 'state'>,
): string {
  const it = `*${tsa(no)}*`;
  const place = placeOf(state);
  switch (event.type) {
    case 'request.filed':
      return `:memo: ${it} · ${who(event.requester)} asked for ${oneLine(event.ask.scope.name)} in ${place} for ${lasting(event.ask.durationMs)}; ${people(event.approvers)} to decide.`;
    case 'customer_request.filed':
      return `:memo: ${it} · ${who(event.requester)} asked for help in ${place}; support may enter for this until ${when(event.terms.latestEndAt)}.`;
    case 'emergency.declared': {
      const second =
        event.confirmBy === null
          ? ''
          : ` A second person must confirm it${because(unfinishedWords(event.unfinished, who(event.requester)))}.`;
      return `:rotating_light: ${it} · ${who(event.requester)} declared an emergency in ${place}; ${who(event.reviewer)} reviews it by ${when(event.reviewDueAt)}.${second}`;
    }
    case 'emergency.confirmed':
      return `:rotating_light: ${it} · ${who(event.by)} confirmed the emergency.`;
    case 'approval.given': {
      const less =
        event.narrowed === null
          ? ''
          : `, with less: ${oneLine(event.narrowed.scope.name)} for ${lasting(event.narrowed.durationMs)}; allowed: ${inOneLine(event.narrowed.allowedActions, 600)}`;
      return `:white_check_mark: ${it} · ${who(event.by)} approved${forWhom(event.seat, event.by, IN_SLACK)}${less}.`;
    }
    case 'grant.issued': {
      const { ask } = event;
      const less =
        isGranted(state) && isLess(ask, state.grant.asked)
          ? ` *Less than was asked for:* ${oneLine(ask.scope.name)}; allowed: ${inOneLine(ask.allowedActions, 600)}; off limits: ${inOneLine(ask.offLimits, 600)}.`
          : '';
      return `:white_check_mark: ${it} · Approved by ${who(actor)}. ${who(ask.grantee)} can start the session in ${place} (${lasting(ask.durationMs)}).${less} Not started by ${when(event.startBy)}, it lapses.`;
    }
    case 'customer_request.accepted':
      return `:handshake: ${it} · ${who(event.by)} takes care of it, with ${oneLine(event.ask.scope.name)} for ${lasting(event.ask.durationMs)}.`;
    case 'request.denied':
      return `:no_entry: ${it} · ${who(event.by)} denied access to ${place}${withWords(event.reason)}`;
    case 'request.cancelled':
      return `:heavy_multiplication_x: ${it} · ${who(event.by)} cancelled it. Nobody gets access.${event.reason === '' ? '' : `\n${quote(event.reason)}`}`;
    case 'request.lapsed':
      return `:zzz: ${it} · lapsed: ${lapseWords(event.why)}. ${state.origin.kind === 'customer' ? 'If help is still needed, it can be asked for again.' : 'If it is still needed, file again with \`/tsa request\`.'}`;
    case 'request.edited': {
      const changed = changedParts(event, { when, text: (said) => `“${oneLine(said, 300)}”` });
      return `:pencil2: ${it} · ${who(event.by)} changed what is asked for; whoever said yes is asked again.\n${changed.map((one) => `• ${one}`).join('\n')}`;
    }
    case 'question.asked':
      return `:question: ${it} · ${who(event.by)} asks:\n${quote(event.text)}`;
    case 'question.answered':
      return `:speech_balloon: ${it} · ${who(event.by)} answers:\n${quote(event.text)}`;
    case 'approver.reminded':
      return state.phase === 'active' && state.extension !== null
        ? `:bell: ${it} · ${who(state.extension.by)} still waits for your decision about more time in ${place}, until ${when(state.extension.newExpiresAt)}.`
        : `:bell: ${it} · ${who(state.requester)} still waits for your decision about ${place}.`;
    case 'approver.gone': {
      const why =
        event.why === 'not_able' ? 'no active member of this workspace' : 'not named by the current policy';
      if (state.phase === 'active')
        return `:warning: ${it} · ${who(event.approver)} can no longer decide about more time (${why}). ${who(state.grant.ask.grantee)}, please ask for it again: somebody else is asked then. Until then the old end stands.`;
      return `:warning: ${it} · ${who(event.approver)} can no longer decide about it (${why}). ${who(state.requester)}, please choose who decides instead: *Ask somebody else*. Nothing is approved until somebody does.`;
    }
    case 'approver.replaced':
      return `:arrows_counterclockwise: ${it} · ${who(event.to)} decides now, in place of ${who(event.from)}. ${oneLine(event.why)}`;
    case 'approval.asked_again':
      return `:arrows_counterclockwise: ${it} · ${who(event.approver)} must approve again. ${oneLine(event.why)}`;
    case 'start.opened':
      return `:alarm_clock: ${it} · the planned time has come: you can start the session in ${place} now.`;
    case 'session.started':
      return `${state.origin.kind === 'emergency' ? ':rotating_light: *EMERGENCY* ·' : ':large_green_circle:'} ${it} · ${who(event.by)} entered ${place}, until ${when(event.expiresAt)} (${lasting(event.expiresAt - event.startedAt)}).`;
    case 'session.warned':
      return `:hourglass: ${it} · your session in ${place} ends ${when(event.expiresAt)} by itself. Finish up, or end it now.`;
    case 'extension.asked':
      return `:hourglass: ${it} · ${who(event.by)} asks for ${lasting(event.durationMs)} more in ${place}, until ${when(event.newExpiresAt)}; ${people([...event.approvers, ...(event.consent ? [CUSTOMER_SEAT] : [])])} to decide:\n${quote(event.reason)}`;
    case 'extension.agreed':
      return `:white_check_mark: ${it} · ${who(event.by)} said yes${forWhom(event.seat, event.by, IN_SLACK)} to more time in ${place}.`;
    case 'extension.approved': {
      const given = isStarted(state)
        ? state.session.extensions.find(({ newExpiresAt }) => newExpiresAt === event.newExpiresAt)
        : undefined;
      const by = given === undefined ? 'Everybody who was asked' : givenBy(given, IN_SLACK);
      return `:heavy_plus_sign: ${it} · ${by} gave more time: the session in ${place} now ends ${when(event.newExpiresAt)}.`;
    }
    case 'extension.denied':
      return `:no_entry: ${it} · ${who(event.by)} gave no more time; the end stays as it was${withWords(event.reason)}`;
    case 'session.ended':
      return ended(event, it, place);
    case 'grantee.gone':
      return `:warning: ${it} · ${who(event.grantee)} is in ${place}, but may hold access no more: ${GONE[event.standing]}. The policy says to tell of it only: *revoke* the session if it should not go on.`;
    case 'session.reported':
      return `:warning: ${it} · ${who(event.by)} did not expect this session in ${place}.${event.standing ? ' It was revoked at once.' : ' They cannot stop it themselves: please look into it.'}`;
    case 'note.taken':
      return `:pencil: ${it} · ${who(event.by)} noted:\n${quote(event.text)}`;
    case 'owner.offered':
      return `:raised_hand: ${it} · ${who(event.by)} asks ${who(event.to)} to take over as the owner.`;
    case 'owner.changed':
      return `:arrows_counterclockwise: ${it} · ${who(event.to)} is the owner now, in place of ${who(event.from)}.`;
    case 'closeout.filed':
      return audience === 'customer' ? resolution(event, no, state) : closeoutWords(event, it, state);
    case 'closeout.reminded': {
      const next = nextWords(state.phase === 'ended' ? state.closeout : null, audience);
      return next === null
        ? `:bell: ${it} · the session in ${place} is over but not closed out yet.`
        : `:bell: ${it} · ${place} is not closed out yet. ${next}. Is it fixed now? Close it out, or say what is next.`;
    }
    case 'closeout.accepted':
      if (event.by === TIMER)
        return `:heavy_check_mark: ${it} · whoever asked has said nothing about what came of it: the closeout counts as accepted.`;
      return `:heavy_check_mark: ${it} · ${who(event.by)} ${state.origin.kind === 'customer' ? 'says that it works' : 'accepted the closeout'}.`;
    case 'closeout.contested':
      return `:question: ${it} · ${who(event.by)} ${state.origin.kind === 'customer' ? 'says that it is not fixed' : 'contests the closeout'}:\n${quote(event.question)}`;
    case 'emergency.reviewed':
      return `:scales: ${it} · ${who(event.by)} judged the emergency ${event.justified ? 'justified' : '*not justified*'}${withWords(event.note)}`;
    case 'access.asked':
    case 'access.not_answered':
    case 'access.opened':
    case 'access.open_failed':
    case 'access.extension_asked':
    case 'access.extended':
    case 'access.extension_refused':
    case 'access.closed':
    case 'access.not_closed':
    case 'access.closed_by_hand':
    case 'access.missing':
      return productWords(event, it, place, state, at);
    case 'review.reminded':
      return `:bell: ${it} · the emergency in ${place} still owes its review${event.reviewers.length === 0 ? '' : ` by ${people(event.reviewers)}`}${state.origin.kind === 'emergency' ? `, due ${when(state.origin.review.dueAt)}` : ''}.`;
  }
}

/** What was said about it, where the reader is told. */
function withWords(words: string): string {
  return words === '' ? '.' : `:\n${quote(words)}`;
}

/** Reads like the entry in a good runbook: who, what, when, and what is left. */
function closeoutWords(
  event: Extract<AccessEvent, { type: 'closeout.filed' }>,
  it: string,
  state: Facts['state'],
): string {
  const left = event.removed.filter((item) => !item.gone).map((item) => oneLine(item.role, 100));
  const gone = event.removed.length - left.length;
  const lines = [
    `:clipboard: ${it} · ${who(event.by)} closed it out. Fixed: ${event.fixed.replace('_', ' ')}.`,
  ];
  if (left.length > 0) lines.push(`:warning: Still there: ${left.join(', ')}.`);
  else if (gone > 0) lines.push(`Extra permissions gone: ${gone} of ${gone}.`);
  for (const item of event.removed)
    if (item.gone)
      lines.push(`${oneLine(item.role, 100)}: gone, says ${who(item.by)}: ${oneLine(item.how, 200)}`);
  if (isOver(state)) {
    const approved = state.grant.seats.flatMap((seat) => (seat.given === null ? [] : [seat.given.by]));
    const by = approved.length === 0 ? 'without approval' : `approved by ${people(approved)}`;
    lines.push(
      `Asked by ${who(state.requester)}, ${by}, used by ${who(state.grant.ask.grantee)}: ${oneLine(state.grant.ask.scope.name, 150)} in ${placeOf(state)}, ${when(state.session.startedAt)} to ${when(state.ending.endedAt)}.`,
    );
  }
  const next = nextWords(event, 'ours');
  if (next !== null) lines.push(`${next}.`);
  lines.push(`Changed:\n${quote(event.changed, 900)}`);
  if (event.productProblem !== '') lines.push(`Product problem:\n${quote(event.productProblem, 500)}`);
  lines.push(`Checked, and confirmed by ${oneLine(event.confirmedBy, 200)}:\n${quote(event.checked, 600)}`);
  if (event.summary !== '') lines.push(`For the customer:\n${quote(event.summary, 500)}`);
  if (event.notes !== '') lines.push(`Notes:\n${quote(event.notes, 500)}`);
  return lines.join('\n');
}

function ended(event: Extract<AccessEvent, { type: 'session.ended' }>, it: string, place: string): string {
  const why = event.reason === '' ? '' : `\n${quote(event.reason)}`;
  switch (event.how) {
    case 'ended':
      return `:black_circle: ${it} · ${who(event.by)} left ${place}: the session was ended ${when(event.endedAt)}.${why}`;
    case 'expired':
      return `:black_circle: ${it} · the session in ${place} expired by itself ${when(event.endedAt)}.${why}`;
    case 'revoked':
      return `:octagonal_sign: ${it} · ${who(event.by)} revoked the session in ${place} ${when(event.endedAt)}.${why}`;
  }
}

/** Whoever reads this late is told so; why it is late is not known here. */
function lateness({ event, at }: Recorded, now: number): string {
  const happened = event.type === 'session.ended' ? event.endedAt : at;
  // A session that is over because nobody knows what became of it says so itself.
  const restored = event.type === 'session.ended' && event.how === 'expired' && event.reason !== '';
  return restored || now - happened < LATE_MS
    ? ''
    : `\n_Told ${lasting(now - happened)} late, going by TSA’s clock._`;
}

function stillTrue(event: Passing, facts: Facts): boolean {
  const { state, now } = facts;
  switch (event.type) {
    case 'session.warned':
      return state.phase === 'active' && state.session.expiresAt === event.expiresAt && now < event.expiresAt;
    case 'approver.reminded':
      if (state.phase === 'active') return decides(facts);
      return buttonsFor(facts).length > 0 || state.phase === 'unclaimed';
    case 'approver.gone':
      return goneFrom(state).includes(event.approver);
    case 'start.opened':
      return state.phase === 'approved';
    case 'closeout.reminded':
      return state.phase === 'ended';
  }
}
