import type { KnownBlock } from '@slack/types';
import type { Ask } from '../../access/event.ts';
import type { World } from '../../access/people.ts';
import type { Access } from '../../access/state.ts';
import {
  askOf,
  CUSTOMER_SEAT,
  goneFrom,
  isGranted,
  isStarted,
  reviewOf,
  seatsAsked,
} from '../../access/state.ts';
import type { RecentUse } from '../../ledger/views.ts';
import { LINE_MAX, REPEAT_COUNT } from '../../access/limits.ts';
import { currentAsk } from '../../access/approving.ts';
import { whoReviews } from '../../access/emergency.ts';
import { REQUESTER_OWNS } from '../../access/filing.ts';
import { whoAnswers } from '../../access/standing.ts';
import type { Rendered } from './blocks.ts';
import { actions, contextBlock, fitsMessage, section, sections } from './blocks.ts';
import { buttonsFor, decides } from './buttons.ts';
import { customersHeadline, customersLines } from './customer-words.ts';
import { goneWords, insideWords, openingWords } from '../../wording/product-access.ts';
import { notClosed } from '../../access/product-access.ts';
import { endWords, escape, IN_SLACK, oneLine, people, quote, when, who } from './words.ts';
import { nextWords } from './next-words.ts';
import { unfinishedWords } from '../../wording/emergencies.ts';
import { moreTimeHeadline, moreTimeLines } from './more-time.ts';
import type { Facts } from './facts.ts';
import { lapseWords } from '../../wording/endings.ts';
import { askedFor, boundLines, caseWords } from './work-order.ts';
import { because } from '../../wording/speaker.ts';
import { count, tsa } from '../../wording/numbers.ts';
import { lasting } from '../../wording/durations.ts';
import { readerOf } from '../../access/ids.ts';

/** The one card that a request has in a place: who asks for what, where it stands, and what this reader can do. */

/** How much of what people wrote there is room for; the record has all of it. */
interface Room {
  /** Questions with their answers, and the length of each. */
  readonly exchanges: number;
  readonly said: number;
  /** The length of a single line, and of a longer text. */
  readonly line: number;
  readonly text: number;
}

/** Any single line fits, however much of it must be escaped: whoever decides sees all of it. */
const WHOLE: Room = { exchanges: 3, said: 900, line: 5 * LINE_MAX, text: Infinity };
/** For what is more than one message holds: what was asked for is cut last. */
const LESS: readonly Room[] = [
  { ...WHOLE, exchanges: 1, said: 400 },
  { exchanges: 1, said: 400, line: 600, text: 3_000 },
  { exchanges: 1, said: 200, line: 300, text: 1_000 },
];

export interface CardFacts extends Facts {
  /** What the grantee and the tenant had in the last 30 days, for whoever decides. */
  readonly recent: { readonly grantee: RecentUse; readonly tenant: RecentUse } | null;
}

/** Draws the card for one place: whole where a message holds it, or where it need not fit in one. */
export function card(facts: CardFacts, fits = fitsMessage): Rendered {
  let drawn = draw(facts, WHOLE);
  for (const room of LESS) {
    if (fits(drawn.blocks)) break;
    drawn = draw(facts, room);
  }
  return drawn;
}

function draw(facts: CardFacts, room: Room): Rendered {
  const { state, recent } = facts;
  const top = headline(facts);
  const ask = state.phase === 'pending' ? currentAsk(state) : askOf(state);
  const emergency =
    state.origin.kind === 'emergency'
      ? [section(`:rotating_light: *EMERGENCY ACCESS* — ${emergencyWords(facts)}`)]
      : [];
  return {
    text: `${state.origin.kind === 'emergency' ? 'EMERGENCY: ' : ''}${strip(top)}`,
    blocks: [
      ...emergency,
      section(top),
      ...sections(whatLines(facts, ask, room).join('\n')),
      ...(ask === null ? [] : sections(boundLines(ask, room.line).join('\n'))),
      ...sections(`*Reason*\n${quote(state.reason, room.text)}`),
      ...customersLines(state, room.text).flatMap(sections),
      ...exchange(state, room),
      ...notes(state, state.phase === 'pending' && decides(facts) ? recent : null).map(contextBlock),
      ...(room === WHOLE ? [] : [contextBlock(wholeWords(facts.no))]),
      ...actions(buttonsFor(facts)),
    ],
  };
}

