import type { KnownBlock } from '@slack/types';
import type { UserId } from '../../access/policy.ts';
import type { VisibleRecord } from '../../access/reading.ts';
import { worldTo } from '../../access/reading.ts';
import type { FullRecord, Recorded } from '../../ledger/history.ts';
import type { Rendered } from '../messages/blocks.ts';
import { actions, contextBlock, fitsMessage, header, section, sections } from '../messages/blocks.ts';
import { buttonsFor } from '../messages/buttons.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { card, headline, placeOf, strip } from '../messages/card.ts';
import type { Answered, SlackContext, Say, Slice } from '../context.ts';
import { NOT_READ } from '../context.ts';
import { parseNo, count, tsa } from '../../wording/numbers.ts';
import { factsAt } from '../messages/facts.ts';
import { meetAll, SAID_MAX } from '../messages/look-twice.ts';
import { notClosedLines } from '../messages/not-closed.ts';
import { noticeWords } from '../messages/notice.ts';
import type { Caller } from '../api/payload.ts';
import type { Own } from '../interactions/prompts.ts';
import { pick, whichTenant } from '../interactions/prompts.ts';
import { supportActions } from '../messages/support-actions.ts';
import { notForYou, seenBy } from '../interactions/visibility.ts';
import { history } from './history.ts';
import { queue } from './queue.ts';
import { lasting } from '../../wording/durations.ts';
import { oneLine, when, who } from '../messages/words.ts';
import { directMessage } from '../../access/ids.ts';

/** Looking things up: who is in which tenant now, and the whole record of a request. */
export function lookUp(context: SlackContext): Slice {
  return {
    commands: {
      active: ({ caller }) => Promise.resolve(nowActive(context, caller)),
      mine: ({ caller }) =>
        Promise.resolve({
          later: () => context.lookUps.list(`mine ${caller.userId}`, () => mine(context, caller)),
        }),
      queue: ({ caller }) =>
        Promise.resolve({
          later: () => context.lookUps.list(`queue ${caller.userId}`, () => queue(context, caller)),
        }),
      history: ({ caller, rest }) =>
        Promise.resolve(
          rest === ''
            ? { view: whichTenant('history', true) }
            : {
                later: () =>
                  context.lookUps.list(`history ${caller.userId} ${rest}`, () =>
                    history(context, caller, rest),
                  ),
              },
        ),
      show: (call) =>
        pick(context, call, 'show', TO_SHOW, async (no) => ({ say: await show(context, call.caller, no) })),
    },
    actions: {
      tsa_queue: ({ caller }) =>
        Promise.resolve({
          later: () => context.lookUps.list(`queue ${caller.userId}`, () => queue(context, caller)),
        }),
      tsa_active: ({ caller }) => Promise.resolve(nowActive(context, caller)),
      [ACTION.show]: async ({ caller, value }) => {
        const no = parseNo(value);
        return no === null ? NOT_READ : { say: await show(context, caller, no) };
      },
    },
  };
}

/** Lines that fit one ephemeral message with room to spare: 50 blocks (docs.slack.dev/reference/block-kit/blocks). */
const ACTIVE_MAX = 40;
/** Two blocks each, with room for what stands around them. */
const WITH_BUTTONS_MAX = 20;
/** Buttons beside one request in a list: who needs another looks at its card. */
const BUTTONS_MAX = 5;
/** A message holds 50 blocks; and nobody reads more than this at once. */
const BLOCKS_MAX = 50;
/** Slack takes about 13,000 characters of blocks in one message; the card has its share. */
const HISTORY_CHARACTERS_MAX = 6_000;

function nowActive(context: SlackContext, caller: Caller): Answered {
  return { later: () => context.lookUps.list(`active ${caller.userId}`, () => activeNow(context, caller)) };
}

async function activeNow(context: SlackContext, { userId }: Caller): Promise<Say> {
  const no = await notForYou(context, userId);
  if (no !== null) return no;
  const shown = await context.views.activeSessions(ACTIVE_MAX);
  const late = await context.notClosed();
  if (shown.length + late.length === 0) return { text: 'Nobody is in a tenant right now.' };
  const lines = notClosedLines(late, context.directory.known(), context.clock.now());
  const all = Math.max(shown.length, await context.views.countActive());
  const more = all - shown.length;
  const title = `${count(all, 'session')} right now`;
  const blocks: KnownBlock[] = [
    ...lines.map(section),
    header(title),
    ...shown.map((one) => section(activeLine(one, context.clock.now()))),
    ...(more > 0
      ? [contextBlock(`… and ${more} more, which end later. See one with \`/tsa show TSA-n\`.`)]
      : []),
  ];
  return {
    text: [
      ...lines.map(strip),
      title,
      ...shown.map((one) => strip(activeLine(one, context.clock.now()))),
    ].join('\n'),
    blocks,
  };
}

