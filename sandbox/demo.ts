import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { withCustomers } from './customers.ts';
import { settle } from './example-company.ts';
import { createMailbox } from './mail.ts';
import { page } from './page/serve.ts';
import { createSandbox } from './server.ts';

/** The demo: a local Slack with its page, and the real app as a process of its own, connected over Socket Mode. */

const PORT = 4545;

const folder = mkdtempSync(join(tmpdir(), 'tsa-demo-'));
const mailbox = await createMailbox();
const sandbox = await listen();
settle(sandbox.workspace);
const policy = join(folder, 'policy.yml');
writeFileSync(policy, withCustomers(readFileSync(new URL('./policy.yml', import.meta.url), 'utf8')));
const pages = await freePort();
const app = spawn(process.execPath, [new URL('../src/main.ts', import.meta.url).pathname], {
  env: {
    PATH: process.env['PATH'],
    SLACK_BOT_TOKEN: sandbox.tokens.bot,
    SLACK_APP_TOKEN: sandbox.tokens.app,
    SLACK_API_URL: sandbox.apiUrl,
    TSA_POLICY: policy,
    TSA_DATABASE: join(folder, 'tsa.sqlite'),
    TSA_HTTP_PORT: String(pages),
    PUBLIC_URL: `http://127.0.0.1:${pages}`,
    SMTP_URL: mailbox.url,
    MAIL_FROM: 'access@harbor.example',
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

function withMail(local: Parameters<typeof page>[0]): ReturnType<typeof page> {
  return page(local, mailbox);
}

/** A port that nobody uses just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** The usual port where it is free, any other where it is not. */
async function listen(): ReturnType<typeof createSandbox> {
  try {
    return await createSandbox({ port: PORT, page: withMail });
  } catch {
    return createSandbox({ page: withMail });
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
  await mailbox.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
