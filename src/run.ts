import type { Logger } from 'pino';
import type { Policy } from './access/policy.ts';
import { reachable } from './access/policy.ts';
import { atHome } from './access/whose.ts';
import type { Timekeeper } from './clock.ts';
import type { Config } from './config.ts';
import type { ConnectorPlan } from './connectors/kind.ts';
import { createHandler, openDatabase } from './database.ts';
import { createMailEdge, routed } from './email/edge.ts';
import { createHealth } from './health.ts';
import { createHttpEdge } from './http/edge.ts';
import { createReportedActions } from './ledger/actions.ts';
import type { CommandHandler } from './ledger/command-handler.ts';
import { createLinks } from './ledger/links.ts';
import { createTenantViews } from './ledger/tenant-views.ts';
import { createViews } from './ledger/views.ts';
import { createLoops } from './loops.ts';
import type { TenantIndex } from './policy/tenant-index.ts';
import { openCarrier } from './product-edge.ts';
import { openSigningKeys } from './signing-keys.ts';
import { connectToSlack, createSlackEdge } from './slack/edge.ts';
import { AS_IT_IS, policyChangeWords } from './wording/policy-change.ts';

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
  /** Takes no more work, and finishes what is in flight; it is gone within 10 s. */
  stop(): Promise<void>;
}

/** What is in flight when it is told to stop has this long. */
const STOP_WITHIN_MS = 8_000;

/** What it starts with, beside its settings. */
interface Start {
  readonly policy: Policy;
  readonly tenants: TenantIndex;
  /** What opens and closes access in products, by name, and where its secrets are. */
  readonly connectors?: ReadonlyMap<string, ConnectorPlan>;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const NONE: ReadonlyMap<string, ConnectorPlan> = new Map();

/** Puts the parts together and starts them: the ledger, the edges, the loops. @throws CannotOpen with words for the operator */
export async function start(
  config: Config,
  { policy: loaded, tenants, connectors: plans = NONE, env = {} }: Start,
  clock: Timekeeper,
  log: Logger,
): Promise<Running> {
  const ledger = openDatabase(config.database, clock);
  for (const words of ledger.mended) log.warn(words);
  try {
    const mailed = { mail: config.mail !== null };
    const handler = createHandler(ledger, clock, mailed);
    const views = createViews(ledger.reader);
    const links = createLinks(ledger.db, clock);

    // Slack says whose workspace this is, and so which of the policy's people are at home in it.
    const connection = await connectToSlack(config.slack, log);
    const changed = await handler.startUnder(loaded, tenants.sha256);
    if (changed !== null)
      log.info(
        { changes: policyChangeWords(changed, AS_IT_IS) },
        'the policy is another one than at the last start',
      );
    const policy = atHome(reachable(loaded, mailed), connection.me.ours);
    const core = { ledger, handler, views, links, policy, tenants, clock, log };

    const slack = await createSlackEdge(config, connection, core);
    const { directory } = slack;
    const mail = await createMailEdge(config, {
      ...core,
      learn: (users) => directory.learn(users),
      nameOf: (user) => directory.profile(user)?.name ?? null,
      isActive: (users) => slack.isActive(users),
    });
    const loops = createLoops({ ...core, directory, courier: routed(slack.courier, mail.courier) });
    slack.onChanged((user) => loops.look(user));
    const health = createHealth({ ...core, slack: () => slack.life() });
    const keyring = config.accessApi === null ? null : await openSigningKeys(config, clock);
    const products =
      keyring === null
        ? null
        : (await import('./products.ts')).openProducts(config, { ...core, directory, keyring });
    const { carrier, reconciling } = await openCarrier(
      { config, plans, env, keyring },
      { ...core, directory },
    );
    const http = await createHttpEdge(config, {
      health,
      slack,
      products: products?.isShared === true ? products : null,
      pages: {
        ...core,
        ...mailed,
        tenantViews: createTenantViews(ledger.reader),
        reported: createReportedActions(ledger.reader),
        directory,
      },
      clock,
      log,
    });

    mail.start();
    const port = await http.start();
    await loops.catchUp();
    // Not before: until it is caught up, a session of a backup may be shown that is long over.
    const productsPort = (await products?.start(health)) ?? port;
    await loops.start();
    carrier.start();
    reconciling.start();
    await slack.start();
    log.info({ mode: config.slack.mode.kind, port, tenants: policy.tenants.size }, 'TSA is ready');

    return {
      handler,
      port,
      productsPort,
      async tick() {
        await loops.tick();
        await reconciling.look();
        await carrier.tick();
        await loops.tick();
      },
      async stop() {
        // All at the same time: together they have that long, not each.
        reconciling.stop();
        await Promise.all([
          slack.stop(),
          http.stop().then(() => products?.stop()),
          loops.stop(STOP_WITHIN_MS),
          carrier.stop(STOP_WITHIN_MS),
        ]);
        await handler.close();
        mail.stop();
        await ledger.close();
      },
    };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}
