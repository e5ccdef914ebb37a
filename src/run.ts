import type { Logger } from 'pino';
import type { Policy } from './access/policy.ts';
import { reachable } from './access/policy.ts';
import { atHome } from './access/whose.ts';
import type { Timekeeper } from './clock.ts';
import type { Config } from './config.ts';
import { createMailEdge, routed, withoutMail } from './email/edge.ts';
import { createHealth } from './health.ts';
import { openPages } from './http/routes/pages.ts';
import { serve } from './http/server.ts';
import { createReportedActions } from './ledger/actions.ts';
import type { CommandHandler } from './ledger/command-handler.ts';
import { createCommandHandler } from './ledger/command-handler.ts';
import { createKeptFigures } from './ledger/kept-figures.ts';
import { createLinks } from './ledger/links.ts';
import { createTenantViews } from './ledger/tenant-views.ts';
import { openLedger } from './ledger/open.ts';
import type { OwnLedger } from './ledger/open.ts';
import { createUnderWay } from './ledger/under-way.ts';
import { createViews } from './ledger/views.ts';
import { announcedAt } from './outbox/announce.ts';
import { createDispatcher } from './outbox/dispatcher.ts';
import { inChannel } from './notifications/owe.ts';
import { readFacts } from './review/facts.ts';
import { AS_IT_IS, policyChangeWords } from './wording/policy-change.ts';
import { createSlackApp } from './slack/app.ts';
import { createClients } from './slack/api/client.ts';
import { createCourier } from './slack/messages/courier.ts';
import { createDirectory } from './slack/api/directory.ts';
import { createHome } from './slack/home/slice.ts';
import { createSlackRequests } from './http/slack-requests.ts';
import { createIntake } from './slack/api/intake.ts';
import { isSomebodyActive } from './slack/api/presence.ts';
import { announceRestored } from './slack/restored/slice.ts';
import { renderReview } from './slack/review/slice.ts';
import { createLine } from './slack/api/socket-mode.ts';
import { readWhoIAm } from './slack/api/who-am-i.ts';
import { createLookUps } from './slack/interactions/turns.ts';
import { openProducts, serveProducts } from './products.ts';
import { appTokenRefused, botTokenRefused, heldBack, portTaken } from './start-problems.ts';
import type { TenantIndex } from './policy/tenant-index.ts';
import { catchUp } from './timers/catching-up.ts';
import { createClockWatch } from './timers/clock-watch.ts';
import { createDigestTimer } from './timers/digest.ts';
import { createTimers } from './timers/timers.ts';
import { createLeavers } from './timers/leavers.ts';
import { createVacancies } from './timers/vacancies.ts';

/** The whole program, running. */
export interface Running {
  /** The one command handler for every change. */
  readonly handler: CommandHandler;
  /** Where it serves health, and in HTTP mode Slack. */
  readonly port: number;
  /** Where products ask, if they do. */
  readonly productsPort: number;
  /** Does all that is due now and delivers all that is owed: what the clocks do by themselves, at once. */
  tick(): Promise<void>;
  /** Takes no more work, and finishes what is in flight, in 10 s at most. */
  stop(): Promise<void>;
}

/** What is in flight when it is told to stop has this long. */
const STOP_WITHIN_MS = 10_000;
/** Slack is asked for a sign of life this often, so that quiet hours do not look like an outage. */
const HEARTBEAT_MS = 25_000;
const WEEK_MS = 7 * 24 * 60 * 60_000;

