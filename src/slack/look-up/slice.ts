import type { KnownBlock } from '@slack/types';
import { isAmong } from '../../access/people.ts';
import { approversOf } from '../../access/checks.ts';
import { askOf } from '../../access/state.ts';
import type { FullRecord, Numbered } from '../../ledger/history.ts';
import { context, header, section } from '../blocks.ts';
import { ACTION } from '../buttons.ts';
import { card, placeOf, strip } from '../card.ts';
import type { Desk, Say, Slice } from '../desk.ts';
import { parseNo } from '../desk.ts';
import { noticeWords } from '../notice.ts';
import type { Caller } from '../payload.ts';
import { count, lasting, oneLine, pieces, tsa, when, who } from '../words.ts';

/** Looking things up: who is in which tenant now, and the whole record of a request. */
export function lookUp(desk: Desk): Slice {
  return {
    commands: {
      active: async () => ({ say: await activeNow(desk) }),
      show: async ({ caller, rest }) => ({ say: await show(desk, caller, rest) }),
    },
    actions: {
      tsa_active: async () => ({ say: await activeNow(desk) }),
      [ACTION.show]: async ({ caller, value }) => ({ say: await show(desk, caller, value) }),
    },
  };
}

/** Lines that fit one ephemeral message with room to spare: 50 blocks (docs.slack.dev/reference/block-kit/blocks). */
const ACTIVE_MAX = 40;
const HISTORY_MAX = 30;

async function activeNow(desk: Desk): Promise<Say> {
  const sessions = await desk.views.activeSessions();
  if (sessions.length === 0) return { text: 'Nobody is in a tenant right now.' };
  const shown = sessions.slice(0, ACTIVE_MAX);
  const more = sessions.length - shown.length;
  const title = `${count(sessions.length, 'session')} right now`;
  const blocks: KnownBlock[] = [
    header(title),
    ...shown.map((one) => section(activeLine(one, desk.clock.now()))),
    ...(more > 0 ? [context(`… and ${more} more, which end later. See one with \`/tsa show TSA-n\`.`)] : []),
  ];
  return {
    text: [title, ...shown.map((one) => strip(activeLine(one, desk.clock.now())))].join('\n'),
    blocks,
  };
}

function activeLine({ no, state }: Numbered, now: number): string {
  if (state.phase !== 'active') return tsa(no);
  const { ask } = state.grant;
  const sign = state.way === 'emergency' ? ':rotating_light: *EMERGENCY* · ' : '';
  return `${sign}*${tsa(no)}* · ${who(ask.grantee)} in ${placeOf(state)} · ${oneLine(ask.scope.name, 150)} · until ${when(state.session.expiresAt)} (${lasting(Math.max(0, state.session.expiresAt - now))} left)`;
}

/** The record, for those with a part in it and for requesters, approvers, auditors and admins. */
async function show(desk: Desk, caller: Caller, text: string): Promise<Say> {
  const { userId } = caller;
  const named = text === '' ? null : parseNo(text);
  if (text !== '' && named === null) return { text: 'Write it like `/tsa show TSA-42`.' };
  const no = named ?? (await onlyOne(desk, userId));
  if (no === null)
    return { text: 'Which request? Write `/tsa show TSA-n`; you have more than one open, or none.' };
  const record = await desk.views.record(no);
  const world = await desk.directory.world([userId]);
  if (world.people.standing(userId) === 'cannot_check')
    return { text: 'Slack did not answer when asked who you are. Please try again in a minute.' };
  const { policy, people } = world;
  const insiders = [
    ...policy.requesters,
    ...policy.admins,
    ...policy.auditors,
    ...policy.approvers.flatMap((rule) => rule.people),
  ];
  const inside = world.people.standing(userId) === 'member' && isAmong(people, userId, insiders) === 'yes';
  // The same answer for what is not there and what is not theirs to see.
  if (record === null || !(inside || hasPart(record, userId)))
    return { text: `There is no ${tsa(no)} that you can see. See what is going on with \`/tsa active\`.` };
  return recordOf(desk, record);
}

/** Everything that happened, oldest first; long texts whole. */
function recordOf(desk: Desk, record: FullRecord): Say {
  const { no, state, events } = record;
  const facts = {
    no,
    state,
    destination: '',
    world: desk.directory.known(),
    now: desk.clock.now(),
    recent: null,
  };
  const top = card(facts);
  const lines = events.slice(-HISTORY_MAX).map((e) => `${when(e.at)} · ${noticeWords(e, facts)}`);
  const left = events.length - lines.length;
  const reason = pieces(state.reason)
    .slice(1)
    .map((piece) => section(`> ${piece.replaceAll('\n', '\n> ')}`));
  const last = events.at(-1);
  return {
    text: top.text,
    blocks: [
      ...top.blocks,
      ...reason,
      ...(left > 0 ? [context(`${left} earlier events are in the ledger’s export.`)] : []),
      ...lines.map((words) => section(words.slice(0, 3_000))),
      ...(last === undefined
        ? []
        : [context(`Ledger event ${last.seq}, hash \`${last.hash.slice(0, 16)}…\``)]),
    ].slice(0, 50),
  };
}

async function onlyOne(desk: Desk, user: string): Promise<number | null> {
  const open = ['pending', 'unclaimed', 'unconfirmed', 'approved', 'active', 'ended'] as const;
  const mine = [
    ...(await desk.views.byPerson('requester', user, open)),
    ...(await desk.views.byPerson('grantee', user, open)),
  ];
  const numbers = [...new Set(mine.map((one) => one.no))];
  return numbers.length === 1 ? (numbers[0] ?? null) : null;
}

function hasPart({ state }: FullRecord, user: string): boolean {
  const seats = 'grant' in state ? state.grant.seats : 'seats' in state ? state.seats : [];
  return [
    state.requester,
    state.owner,
    askOf(state)?.grantee,
    state.review?.reviewer,
    ...approversOf(seats),
  ].includes(user);
}
