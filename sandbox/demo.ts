import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { withCustomers, withProduct } from './customers.ts';
import { TENANTS } from './product/console.ts';
import { createProduct } from './product/server.ts';
import { settle } from './example-company.ts';
import { createMailbox } from './mail.ts';
import { page } from './page/serve.ts';
import { createSandbox } from './server.ts';

/** The demo: a local Slack with its page, and the real app as a process of its own, connected over Socket Mode. */

const PORT = 4545;

const folder = mkdtempSync(join(tmpdir(), 'tsa-demo-'));
const mailbox = await createMailbox();
const database = join(folder, 'tsa.sqlite');
const main = new URL('../src/', import.meta.url).pathname;
const api = `http://127.0.0.1:${await freePort()}`;
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const product = await createProduct({
  secrets: [secret],
  tsa: { url: api, issuer: api, key: makeKey() },
  file: join(folder, 'console.json'),
});
const sandbox = await listen();
settle(sandbox.workspace);
const policy = join(folder, 'policy.yml');
const company = withCustomers(readFileSync(new URL('./policy.yml', import.meta.url), 'utf8'));
writeFileSync(policy, withProduct(company, product.webhookUrl, [...TENANTS.keys()]));
const pages = await freePort();
const app = spawn(process.execPath, [join(main, 'main.ts')], {
  env: {
    PATH: process.env['PATH'],
    SLACK_BOT_TOKEN: sandbox.tokens.bot,
    SLACK_APP_TOKEN: sandbox.tokens.app,
    SLACK_API_URL: sandbox.apiUrl,
    TSA_POLICY: policy,
    TSA_DATABASE: database,
    ACCESS_API_URL: api,
    ACCESS_API_PORT: new URL(api).port,
    CONSOLE_SECRET: secret,
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
app.on('exit', (code, signal) => {
  if (signal === 'SIGKILL') {
    // Whoever tries that wants to see what becomes of who is in.
    console.log(
      'TSA was killed. The console puts everybody out at the end of their session by itself. Ctrl-C stops the demo.',
    );
    return;
  }
  finish(code ?? 0).catch(() => process.exit(1));
});
sandbox.workspace.onChange(sayWhenConnected());
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (app.exitCode === null && app.signalCode === null) app.kill('SIGTERM');
    else finish(0).catch(() => process.exit(1));
  });

function withMail(local: Parameters<typeof page>[0]): ReturnType<typeof page> {
  return page(local, mailbox, product.url);
}

/** The key by which the console asks, made as an operator makes it. */
function makeKey(): string {
  const made = spawnSync(
    process.execPath,
    [join(main, 'cli.ts'), 'keys', 'make', 'Harbor console', '--tenants', 'all', '--database', database],
    { encoding: 'utf8' },
  );
  return /tsak_\S+/.exec(made.stdout)?.[0] ?? '';
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
    console.log(
      `TSA (process ${app.pid ?? 0}) is running on a local Slack: open ${sandbox.url} in a browser. Ctrl-C stops it.`,
    );
  };
}

async function finish(code: number): Promise<void> {
  await sandbox.close();
  await mailbox.close();
  await product.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
