import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHANNELS, PEOPLE, settle } from '../../sandbox/example-company.ts';
import type { Modal, Player } from '../../sandbox/driver.ts';
import { player } from '../../sandbox/driver.ts';
import { page } from '../../sandbox/page/serve.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { createSandbox } from '../../sandbox/server.ts';
import type { Command } from '../../src/access/command.ts';
import type { World } from '../../src/access/people.ts';
import type { Policy } from '../../src/access/policy.ts';
import type { Timekeeper } from '../../src/clock.ts';
import { createClock } from '../../src/clock.ts';
import type { Config } from '../../src/config.ts';
import type { ConnectorPlan } from '../../src/connectors/kind.ts';
import type { Logger } from 'pino';
import { createLog } from '../../src/log.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import type { Running } from '../../src/run.ts';
import { start } from '../../src/run.ts';
import { createTenantIndex } from '../../src/policy/tenant-catalogue.ts';
import { unhurried } from './access-fixtures.ts';
import type { Machine } from './machine.ts';
import { machine } from './machine.ts';

/** The whole program on a local Slack, with a clock that the test turns. */
export interface TestApp {
  readonly sandbox: Sandbox;
  readonly policy: Policy;
  readonly clock: TurnedClock;
  readonly database: string;
  readonly logged: string[];
  readonly log: Logger;
  app: Running;
  cast: Record<keyof typeof PEOPLE, Player>;
  /** Turns the clock, then does everything that is due and delivers everything that is owed. */
  later(ms: number): Promise<void>;
  /** As after a deploy; with another policy, if it is changed, and whatever an operator did meanwhile. */
  restart(change?: (policy: Policy) => Policy, meanwhile?: () => Promise<unknown>): Promise<void>;
  /** A session of Sam's in that tenant, through the rules but not through Slack. */
  session(world: World, tenantId: string, durationMs?: number): Promise<void>;
  close(): Promise<void>;
}

export interface TurnedClock extends Timekeeper {
  readonly machine: Machine;
  turn(ms: number): void;
}

export type Mode = 'socket' | 'http';

/** Real time when the test began, plus what the test turned: running, so that Slack's own clocks agree. */
export function turnedClock(): TurnedClock {
  const turned = machine(
    () => Date.now(),
    () => performance.now(),
  );
  return {
    ...createClock(turned),
    machine: turned,
    turn(ms) {
      turned.passes(ms);
    },
  };
}

/** What opens and closes access in products. */
interface Connected {
  readonly connectors?: ReadonlyMap<string, ConnectorPlan>;
  readonly env?: Readonly<Record<string, string>>;
}

export async function testApp(
  mode: Mode = 'socket',
  change: (policy: Policy) => Policy = (policy) => policy,
  before: (database: string, policy: Policy, clock: TurnedClock) => Promise<void> = () => Promise.resolve(),
  { connectors, env, ...more }: Pick<Config, 'mail' | 'publicUrl'> & Partial<Config> & Connected = {
    mail: null,
    publicUrl: null,
  },
): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'tsa-'));
  const clock = turnedClock();
  const sandbox = await createSandbox({ now: () => clock.now(), page });
  settle(sandbox.workspace);
  const loaded = loadPolicy(new URL('../../sandbox/policy.yml', import.meta.url).pathname);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  let policy = change(unhurried(loaded.policy));
  const database = join(folder, 'tsa.sqlite');
  const logged: string[] = [];
  const log = createLog('debug', { write: (line: string) => void logged.push(line) });
  const config: Config = {
    slack: {
      botToken: sandbox.tokens.bot,
      apiUrl: sandbox.apiUrl,
      mode:
        mode === 'socket'
          ? { kind: 'socket', appToken: sandbox.tokens.app, httpPort: 0 }
          : { kind: 'http', signingSecret: sandbox.tokens.signingSecret, port: 0 },
    },
    clientHeader: null,
    accessApi: null,
    ...more,
    database,
    policy: '',
    logLevel: 'debug',
  };
  const begin = async (): Promise<Running> => {
    const running = await start(
      config,
      {
        policy,
        tenants: createTenantIndex(policy.tenants.values()),
        ...(connectors === undefined ? {} : { connectors }),
        ...(env === undefined ? {} : { env }),
      },
      clock,
      log,
    );
    if (mode === 'http') sandbox.deliverer.setRequestUrl(`http://127.0.0.1:${running.port}/slack/events`);
    return running;
  };
  await before(database, policy, clock);
  const cast = Object.fromEntries(Object.entries(PEOPLE).map(([key, { id }]) => [key, player(sandbox, id)]));
  const self: TestApp = {
    sandbox,
    get policy() {
      return policy;
    },
    clock,
    database,
    logged,
    log,
    app: await begin(),
    cast: cast as TestApp['cast'],
    async later(ms) {
      clock.turn(ms);
      await self.app.tick();
    },
    async session(world, tenantId, durationMs = 3_600_000) {
      const person = (id: string) => ({ kind: 'person', id }) as const;
      const put = (command: Command, requestNo: number | null, id: string) =>
        self.app.handler.handle({ command, requestNo, actor: person(id), world, delivery: null });
      const { requestNo } = await put(
        {
          type: 'file',
          tenantId,
          scopeId: 'read',
          grantee: PEOPLE.sam.id,
          owner: PEOPLE.sam.id,
          approvers: [PEOPLE.ada.id],
          allowedActions: 'Look at the import log',
          offLimits: '',
          reason: GOOD,
          caseRef: '',
          durationMs,
          notBefore: null,
          roles: [],
        },
        null,
        PEOPLE.sam.id,
      );
      await put({ type: 'approve', less: null, typedTenantId: null }, requestNo, PEOPLE.ada.id);
      await put({ type: 'start' }, requestNo, PEOPLE.sam.id);
    },
    async restart(another = (same) => same, meanwhile = () => Promise.resolve()) {
      await self.app.stop();
      await meanwhile();
      policy = another(policy);
      self.app = await begin();
    },
    async close() {
      await self.app.stop();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return self;
}

export const GOOD = 'Invoices for March show twice since the last import; remove the duplicates.';

type Filled = 'tenant' | 'scope' | 'allowed' | 'offLimits' | 'reason' | 'duration' | 'approver';

/** Fills in the form as a careful engineer would. */
export async function fillIn(modal: Modal, change: Partial<Record<Filled, string>> = {}): Promise<void> {
  await modal.chooses('Tenant', change.tenant ?? 'Northwind Traders · production');
  await modal.chooses('Scope', change.scope ?? 'Read-only');
  await modal.types('Allowed actions', change.allowed ?? 'Look at the import log and the invoices');
  if (change.offLimits !== undefined) await modal.types('Off limits', change.offLimits);
  await modal.types('Reason', change.reason ?? GOOD);
  await modal.chooses('For how long', change.duration ?? '1 h');
  await modal.chooses('Approver', change.approver ?? 'Ada');
}

/** The empty form of a request, in place of whatever stood open. */
export async function requestForm(s: TestApp, player: Player, words = ''): Promise<Modal> {
  s.sandbox.workspace.stackOf(player.id).length = 0;
  await player.types('#support', `/tsa request ${words}`);
  return player.modal('Request access');
}

/** Files a request as Sam, for Ada to decide. */
export async function file(s: TestApp, change: Parameters<typeof fillIn>[1] = {}): Promise<void> {
  const modal = await requestForm(s, s.cast.sam);
  await fillIn(modal, change);
  await modal.submits();
}

export { CHANNELS, PEOPLE };
