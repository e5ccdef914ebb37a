import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { player, until } from '../../sandbox/driver.ts';
import { CHANNELS, PEOPLE, settle } from '../../sandbox/example-company.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { createSandbox } from '../../sandbox/server.ts';
import { openForReading } from '../../src/ledger/open.ts';
import { verifyDatabase } from '../../src/database.ts';
import { folder } from '../support/test-ledger.ts';
import { fillIn } from '../support/test-app.ts';
import { countPosted, topLevel, twice } from '../support/posted.ts';

const PATIENCE_MS = 30_000;

interface Program {
  readonly sandbox: Sandbox;
  readonly database: string;
  readonly sam: ReturnType<typeof player>;
  readonly ada: ReturnType<typeof player>;
  /** Starts the program, as an operator does, and waits until Slack can reach it. */
  launch(): Promise<App>;
}

interface App {
  readonly process: ChildProcess;
  /** Its exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
}

async function startProgram(): Promise<Program> {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  settle(sandbox.workspace);
  const database = join(folder(), 'tsa.sqlite');
  return {
    sandbox,
    database,
    sam: player(sandbox, PEOPLE.sam.id),
    ada: player(sandbox, PEOPLE.ada.id),
    async launch() {
      const main = new URL('../../src/main.ts', import.meta.url).pathname;
      const run = spawn(process.execPath, [main], {
        env: {
          SLACK_BOT_TOKEN: sandbox.tokens.bot,
          SLACK_APP_TOKEN: sandbox.tokens.app,
          SLACK_API_URL: sandbox.apiUrl,
          TSA_POLICY: new URL('../../sandbox/policy.yml', import.meta.url).pathname,
          TSA_DATABASE: database,
          TSA_HTTP_PORT: '0',
          LOG_LEVEL: 'fatal',
        },
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      const exited = once(run, 'exit').then(() => run.exitCode ?? run.signalCode ?? 'gone');
      onTestFinished(async () => {
        run.kill('SIGKILL');
        await exited;
      });
      await until(
        sandbox.workspace,
        () => sandbox.deliverer.connected || undefined,
        () => 'it never connected',
      );
      return { process: run, exited };
    },
  };
}

async function approved({ sam, ada }: Program): Promise<void> {
  await sam.types('#support', '/tsa request');
  const modal = await sam.modal('Request access');
  await fillIn(modal);
  await modal.submits();
  await ada.presses('Approve', 'app', /TSA-1/);
  await sam.waitFor('app', /Approved by/);
}

/** Nothing is owed any more, as another process reads it. */
async function allDelivered({ database }: Program): Promise<void> {
  await vi.waitFor(
    async () => {
      const reader = openForReading(database);
      const open = reader.raw.prepare("select key from outbox where state <> 'sent'").pluck().all();
      await reader.close();
      expect(open).toEqual([]);
    },
    { timeout: PATIENCE_MS, interval: 50 },
  );
}

/** Kills the app at the very moment at which its next message has arrived, before it can know. */
function killAtNextMessage({ sandbox }: Program, app: App): void {
  const before = countPosted(sandbox.workspace);
  const stop = sandbox.workspace.onChange(() => {
    if (countPosted(sandbox.workspace) === before) return;
    app.process.kill('SIGKILL');
    stop();
  });
}

it('A program that is killed between sending and booking sends nothing twice, and nothing is lost', async () => {
  const h = await startProgram();
  let app = await h.launch();
  await approved(h);
  await allDelivered(h);

  for (const [button, where] of [
    ['Start session', /Approved by/],
    ['End now', /./],
  ] as const) {
    killAtNextMessage(h, app);
    await h.sam.presses(button, 'app', where);
    expect(await app.exited).toBe('SIGKILL');
    app = await h.launch();
    await allDelivered(h);
  }
  await h.sam.waitFor('#support-access-alerts', /left Northwind Traders/);
  expect(topLevel(h.sandbox.workspace, CHANNELS.alerts)).toEqual(['card:1']);
  expect(topLevel(h.sandbox.workspace, CHANNELS.northwind)).toEqual(['card:1']);
  expect(twice(h.sandbox.workspace)).toEqual([]);

  app.process.kill('SIGTERM');
  expect(await app.exited).toBe(0);
  const reader = openForReading(h.database);
  expect(await verifyDatabase(reader)).toMatchObject({ ok: true, requests: 1 });
  await reader.close();
}, 120_000);

it('Told to stop while Slack does not answer, it leaves in time and in order, and delivers the rest when it is back', async () => {
  const h = await startProgram();
  const app = await h.launch();
  await approved(h);
  await allDelivered(h);
  h.sandbox.faults.next('chat.postMessage', { kind: 'hang' }, 2);
  await h.sam.presses('Start session', 'app', /Approved by/);
  await vi.waitFor(() => {
    expect(h.sandbox.workspace.traffic.filter(({ what }) => what.endsWith('no answer'))).toHaveLength(2);
  }, PATIENCE_MS);
  app.process.kill('SIGTERM');
  // A stop that takes too long is forced, and leaves with 1.
  expect(await app.exited).toBe(0);

  await h.launch();
  await allDelivered(h);
  await h.sam.waitFor('#support-access-alerts', /is in Northwind Traders/);
  expect(topLevel(h.sandbox.workspace, CHANNELS.alerts)).toEqual(['card:1']);
  expect(twice(h.sandbox.workspace)).toEqual([]);
}, 120_000);
