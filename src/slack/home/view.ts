import type { HomeView, KnownBlock, PlainTextOption } from '@slack/types';
import { administers } from '../../access/people.ts';
import type { Absence } from '../../access/people.ts';
import type { UserId } from '../../access/policy.ts';
import { isListed } from '../../access/reading.ts';
import type { Gap } from '../../ledger/gap.ts';
import type { FullRecord } from '../../ledger/history.ts';
import { actions, button, contextBlock, fit, header, plain, section } from '../messages/blocks.ts';
import { buttonsFor } from '../messages/buttons.ts';
import { notClosedLines } from '../messages/not-closed.ts';
import { headline } from '../messages/card.ts';
import type { SlackContext } from '../context.ts';
import type { Facts } from '../messages/facts.ts';
import { factsAt } from '../messages/facts.ts';
import { lookTwice } from '../messages/look-twice.ts';
import { noticeWords } from '../messages/notice.ts';
import { restoredOnHome } from '../messages/restored.ts';
import type { Line } from '../../ledger/queue-views.ts';
import type { Shared } from '../interactions/queue.ts';
import { SHARED, TITLES } from '../interactions/queue.ts';
import { mayAsk } from '../interactions/visibility.ts';
import { count } from '../../wording/numbers.ts';
import { lasting } from '../../wording/durations.ts';
import { oneLine, when, who } from '../messages/words.ts';
import { isStarted, reviewOf } from '../../access/state.ts';
import { directMessage } from '../../access/ids.ts';

/** A person's Home: what waits for them first, then what is theirs, then what the team is doing. */

export interface HomeFacts {
  readonly me: UserId;
  readonly waiting: readonly FullRecord[];
  /** What waits for others; `null` for whoever may not look. */
  readonly shared: Readonly<Record<Shared, Line>> | null;
  readonly sessions: readonly FullRecord[];
  readonly requests: readonly FullRecord[];
  readonly closeouts: readonly FullRecord[];
  readonly active: readonly FullRecord[];
  readonly notClosed: readonly FullRecord[];
  readonly latest: readonly { readonly record: FullRecord; readonly version: number }[] | null;
  readonly absence: Absence | undefined;
  readonly gap: Gap | null;
}

/** What the person chose to see. Travels with the view. */
export interface HomeChoice {
  readonly environment: string;
  readonly activePage: number;
  readonly requestsPage: number;
}

export const HOME = 'tsa_home';
export const HOME_ACTION = {
  environment: 'tsa_home_environment',
  page: 'tsa_home_page',
  away: 'tsa_home_away',
  back: 'tsa_home_back',
} as const;

/**
 * How many of each are shown; the rest is paged or counted. With the warnings about names this makes at most 99 of the
 * 100 blocks (docs.slack.dev/surfaces/app-home).
 */
const SHOWN = {
  waiting: 6,
  sessions: 5,
  requests: 5,
  closeouts: 5,
  active: 6,
  latest: 5,
} as const;
/** Of each part of what is not only theirs; the rest is a press away. */
export const SHARED_SHOWN = 2;
const ALL = 'all';

