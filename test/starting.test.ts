import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { settle } from '../sandbox/example-company.ts';
import { createSandbox } from '../sandbox/server.ts';

/** Starts the program with settings that look right but are not; what it says before it leaves. */
async function startedWith(over: Readonly<Record<string, string>>): Promise<{ code: unknown; said: string }> {
  const sandbox = await createSandbox();
  const folder = mkdtempSync(join(tmpdir(), 'tsa-'));
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  settle(sandbox.workspace);
  const run = spawn(process.execPath, [new URL('../src/main.ts', import.meta.url).pathname], {
    env: {
      SLACK_BOT_TOKEN: sandbox.tokens.bot,
      SLACK_APP_TOKEN: sandbox.tokens.app,
      SLACK_API_URL: sandbox.apiUrl,
      TSA_POLICY: new URL('../sandbox/policy.yml', import.meta.url).pathname,
      TSA_DATABASE: join(folder, 'tsa.sqlite'),
      TSA_HTTP_PORT: '0',
      LOG_LEVEL: 'fatal',
      ...over,
    },
  });
  onTestFinished(() => void run.kill('SIGKILL'));
  let said = '';
  run.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(run, 'exit');
  return { code: run.exitCode, said };
}

it('With a bot token that Slack refuses, the program says which setting to look at, and leaves', async () => {
  const { code, said } = await startedWith({ SLACK_BOT_TOKEN: 'xoxb-0-of-another-app' });
  expect(said).toMatch(/^TSA cannot start\.\n {2}Slack does not accept SLACK_BOT_TOKEN/);
  expect(said).not.toContain('xoxb-0');
  expect(code).toBe(1);
});

it('With an app-level token that Slack refuses, the program says which setting to look at, and leaves', async () => {
  const { code, said } = await startedWith({ SLACK_APP_TOKEN: 'xapp-0-of-another-app' });
  expect(said).toMatch(/^TSA cannot start\.\n {2}Slack does not accept SLACK_APP_TOKEN/);
  expect(said).not.toContain('xapp-0');
  expect(code).toBe(1);
});

it('Where its port is taken, the program says so, and leaves', async () => {
  const other = createServer().listen(0);
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const { code, said } = await startedWith({ TSA_HTTP_PORT: port });
  expect(said).toMatch(/^TSA cannot start\.\n {2}The port for \/healthz is taken by another program/);
  expect(code).toBe(1);
});