/** Where all of it can be read. */
export function wholeWords(no: number): string {
  return `There is no room for all of it here: \`/tsa show ${tsa(no)}\`.`;
}

/** What an emergency did not wait for and what it owes, depending on how far it got. */
function emergencyWords({ state, world, now }: CardFacts): string {
  const asked = world.policy.tenants.get(state.tenant.id)?.consent === 'required';
  const review = reviewOf(state);
  if (state.phase === 'unconfirmed') {
    const why = unfinishedWords(review?.unfinished ?? [], who(state.requester));
    return `nobody is in yet. It starts without approval as soon as a second person confirms it${because(why)}.${asked ? ' It does not wait for your consent: the reason stands below.' : ''}`;
  }
  if (!isStarted(state)) return 'it came to nothing: nobody entered.';
  const confirmed =
    (review?.confirmedBy ?? null) === null ? '' : `, confirmed by ${who(review?.confirmedBy ?? '')}`;
  const due =
    review === null
      ? ''
      : ` by ${who(review.reviewer)}${inPlaceOf(review.reviewer, whoReviews(state, world, now))} until ${when(review.dueAt)}`;
  const owed = (review?.verdict ?? null) === null ? `owes a review${due}` : 'was reviewed afterwards';
  return `started without approval${confirmed}; ${owed}.${asked ? ' It did not wait for your consent, because it could not: the reason stands below.' : ''}`;
}

/** Who judges it, where that is not (or not only) the reviewer who was named. */
function inPlaceOf(reviewer: string, asked: readonly string[]): string {
  return asked.length === 0 || asked.includes(reviewer) ? '' : ` (${people(asked)} in their place)`;
}

/** The first line: where it stands, as this reader needs it. */
export function headline(facts: Facts): string {
  const { audience, no, state, destination, now } = facts;
  const it = `*${tsa(no)}*`;
  const place = placeOf(state);
  const reader = readerOf(destination);
  if (state.origin.kind === 'customer' && reader !== null && audience === 'customer')
    return customersHeadline(no, state, place);
  switch (state.phase) {
    case 'pending': {
      const open = state.seats.filter((seat) => seat.given === null).map((seat) => seat.holder);
      const given = state.seats.flatMap((seat) => (seat.given === null ? [] : [seat.given.by]));
      if (open.includes(CUSTOMER_SEAT) && audience === 'customer')
        return `:raised_hand: ${it} · ${who(state.requester)} asks for your consent, as the customer: access to ${place}`;
      if (decides(facts))
        return `:raised_hand: ${it} · ${who(state.requester)} asks for your approval: access to ${place}`;
      const so = given.length === 0 ? '' : ` (${people(given)} approved)`;
      return `:hourglass_flowing_sand: ${it} · waits for ${people(open)}${so}: access to ${place}`;
    }
    case 'unclaimed':
      return `:hourglass_flowing_sand: ${it} · ${who(state.requester)} asks for help in ${place}; it waits for an engineer`;
    case 'unconfirmed':
      return `:rotating_light: ${it} · ${who(state.requester)} declared an emergency in ${place}; a second person must confirm until ${when(state.confirmBy)}`;
    case 'approved': {
      const asked = openingWords(state, IN_SLACK);
      if (asked !== null)
        return `:hourglass_flowing_sand: ${it} · ${who(state.grant.ask.grantee)} in ${place}: ${escape(asked)}`;
      const { notBefore } = state.grant.ask;
      const starts =
        notBefore !== null && notBefore > now ? `can start from ${when(notBefore)}` : 'not started yet';
      return `:white_check_mark: ${it} · approved, ${starts}: ${who(state.grant.ask.grantee)} in ${place}. Lapses ${when(state.grant.startBy)} if not started`;
    }
    case 'active': {
      const reads = {
        customer: audience === 'customer',
        reader: decides(facts),
      };
      const asked = moreTimeHeadline(it, place, state, reads);
      if (asked !== null) return asked;
      const sign = state.origin.kind === 'emergency' ? ':rotating_light:' : ':large_green_circle:';
      return `${sign} ${it} · ${who(state.grant.ask.grantee)} is in ${place} until ${when(state.session.expiresAt)}${beside(insideWords(state))}`;
    }
    case 'ended': {
      const late = notClosed(state).length > 0;
      const sign = late ? ':rotating_light:' : ':black_circle:';
      return `${sign} ${it} · access to ${place} is over: ${endWords(state.ending)}${gone(state)}. ${nextWords(state.closeout, audience) ?? 'Not closed out yet'}`;
    }
    case 'closed':
      return `:heavy_check_mark: ${it} · access to ${place} is over and closed out: ${endWords(state.ending)}${gone(state)}`;
    case 'denied':
      return `:no_entry: ${it} · ${who(state.verdict.by)} denied access to ${place}`;
    case 'cancelled':
      return `:heavy_multiplication_x: ${it} · ${who(state.verdict.by)} cancelled access to ${place}${gone(state)}`;
    case 'lapsed':
      return `:zzz: ${it} · access to ${place} lapsed: ${lapseWords(state.why)}${gone(state)}`;
  }
}