/** Puts the parts together and starts them. @throws CannotOpen with words for the operator */
export async function start(
  config: Config,
  { policy, tenants }: { readonly policy: Policy; readonly tenants: TenantIndex },
  clock: Timekeeper,
  log: Logger,
): Promise<Running> {
  const ledger = openLedger(config.database, clock);
  for (const words of ledger.mended) log.warn(words);
  try {
    const mail = config.mail !== null;
    const warning = mail ? null : withoutMail(tenants);
    if (warning !== null) log.warn(warning);
    return await startOn(ledger, config, policy, tenants, clock, log);
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

async function startOn(
  ledger: OwnLedger,
  config: Config,
  loaded: Policy,
  tenants: TenantIndex,
  clock: Timekeeper,
  log: Logger,
): Promise<Running> {
  const views = createViews(ledger.reader);
  const handler = createCommandHandler(ledger, clock, { mail: config.mail !== null });
  const { mode, botToken, apiUrl } = config.slack;
  const clients = createClients(botToken, apiUrl, log);
  const me = readWhoIAm(await heldBack(botTokenRefused, () => clients.background.auth.test()));
  const { ours } = me;
  const changed = await handler.startUnder(loaded, tenants.sha256);
  if (changed !== null)
    log.info(
      { changes: policyChangeWords(changed, AS_IT_IS) },
      'the policy is another one than at the last start',
    );
  const rules = atHome(reachable(loaded, { mail: config.mail !== null }), ours);

  const directory = createDirectory({
    client: clients.asking,
    policy: rules,
    ours,
    clock,
    log,
    absences: (now) => views.absences(now),
  });
  await directory.recent([]);
  const counted = { figures: createKeptFigures(ledger), views, reader: ledger.reader };
  const permalinks = async (numbers: readonly number[]) => {
    const places = [rules.channels.support, rules.channels.alert].filter((id) => id !== null);
    const cards = await Promise.all(places.map((id) => views.cardsIn(inChannel(id), numbers)));
    return new Map(
      cards.flat().map(({ no, channel, ts }) => [no, `${me.url}archives/${channel}/p${ts.replace('.', '')}`]),
    );
  };
  const context = {
    handler,
    views,
    tenantViews: createTenantViews(ledger.reader),
    reported: createReportedActions(ledger.reader),
    reviewed: (from: number, until: number) => readFacts(counted, from, until),
    lookUps: createLookUps(clock),
    permalinks,
    directory,
    policy: rules,
    tenants,
    mail: config.mail !== null,
    clock,
    log,
    client: clients.interactive,
  };
  const home = createHome(context);
  const slack = createCourier({
    changed: (user) => home.refresh(user),
    siteUrl: me.url,
    timeZone: rules.timeZone,
    client: clients.background,
    ledger,
    views,
    directory,
    tenants,
    clock,
    log,
    digest: async (week) => {
      const row = await ledger.db
        .selectFrom('digest_week')
        .selectAll()
        .where('week', '=', week)
        .executeTakeFirst();
      const until = row?.until_at ?? clock.now();
      return renderReview(context, row?.from_at ?? until - WEEK_MS, until, `Access review, week ${week}`);
    },
  });
  const links = createLinks(ledger.db, clock);
  const mail = createMailEdge(config, {
    views,
    links,
    clock,
    policy: rules,
    learn: (users) => directory.learn(users),
    nameOf: (user) => directory.profile(user)?.name ?? null,
    isActive: (users) => isSomebodyActive(clients.background, users),
  });
  const courier = routed(slack, mail);
  const dispatcher = createDispatcher({ ledger, clock, courier, log, announceAt: announcedAt(directory) });
  const timers = createTimers({ handler, views, clock, log, world: () => directory.known() });
  const vacancies = createVacancies({
    handler,
    views,
    clock,
    log,
    asked: (look) => directory.asked(look),
  });
  const leavers = createLeavers({
    handler,
    underWay: createUnderWay(ledger.reader),
    clock,
    log,
    asked: (look, word) => directory.asked(look, word),
  });
  const digest = createDigestTimer({ handler, views, clock, log, policy: rules });
  const watch = createClockWatch({ clock, handler, policy: rules, log });
  handler.onCommitted(() => {
    dispatcher.wake();
    timers.wake();
  });

  /** When Slack last called, or took our token: an answer that refuses it is no sign of life. */
  let seenAt = clock.now();
  const slackSeen = (): void => void (seenAt = clock.now());
  let connection: 'up' | 'down' = mode.kind === 'http' ? 'up' : 'down';
  const health = createHealth({
    ledger,
    views,
    clock,
    slackSeenAt: () => (connection === 'down' ? null : seenAt),
  });
  const intake = createIntake(log);
  const app = createSlackApp({
    context,
    home,
    receiver: intake,
    token: botToken,
    me,
    changed: async (user) => {
      if (user !== null) await leavers.look(user);
      await vacancies.look(user);
    },
    log,
  });
  const socket = mode.kind === 'socket' ? createLine({ appToken: mode.appToken, apiUrl }, intake, log) : null;
  socket?.on('connected', () => {
    connection = 'up';
    slackSeen();
  });
  for (const gone of ['close', 'reconnecting', 'disconnecting', 'disconnected'])
    socket?.on(gone, () => (connection = 'down'));
  const pages = openPages(config, { ...context, links });
  const products = await openProducts(config, { ledger, handler, directory, policy: rules, clock, log });
  const http = await heldBack(portTaken, () =>
    serve({
      port: mode.kind === 'http' ? mode.port : mode.httpPort,
      health,
      slack:
        mode.kind === 'http'
          ? createSlackRequests({ signingSecret: mode.signingSecret, intake, clock, log, onSeen: slackSeen })
          : null,
      accessApi: products?.port === null ? products : null,
      pages: pages?.listener ?? null,
      clientHeader: config.clientHeader,
      log,
    }),
  );
  await catchUp({ handler, views, world: () => directory.known(), timers, vacancies, digest });
  await announceRestored(context);
  // Not before: until it is caught up, a session of a backup may be shown that is long over.
  products?.begin();
  const forProducts = await serveProducts(products, { health, clientHeader: config.clientHeader, log });
  await dispatcher.start();
  timers.start();
  watch.start();
  digest.start();
  vacancies.start();
  leavers.start();
  if (socket !== null) await heldBack(appTokenRefused, () => socket.start());
  const heartbeat = setInterval(() => {
    clients.background.auth.test().then(slackSeen, (error: unknown) => {
      log.warn({ error }, 'Slack does not answer, or refuses the token');
    });
  }, HEARTBEAT_MS);
  log.info({ mode: mode.kind, port: http.port, tenants: rules.tenants.size }, 'TSA is ready');

  return {
    handler,
    port: http.port,
    productsPort: forProducts?.port ?? http.port,
    async tick() {
      await watch.tick();
      await timers.tick();
      await digest.tick();
      dispatcher.wake();
      await dispatcher.settled();
    },
    async stop() {
      clearInterval(heartbeat);
      // All at the same time: together they have ten seconds, not each.
      const delivered = dispatcher.stop(STOP_WITHIN_MS);
      await socket?.disconnect();
      await Promise.all([
        http.close(),
        forProducts?.close(),
        app.settled(),
        timers.stop(),
        digest.stop(),
        vacancies.stop(),
        leavers.stop(),
        watch.stop(),
      ]);
      await pages?.settled();
      await handler.close();
      await delivered;
      mail.close();
      products?.close();
      await ledger.close();
    },
  };
}