function activeLine({ no, state }: FullRecord, now: number): string {
  if (state.phase !== 'active') return tsa(no);
  const { ask } = state.grant;
  const sign = state.origin.kind === 'emergency' ? ':rotating_light: *EMERGENCY* · ' : '';
  return `${sign}*${tsa(no)}* · ${who(ask.grantee)} in ${placeOf(state)} · ${oneLine(ask.scope.name, 150)} · until ${when(state.session.expiresAt)} (${lasting(Math.max(0, state.session.expiresAt - now))} left)`;
}

/** What is mine and not over, and what I must still do. */
async function mine(context: SlackContext, { userId }: Caller): Promise<Say> {
  const all = new Map<number, FullRecord>();
  for (const one of await context.views.waitingFor(userId)) all.set(one.no, one);
  for (const part of ['requester', 'grantee', 'owner'] as const)
    for (const one of await context.views.byPerson(part, userId, OPEN)) all.set(one.no, one);
  const list = [...all.values()].sort((a, b) => b.no - a.no);
  const title = list.length === 0 ? 'Nothing of yours is open.' : `${count(list.length, 'request')} of yours`;
  return withButtons(context, userId, list, title);
}

/** Requests, each with what this reader can do about it: as many as one message holds. */
function withButtons(context: SlackContext, reader: string, list: readonly FullRecord[], title: string): Say {
  const facts = list
    .slice(0, WITH_BUTTONS_MAX)
    .map((one) => factsAt(one, directMessage(reader), context.directory.known(), context.clock.now()));
  const draw = (shown: number): KnownBlock[] => [
    header(title),
    ...facts
      .slice(0, shown)
      .flatMap((one) => [section(headline(one)), ...actions(buttonsFor(one).slice(0, BUTTONS_MAX))]),
    ...(list.length > shown ? [contextBlock(`… and ${list.length - shown} more, older.`)] : []),
  ];
  let shown = facts.length;
  while (shown > 1 && !fitsMessage(draw(shown))) shown -= 1;
  return {
    text: [oneLine(title), ...facts.slice(0, shown).map((one) => strip(headline(one)))].join('\n'),
    blocks: draw(shown),
  };
}

const OPEN = ['pending', 'unclaimed', 'unconfirmed', 'approved', 'active', 'ended'] as const;
const TO_SHOW: Own = {
  parts: ['requester', 'grantee', 'owner'],
  phases: OPEN,
  none: 'Nothing of yours is open. Write `/tsa show TSA-42` for any other.',
};

/** The record: for requesters, approvers, auditors and admins, for those with a part in it, and as theirs for the customer. */
async function show(context: SlackContext, { userId }: Caller, no: number): Promise<Say> {
  const seen = await seenBy(context, userId, no, 'everybody');
  if (!('say' in seen))
    return meetAll(
      await recordOf(context, seen, userId),
      context.directory,
      context.policy.tenants.get(seen.state.tenant.id),
    );
  // The same answer for what is not there and what is not theirs to see.
  return seen.why === 'not_known'
    ? seen.say
    : { text: `There is no ${tsa(no)} that you can see. See what is going on with \`/tsa active\`.` };
}

/** Everything that happened, oldest first; long texts whole. */
async function recordOf(
  context: SlackContext,
  record: VisibleRecord<Recorded>,
  reader: UserId,
): Promise<Rendered> {
  const { events, audience } = record;
  const world = worldTo(audience, context.directory.known());
  const destination = directMessage(reader);
  const facts = {
    ...record,
    destination,
    place: 'record' as const,
    world,
    now: context.clock.now(),
    recent: null,
  };
  // What answers a command is not held to the size of a message that is posted.
  const top = card(facts, () => true);
  const done = await supportActions(context.reported, record.no);
  const actions = done === null ? [] : sections(done);
  let history: KnownBlock[] = [];
  let shown = 0;
  let characters = done?.length ?? 0;
  // The newest matter most: the oldest are left out where there is no room for all.
  for (const event of events.toReversed()) {
    const words = `${when(event.at)} · ${noticeWords(event, facts)}`;
    const blocks = sections(words);
    characters += words.length;
    const room = BLOCKS_MAX - SAID_MAX - 2 - top.blocks.length - actions.length - history.length;
    if (blocks.length > room || (shown > 0 && characters > HISTORY_CHARACTERS_MAX)) break;
    history = [...blocks, ...history];
    shown += 1;
  }
  const left = events.length - shown;
  const last = events.at(-1);
  return {
    text: top.text,
    blocks: [
      ...top.blocks,
      ...actions,
      ...(left > 0 ? [contextBlock(`${left} earlier events are in the ledger’s export.`)] : []),
      ...history,
      ...(last === undefined
        ? []
        : [contextBlock(`Ledger event ${last.seq}, hash \`${last.hash.slice(0, 16)}…\``)]),
    ],
  };
}