/** What the product has said about it, or not said yet: the loud case in bold. */
function gone(state: Access): string {
  const words = goneWords(state, IN_SLACK);
  if (words === null) return '';
  return notClosed(state).length > 0 ? `, but *${words}*` : `; ${words}`;
}

function beside(words: string | null): string {
  return words === null ? '' : `. :warning: ${words}`;
}

/** The tenant as people recognise it, its environment always beside it. */
export function placeOf({
  tenant,
}: {
  readonly tenant: Pick<Access['tenant'], 'name' | 'environment'>;
}): string {
  return `${oneLine(tenant.name, 300)} (${oneLine(tenant.environment, 100)})`;
}

function whatLines({ state, world, now }: Facts, ask: Ask | null, room: Room): string[] {
  const { tenant } = state;
  const lines = [
    `*Tenant* ${oneLine(tenant.name, 300)} · \`${escape(tenant.id)}\` · *${oneLine(tenant.environment, 100)}* · ${oneLine(tenant.region, 100)}`,
  ];
  if (ask !== null)
    lines.push(
      `*Scope* ${oneLine(ask.scope.name, 150)} — ${oneLine(ask.scope.allows)}${ask.scope.highRisk ? ' :warning: high risk' : ''}`,
    );
  const grantee = ask === null || ask.grantee === state.requester ? '' : `, for ${who(ask.grantee)}`;
  const owner = state.owner === state.requester ? '' : `, owner ${who(state.owner)}`;
  lines.push(`*Asked by* ${who(state.requester)}${grantee}${owner}, ${when(state.filedAt)}`);
  if (ask !== null) lines.push(`*For* ${lasting(ask.durationMs)}${latest(state)}`);
  if (ask !== null && ask.notBefore !== null) lines.push(`*Not before* ${when(ask.notBefore)}`);
  if (state.caseRef !== '') lines.push(`*Case* ${caseWords(state.caseRef, room.line)}`);
  if (state.phase === 'denied' || state.phase === 'cancelled') {
    const { by, reason } = state.verdict;
    const said = reason === '' ? '' : `\n${quote(reason, 600)}`;
    lines.push(
      `*${state.phase === 'denied' ? 'Denied' : 'Cancelled'}* by ${who(by)} ${when(state.verdict.at)}${said}`,
    );
  }
  if (isGranted(state) && state.grant.seats.length > 0)
    lines.push(
      `*Approved by* ${state.grant.seats.map((s) => `${who(s.given?.by ?? s.holder)}${s.given === null ? '' : ` ${when(s.given.at)}`}`).join(', ')}`,
    );
  if (isGranted(state)) lines.push(...askedFor(state.grant));
  if (state.phase === 'active') lines.push(...moreTimeLines(state, room.text));
  lines.push(...awaiting(state, world, now));
  if (state.phase === 'pending') lines.push(`*Lapses* ${when(state.terms.lapseAt)} if nobody decides`);
  return lines;
}

