import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../sandbox/driver.ts';
import { settle } from '../sandbox/example-company.ts';
import { createSandbox } from '../sandbox/server.ts';
import { folder } from './support/test-ledger.ts';

/** As somebody starts it by hand, or a container does: npm, its shell, and the app below both. */
it.each(['SIGTERM', 'SIGINT'] as const)(
  '%s to npm start reaches the app, which stops in order and leaves nothing running',
  async (signal) => {
    const sandbox = await createSandbox();
    onTestFinished(() => sandbox.close());
    settle(sandbox.workspace);
    const run = spawn('npm', ['start'], {
      cwd: new URL('..', import.meta.url).pathname,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        HOME: folder(),
        SLACK_BOT_TOKEN: sandbox.tokens.bot,
        SLACK_APP_TOKEN: sandbox.tokens.app,
        SLACK_API_URL: sandbox.apiUrl,
        TSA_POLICY: new URL('../sandbox/policy.yml', import.meta.url).pathname,
        TSA_DATABASE: join(folder(), 'tsa.sqlite'),
        TSA_HTTP_PORT: '0',
      },
      detached: true,
    });
    // Whatever is left of it.
    onTestFinished(() => {
      try {
        process.kill(-Number(run.pid), 'SIGKILL');
      } catch {
        // All of it is gone.
      }
    });
    let said = '';
    run.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until(
      sandbox.workspace,
      () => sandbox.deliverer.connected || undefined,
      () => 'it never connected',
    );
    const ended = once(run, 'close');
    run.kill(signal);
    // Its output is closed only when the app has left, too.
    await ended;
    expect(said).toMatch(/"msg":"stopped"/);
    expect(sandbox.deliverer.connected).toBe(false);
  },
  60_000,
);
