import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Kind } from '../sandbox/deliver.ts';
import { ACTION } from '../src/slack/interactions/action-ids.ts';
import { found, nth } from './company.ts';
import { fill } from './fill.ts';
import { prepare, send } from './http.ts';
import { launchApp, slackTold } from './live.ts';
import type { Program, Slack } from './live.ts';
import { homeOpened, press, slashCommand, submission, suggestion, typedWords } from './payloads.ts';
import { launch } from './processes.ts';
import type { Row } from './stats.ts';
import { median, quantile, toRow } from './stats.ts';

/**
 * `npm run bench -- soak [minutes]`: a working day at full speed. People ask, approve, go in, leave, type, look things
 * up, and ask for the review, fifty times a second, on a ledger in which 4,389 requests were filed last week. What is
 * measured is whether the end of it is as quick as the beginning.
 */

const A_SECOND = 50;
const WEEK_MS = 7 * 24 * 60 * 60_000;
/** 4,389 requests, with all that became of them. */
const EVENTS_LAST_WEEK = 28_500;
const WINDOW_MAX_MS = 5 * 60_000;
/** The program is compiled while it runs: the first moments are nobody's measure. */
const WARM_MS = 10_000;
const RSS_EVERY_MS = 2_000;
const SLACK_ANSWERS_MS = 50;
const SLOWER_AT_MOST = 1.2;
const LARGER_AT_MOST = 1.2;
const STALL_BELOW_MS = 100;

interface Measured {
  readonly at: number;
  readonly ms: number;
}

/** What happened, and when (milliseconds since it began). */
interface Diary {
  readonly acks: Measured[];
  /** From the command to the review in the hands of whoever asked. */
  readonly reviews: Measured[];
  readonly stalls: Measured[];
  readonly rss: { readonly at: number; readonly mb: number }[];
  failed: number;
}

/** Runs it for so many minutes, and says how the end compares with the beginning. */
export async function soak(folder: string, minutes: number): Promise<readonly Row[]> {
  const { path, policy } = found(folder);
  const database = join(folder, 'soak.sqlite');
  await fill(database, EVENTS_LAST_WEEK, policy, WEEK_MS);
  const slack = await launch('./slack.ts', [], {}, slackTold);
  slack.send(SLACK_ANSWERS_MS);
  const stalls = new URL('./stalls.ts', import.meta.url).href;
  const app = await launchApp(slack.told, path, database, [`--import=${stalls}`]);
  try {
    return rowsOf(await run(app, slack.told, minutes * 60_000), minutes * 60_000);
  } finally {
    await app.stop();
    await slack.stop();
  }
}

async function run(app: Program, slack: Slack, lengthMs: number): Promise<Diary> {
  const diary: Diary = { acks: [], reviews: [], stalls: [], rss: [], failed: 0 };
  const began = performance.now();
  const now = (): number => performance.now() - began;
  app.onMessage((message) => {
    const told = z.object({ stallMs: z.number() }).safeParse(message);
    if (told.success) diary.stalls.push({ at: now(), ms: told.data.stallMs });
  });
  const answers = await listen();
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const people = createPeople(slack.teamId);
  const underWay = new Set<Promise<void>>();
  let rssAt = 0;

  async function one(): Promise<void> {
    const next = people.next(answers.address);
    const [request] = prepare(slack.signingSecret, next.kind, [next.payload]);
    if (request === undefined) return;
    const at = now();
    const answered = next.isReview ? answers.next() : null;
    try {
      const body = await send(agent, app.told.port, request);
      diary.acks.push({ at, ms: now() - at });
      people.heard(next, body);
    } catch (error) {
      diary.failed += 1;
      if (diary.failed < 10) console.error(error);
    }
    if (answered === null) return;
    await answered;
    diary.reviews.push({ at, ms: now() - at });
  }

  // At its pace, whether or not it is answered in time: nobody waits for others before they press a button.
  for (let n = 0; now() < lengthMs; n += 1) {
    const work = one().finally(() => underWay.delete(work));
    underWay.add(work);
    if (now() - rssAt > RSS_EVERY_MS) {
      rssAt = now();
      diary.rss.push({ at: rssAt, mb: app.rss() });
    }
    await sleep(Math.max(0, ((n + 1) * 1_000) / A_SECOND - now()));
  }
  await Promise.race([Promise.all(underWay), sleep(10_000)]);
  agent.destroy();
  answers.close();
  return diary;
}