function latest(state: Access): string {
  if (state.phase === 'pending' || state.phase === 'unconfirmed')
    return `; over by ${when(state.terms.latestEndAt)} at the latest`;
  if (state.phase === 'approved') return `; over by ${when(state.grant.latestEndAt)} at the latest`;
  if (!isStarted(state)) return '';
  const { startedAt, expiresAt } = state.session;
  const end = state.phase === 'active' ? `ends ${when(expiresAt)}` : `ended ${when(state.ending.endedAt)}`;
  return `; started ${when(startedAt)}, ${end}`;
}

/** What was asked about it, and answered: the last exchanges. */
function exchange(state: Access, { exchanges, said }: Room): KnownBlock[] {
  return state.questions.slice(-exchanges).map(({ by, text, answer }) => {
    const answered =
      answer === null ? '_not answered yet_' : `${who(answer.by)}: ${oneLine(answer.text, said)}`;
    return section(`*Question* ${who(by)}: ${oneLine(text, said)}\n*Answer* ${answered}`);
  });
}

/** Who was asked when and has not answered, and why that may be. */
function awaiting(state: Access, world: World, now: number): string[] {
  const lost = goneFrom(state);
  return seatsAsked(state).map((seat) => {
    if (seat.given !== null) return `*Approved* by ${who(seat.given.by)} ${when(seat.given.at)}`;
    const absence = world.people.absence(seat.holder);
    const instead = whoAnswers(state, seat, world.people, now);
    const answers = instead === seat.holder ? '' : `: ${who(instead)} answers`;
    const away =
      absence !== undefined && absence.from <= now && now < absence.until
        ? `, away until ${when(absence.until)}${answers}`
        : '';
    const reminded = state.remindedAt === null ? '' : `, reminded ${when(state.remindedAt)}`;
    const gone = lost.includes(seat.holder) ? ', :warning: *can no longer decide*' : '';
    return `*Awaited* ${who(seat.holder)}, asked ${when(seat.askedAt)}${reminded}${away}${gone}`;
  });
}

function notes(state: Access, recent: CardFacts['recent']): string[] {
  // A note from the filing is not said of the current owner.
  const parts = state.roleNotes.filter((note) => note !== REQUESTER_OWNS || state.owner === state.requester);
  const lines = parts.length === 0 ? [] : [parts.map((note) => oneLine(note)).join(' ')];
  if (state.repeatCount >= REPEAT_COUNT)
    lines.push(
      `:repeat: Request number ${state.repeatCount} like this for this tenant in 30 days: a product problem? Name somebody who owns it.`,
    );
  if (recent !== null) {
    const had = (use: RecentUse): string =>
      use.sessions === 0 ? 'no session' : `${count(use.sessions, 'session')}, ${lasting(use.ms)}`;
    lines.push(`Last 30 days: this person ${had(recent.grantee)}; this tenant ${had(recent.tenant)}.`);
  }
  return lines;
}

/** mrkdwn as plain text: for notifications, where only mentions and dates are rendered. */
export function strip(mrkdwn: string): string {
  return mrkdwn.replaceAll(/[*`]|:[a-z_]+: ?/g, '');
}
