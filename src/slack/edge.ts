import type { Logger } from 'pino';
import type { Policy, UserId } from '../access/policy.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createReportedActions } from '../ledger/actions.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import { readDigestWeek } from '../ledger/digest-weeks.ts';
import { createKeptFigures } from '../ledger/kept-figures.ts';
import type { OwnLedger } from '../ledger/open.ts';
import { recordsNotClosed } from '../ledger/product-accesses.ts';
import { createTenantViews } from '../ledger/tenant-views.ts';
import type { Views } from '../ledger/views.ts';
import type { Courier } from '../outbox/delivery.ts';
import type { TenantIndex } from '../policy/tenant-index.ts';
import { readFacts } from '../review/facts.ts';
import { appTokenRefused, botTokenRefused, heldBack } from '../start-problems.ts';
import type { Clients } from './api/client.ts';
import { createClients } from './api/client.ts';
import type { Directory } from './api/directory.ts';
import { createDirectory } from './api/directory.ts';
import type { Intake } from './api/intake.ts';
import { createIntake } from './api/intake.ts';
import { isSomebodyActive } from './api/presence.ts';
import type { SlackSeen } from './api/signs-of-life.ts';
import { createSignsOfLife } from './api/signs-of-life.ts';
import { createConnection } from './api/socket-mode.ts';
import type { WhoAmI } from './api/who-am-i.ts';
import { readWhoIAm } from './api/who-am-i.ts';
import { createSlackApp } from './app.ts';
import type { SlackContext } from './context.ts';
import { createHome } from './home/slice.ts';
import { createLookUps } from './interactions/turns.ts';
import { createCourier } from './messages/courier.ts';
import { cardsIn } from './messages/memory.ts';
import { announceRestored } from './restored/slice.ts';
import { whyUnreadable } from '../wording/groups.ts';
import { renderReview } from './review/slice.ts';
import { inChannel } from '../access/ids.ts';

/** Slack, as it answered when the program began: how to call it, and who the app is in whose workspace. */
export interface SlackConnection {
  readonly clients: Clients;
  readonly me: WhoAmI;
}

/** All that people do and read in Slack. */
export interface SlackEdge {
  /** What Slack says about people. */
  readonly directory: Directory;
  /** Brings messages to Slack. */
  readonly courier: Courier;
  /** Takes what Slack sends over HTTP. */
  readonly intake: Intake;
  /** Is one of these people at the keyboard? */
  isActive(users: readonly UserId[]): Promise<boolean>;
  /** Calls `hear` whenever Slack says that somebody (or, with `null`, a whole group) is not what they were. */
  onChanged(hear: (user: UserId | null) => Promise<void>): void;
  /** Slack called: that is a sign of life. */
  seen(): void;
  /** When Slack last called, or took our token, and since when there is no connection. */
  life(): SlackSeen;
  /** In Socket Mode, opens the connection to Slack. @throws CannotOpen */
  start(): Promise<void>;
  /** Takes no more work, and waits for what follows acknowledgements. */
  stop(): Promise<void>;
}

const WEEK_MS = 7 * 24 * 60 * 60_000;

/** Finds out whether Slack takes our token, and who we are there. @throws CannotOpen */
export async function connectToSlack(
  { botToken, apiUrl }: Config['slack'],
  log: Logger,
): Promise<SlackConnection> {
  const clients = createClients(botToken, apiUrl, log);
  const me = readWhoIAm(await heldBack(botTokenRefused, () => clients.background.auth.test()));
  return { clients, me };
}

/** Puts together all that speaks with Slack; nothing of it runs yet. */
export async function createSlackEdge(
  config: Pick<Config, 'slack' | 'mail'>,
  { clients, me }: SlackConnection,
  core: {
    readonly ledger: OwnLedger;
    readonly handler: CommandHandler;
    readonly views: Views;
    readonly policy: Policy;
    readonly tenants: TenantIndex;
    readonly clock: Clock;
    readonly log: Logger;
  },
): Promise<SlackEdge> {
  const { ledger, handler, views, policy, tenants, clock, log } = core;
  const directory = createDirectory({
    client: clients.asking,
    policy,
    ours: me.ours,
    clock,
    log,
    absences: (now) => views.absences(now),
  });
  await directory.recent([]);
  for (const group of directory.unreadable())
    log.error(
      { group: group.group },
      `the policy names a user group that cannot be read: ${whyUnreadable(group)}`,
    );

  const counted = { figures: createKeptFigures(ledger), views, reader: ledger.reader };
  const context: SlackContext = {
    handler,
    views,
    tenantViews: createTenantViews(ledger.reader),
    reported: createReportedActions(ledger.reader),
    reviewed: (from, until) => readFacts(counted, from, until),
    lookUps: createLookUps(clock),
    permalinks: permalinksOf(ledger.reader, policy, me.url),
    notClosed: () => recordsNotClosed(ledger.reader),
    directory,
    policy,
    tenants,
    mail: config.mail !== null,
    clock,
    log,
    client: clients.interactive,
  };
  const home = createHome(context);
  const courier = createCourier({
    changed: (user) => home.refresh(user),
    siteUrl: me.url,
    timeZone: policy.timeZone,
    client: clients.background,
    ledger,
    views,
    directory,
    tenants,
    clock,
    log,
    digest: async (week) => {
      const { from, until } = (await readDigestWeek(ledger.db, week)) ?? lastWeek(clock.now());
      return renderReview(context, from, until, `Access review, week ${week}`);
    },
  });

  let hear: (user: UserId | null) => Promise<void> = () => Promise.resolve();
  const intake = createIntake(log);
  const app = createSlackApp({
    context,
    home,
    receiver: intake,
    token: config.slack.botToken,
    me,
    changed: (user) => hear(user),
    log,
  });
  const { mode, apiUrl } = config.slack;
  const socket =
    mode.kind === 'socket' ? createConnection({ appToken: mode.appToken, apiUrl }, intake, log) : null;
  const life = createSignsOfLife(clients.background, socket, clock, log);

  return {
    directory,
    courier,
    intake,
    isActive: (users) => isSomebodyActive(clients.background, users),
    onChanged(listener) {
      hear = listener;
    },
    seen: () => {
      life.seen();
    },
    life: () => life.look(),
    async start() {
      await announceRestored(context);
      if (socket !== null) await heldBack(appTokenRefused, () => socket.start());
      life.start();
    },
    async stop() {
      life.stop();
      await socket?.disconnect();
      await app.settled();
    },
  };
}

/** Links to the cards of requests in our own channels, where there are any. */
function permalinksOf(
  reader: OwnLedger['reader'],
  { channels }: Policy,
  siteUrl: string,
): SlackContext['permalinks'] {
  const places = [channels.support, channels.alert].filter((id) => id !== null);
  return async (numbers) => {
    const cards = await Promise.all(places.map((id) => cardsIn(reader, inChannel(id), numbers)));
    return new Map(
      cards
        .flat()
        .map(({ no, channel, ts }) => [no, `${siteUrl}archives/${channel}/p${ts.replace('.', '')}`]),
    );
  };
}

function lastWeek(now: number): { readonly from: number; readonly until: number } {
  return { from: now - WEEK_MS, until: now };
}