export function homeView(context: SlackContext, facts: HomeFacts, choice: HomeChoice): HomeView {
  const { me } = facts;
  const inside = isListed(context.directory.known(), me);
  const blocks: KnownBlock[] = [
    ...actions([
      ...(mayAsk(context, me)
        ? [button('Request access', 'tsa_open_request', 'request', { style: 'primary' })]
        : []),
      ...(facts.absence === undefined
        ? inside
          ? [button('I’m away …', HOME_ACTION.away, 'away')]
          : []
        : [button('I’m back', HOME_ACTION.back, 'back')]),
    ]),
    ...(facts.absence === undefined
      ? []
      : [
          section(
            `:palm_tree: You are away until ${when(facts.absence.until)}; ${who(facts.absence.delegate)} answers for you.`,
          ),
        ]),
    ...(inside
      ? notClosedLines(facts.notClosed, context.directory.known(), context.clock.now()).map(section)
      : []),
    ...(inside ? restoredOnHome(facts.gap, administers(context.directory.known(), me)) : []),
    ...part(context, me, 'Waiting for you', facts.waiting, SHOWN.waiting),
    ...sharedPart(context, me, facts.shared),
    ...part(context, me, 'Your sessions', facts.sessions, SHOWN.sessions),
    ...part(context, me, 'To close out', facts.closeouts, SHOWN.closeouts),
    // What is shown above with its buttons is not listed again.
    ...requestsPart(context, me, without(facts.requests, facts.sessions), choice),
    ...(inside ? activePart(context, facts.active, choice) : []),
    ...latestPart(context, me, facts.latest),
  ];
  const empty = [facts.waiting, facts.sessions, facts.closeouts, facts.requests].every(
    (list) => list.length === 0,
  );
  return {
    type: 'home',
    callback_id: HOME,
    private_metadata: JSON.stringify(choice),
    ...lookTwice(
      { blocks: empty ? [...teaching(mayAsk(context, me), inside), ...blocks] : blocks },
      context.directory,
      undefined,
    ),
  };
}

/** The first time, and whenever nothing is going on: what this is, and what to do first. */
function teaching(asks: boolean, inside: boolean): KnownBlock[] {
  const title = header('Temporary support access');
  if (!inside)
    return [
      title,
      section(
        'This is for the people whom the policy lists. Ask an admin to be added. What concerns you comes in a direct message.',
      ),
    ];
  if (!asks)
    return [
      title,
      section(
        'Support engineers ask for access to a customer’s tenant, a named person decides, and it ends by itself.\nWhat waits for you comes in a direct message, and stands here. Look things up with `/tsa`; see `/tsa help`.',
      ),
    ];
  return [
    title,
    section(
      [
        'Need to work inside a customer’s tenant? Ask here, a named person decides, and the access ends by itself.',
        '1. *Request access*: tenant, scope, reason, how long.  2. Start when it is approved.  3. Close out when you are done.',
        'Everything also works by `/tsa`; see `/tsa help`.',
      ].join('\n'),
    ),
  ];
}

function without(list: readonly FullRecord[], others: readonly FullRecord[]): readonly FullRecord[] {
  return list.filter(({ no }) => !others.some((other) => other.no === no));
}

/** What somebody is asked for beyond what the first line says. */
function asked({ state }: Facts): string {
  if (state.phase === 'active' && state.extension !== null) {
    const { by, durationMs, reason } = state.extension;
    return `\n${who(by)} asks for ${lasting(durationMs)} more: ${oneLine(reason, 600)}`;
  }
  const review = reviewOf(state);
  if (review === null || review.verdict !== null || !isStarted(state)) return '';
  return `\n:rotating_light: *EMERGENCY*, to be reviewed until ${when(review.dueAt)}: ${oneLine(state.reason, 600)}`;
}

/** A request with what its reader can do about it. */
function withButtons(facts: Facts): KnownBlock[] {
  return [section(`${headline(facts)}${asked(facts)}`), ...actions(buttonsFor(facts).slice(0, 5))];
}

/** Requests with what can be done about them. */
function part(
  context: SlackContext,
  me: UserId,
  title: string,
  list: readonly FullRecord[],
  max: number,
): KnownBlock[] {
  if (list.length === 0) return [];
  const shown = list.slice(0, max);
  return [
    header(`${title} (${list.length})`),
    ...shown.flatMap((one) => withButtons(factsFor(context, one, me))),
    ...more(list.length - shown.length),
  ];
}

/** What waits for the team, or for anybody: the first of each, and a way to all of it. */
function sharedPart(context: SlackContext, me: UserId, shared: HomeFacts['shared']): KnownBlock[] {
  if (shared === null) return [];
  const parts = SHARED.filter((which) => shared[which].count > 0);
  if (parts.length === 0) return [];
  const all = parts.reduce((sum, which) => sum + shared[which].count, 0);
  return [
    header(`In the queue (${all})`),
    ...parts.map((which) => {
      const { count: n, first } = shared[which];
      const lines = first.map((one) => `• ${headline(factsFor(context, one, me))}`);
      return section([`*${TITLES[which]}* (${n})`, ...lines].join('\n'));
    }),
    ...actions([button('Show the queue', 'tsa_queue', 'queue')]),
  ];
}