/** Where the program answers what was asked by a command. */
async function listen(): Promise<{ address: string; next(): Promise<void>; close(): void }> {
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      response.end('ok');
      if (text.includes('The last 7 days')) waiting.shift()?.();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    address: `http://127.0.0.1:${port}/response`,
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Act {
  readonly kind: Kind;
  readonly payload: Record<string, unknown>;
  readonly isReview: boolean;
  /** The request that it files, by its place among them. */
  readonly files: number | null;
}

/** In every hundred: what people do. */
const MIX = {
  file: 8,
  follow: 24,
  help: 14,
  type: 16,
  active: 6,
  mine: 8,
  history: 6,
  show: 8,
  home: 6,
  review: 4,
} as const;
type Doing = keyof typeof MIX;
const DOINGS: readonly Doing[] = (Object.keys(MIX) as Doing[]).flatMap((what) =>
  Array<Doing>(MIX[what]).fill(what),
);

/** Who does what next. Whoever filed a request has it approved, goes in, and leaves. */
function createPeople(teamId: string): { next(answerTo: string): Act; heard(act: Act, body: string): void } {
  const typed = typedWords(1_000);
  /** What is to be pressed, in this order. */
  const follow: ((answerTo: string) => Record<string, unknown>)[] = [];
  let turn = 0;
  let filed = 0;
  const act = (kind: Kind, payload: Record<string, unknown>, more: Partial<Act> = {}): Act => {
    return { kind, payload, isReview: false, files: null, ...more };
  };
  return {
    next(answerTo) {
      turn += 1;
      // Spread over the hundred, the same in each: 37 has no factor in common with it.
      const what = DOINGS[(turn * 37) % DOINGS.length] ?? 'help';
      const command = (words: string): Act => act('slash_commands', slashCommand(teamId, words, answerTo));
      switch (what) {
        case 'file':
          filed += 1;
          return act('interactive', submission(teamId, 10_000 + filed), { files: 10_000 + filed });
        case 'follow': {
          const next = follow.shift();
          return next === undefined ? command('help') : act('interactive', next(answerTo));
        }
        case 'show':
          return command(`show TSA-${1 + (turn % 4_000)}`);
        case 'history':
          return command(`history tenant-${turn % 2_000}`);
        case 'home':
          return act('events_api', homeOpened(teamId));
        case 'review':
          return { ...command('review'), isReview: true };
        case 'help':
        case 'active':
        case 'mine':
          return command(what);
        case 'type':
          return act('interactive', suggestion(teamId, typed[turn % typed.length] ?? ''));
      }
    },
    heard({ files }, body) {
      const no = /TSA-(\d+)/.exec(body)?.[1];
      if (files === null || no === undefined) return;
      const { engineer, approver } = nth(files);
      for (const [who, action] of [
        [approver, ACTION.approve],
        [engineer, ACTION.start],
        [engineer, ACTION.end],
      ] as const)
        follow.push((answerTo) => press(teamId, who, action, Number(no), answerTo));
    },
  };
}

function rowsOf({ acks, reviews, stalls, rss, failed }: Diary, lengthMs: number): readonly Row[] {
  const window = Math.min(WINDOW_MAX_MS, lengthMs / 4);
  const first = ({ at }: { at: number }): boolean => at >= WARM_MS && at < WARM_MS + window;
  const last = ({ at }: { at: number }): boolean => at >= lengthMs - window;
  const p99 = (all: readonly Measured[]): number =>
    quantile(
      all.map(({ ms }) => ms),
      0.99,
    );
  const mb = (all: Diary['rss']): number => median(all.map((one) => one.mb));
  const longest = Math.max(...stalls.filter(({ at }) => at >= WARM_MS).map(({ ms }) => ms));
  const minutes = `${(window / 60_000).toLocaleString('en')} min`;
  const against = `the first ${minutes}`;
  console.error(
    `soak: ${acks.length} acknowledged, ${failed} failed; ${reviews.length} reviews, p50 ${Math.round(
      median(reviews.map(({ ms }) => ms)),
    )} ms; acks p50 ${median(acks.map(({ ms }) => ms)).toFixed(1)} ms`,
  );
  return [
    toRow(
      { id: 's1', what: `acks at ${A_SECOND}/s, p99 of the last ${minutes}`, unit: 'ms', against },
      [[p99(acks.filter(last)), p99(acks.filter(first))]],
      { ratioAtMost: SLOWER_AT_MOST },
    ),
    toRow(
      {
        id: 's2',
        what: 'the longest that the event loop stood still',
        unit: 'ms',
        against: 'p99 of all acks',
      },
      [[longest, p99(acks)]],
      { below: STALL_BELOW_MS },
    ),
    toRow(
      { id: 's3', what: `memory, in the last ${minutes}`, unit: 'MB', against },
      [[mb(rss.filter(last)), mb(rss.filter(first))]],
      { ratioAtMost: LARGER_AT_MOST },
    ),
    toRow({ id: 's4', what: `a review, asked and told, p99 of the last ${minutes}`, unit: 'ms', against }, [
      [p99(reviews.filter(last)), p99(reviews.filter(first))],
    ]),
    toRow(
      { id: 's5', what: 'not acknowledged', unit: 'requests', against: 'all' },
      [[failed, acks.length + failed]],
      { says: 'none', holds: failed === 0 },
    ),
  ];
}
