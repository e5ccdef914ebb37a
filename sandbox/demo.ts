import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settle } from './harbor.ts';
import { page } from './page/serve.ts';
import { createSandbox } from './server.ts';

/** The demo: a local Slack with its page, and the real app as a process of its own, connected over Socket Mode. */

const PORT = 4545;

const folder = mkdtempSync(join(tmpdir(), 'tsa-demo-'));
const sandbox = await listen();
settle(sandbox.workspace);
const app = spawn(process.execPath, [new URL('../src/main.ts', import.meta.url).pathname], {
  env: {
    PATH: process.env['PATH'],
    SLACK_BOT_TOKEN: sandbox.tokens.bot,
    SLACK_APP_TOKEN: sandbox.tokens.app,
    SLACK_API_URL: sandbox.apiUrl,
    TSA_POLICY: new URL('./policy.yml', import.meta.url).pathname,
    TSA_DATABASE: join(folder, 'tsa.sqlite'),
    TSA_HTTP_PORT: '0',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
  },
  // Ctrl-C reaches the whole group; the app is stopped by us, in order.
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit'],
});
app.on('exit', (code) => {
  finish(code ?? 0).catch(() => process.exit(1));
});
sandbox.workspace.onChange(sayWhenConnected());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.kill('SIGTERM'));

/** The usual port where it is free, any other where it is not. */
async function listen(): ReturnType<typeof createSandbox> {
  try {
    return await createSandbox({ port: PORT, page });
  } catch {
    return createSandbox({ page });
  }
}

function sayWhenConnected(): () => void {
  let said = false;
  return () => {
    if (said || !sandbox.deliverer.connected) return;
    said = true;
    console.log(`TSA is running on a local Slack: open ${sandbox.url} in a browser. Ctrl-C stops it.`);
  };
}

async function finish(code: number): Promise<void> {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