function requestsPart(
  context: SlackContext,
  me: UserId,
  list: readonly FullRecord[],
  { requestsPage }: HomeChoice,
): KnownBlock[] {
  if (list.length === 0) return [];
  const shown = list.slice(requestsPage * SHOWN.requests, (requestsPage + 1) * SHOWN.requests);
  return [
    header(`Your requests (${list.length})`),
    ...shown.flatMap((one) => withButtons(factsFor(context, one, me))),
    ...pager('requests', requestsPage, list.length, SHOWN.requests),
  ];
}

function activePart(
  context: SlackContext,
  all: readonly FullRecord[],
  { environment, activePage }: HomeChoice,
): KnownBlock[] {
  const list = all.filter(({ state }) => environment === ALL || state.tenant.environment === environment);
  const shown = list.slice(activePage * SHOWN.active, (activePage + 1) * SHOWN.active);
  const environments = [...new Set(all.map(({ state }) => state.tenant.environment))].sort().slice(0, 99);
  return [
    header(`In a tenant right now (${list.length})`),
    ...(environments.length > 1 ? [filter(environments, environment)] : []),
    ...(shown.length === 0
      ? [contextBlock('Nobody.')]
      : shown.map((one) => contextBlock(activeLine(one, context.clock.now())))),
    ...pager('active', activePage, list.length, SHOWN.active),
  ];
}

function activeLine({ no, state }: FullRecord, now: number): string {
  if (state.phase !== 'active') return `TSA-${no}`;
  const { ask } = state.grant;
  const sign = state.origin.kind === 'emergency' ? ':rotating_light: *EMERGENCY* · ' : '';
  const left = lasting(Math.max(0, state.session.expiresAt - now));
  return `${sign}*TSA-${no}* · ${who(ask.grantee)} in ${oneLine(state.tenant.name, 200)} (${oneLine(state.tenant.environment, 80)}) · ${left} left`;
}

function latestPart(context: SlackContext, me: UserId, latest: HomeFacts['latest']): KnownBlock[] {
  if (latest === null) return [];
  const told = latest.flatMap(({ record, version }) => {
    const facts = factsFor(context, record, me);
    return facts.events
      .filter((one) => one.version === version)
      .map((one) => contextBlock(`${when(one.at)} · ${noticeWords(one, facts)}`));
  });
  return [header('Latest in the ledger'), ...told.slice(0, SHOWN.latest)];
}

function filter(environments: readonly string[], chosen: string): KnownBlock {
  const options = [ALL, ...environments].map((value): PlainTextOption => {
    const text = value === ALL ? 'All environments' : value;
    return { text: plain(fit(text, 75)), value: value.slice(0, 150) };
  });
  const initial = options.find((option) => option.value === chosen);
  return {
    type: 'actions',
    elements: [
      {
        type: 'static_select',
        action_id: HOME_ACTION.environment,
        options,
        ...(initial === undefined ? {} : { initial_option: initial }),
      },
    ],
  };
}

function pager(what: 'active' | 'requests', page: number, total: number, size: number): KnownBlock[] {
  const last = Math.ceil(total / size) - 1;
  if (last <= 0) return [];
  const buttons = [
    ...(page > 0 ? [button('Back', `${HOME_ACTION.page}_back_${what}`, `${what}:${page - 1}`)] : []),
    ...(page < last ? [button('More', `${HOME_ACTION.page}_more_${what}`, `${what}:${page + 1}`)] : []),
  ];
  return [contextBlock(`Page ${page + 1} of ${last + 1}`), ...actions(buttons)];
}

function more(left: number): KnownBlock[] {
  return left <= 0
    ? []
    : [contextBlock(`… and ${count(left, 'more', 'more')}. See them in your messages with me.`)];
}

function factsFor(context: SlackContext, one: FullRecord, me: UserId): Facts {
  return factsAt(one, directMessage(me), context.directory.known(), context.clock.now());
}
