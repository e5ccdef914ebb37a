import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ANN_MAIL, withCustomers } from '../../sandbox/customers.ts';
import { player, until } from '../../sandbox/driver.ts';
import { PEOPLE, settle } from '../../sandbox/example-company.ts';
import { createMailbox } from '../../sandbox/mail.ts';
import { createSandbox } from '../../sandbox/server.ts';
import { folder } from '../support/test-ledger.ts';
import { fillIn } from '../support/test-app.ts';
import { header } from '../support/test-mail.ts';

const PATIENCE_MS = 30_000;

it('a program that is killed when the mail server has the mail, and before it can know, sends the same mail again', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  settle(sandbox.workspace);
  const mailbox = await createMailbox();
  onTestFinished(() => mailbox.close());
  const place = folder();
  const policy = join(place, 'policy.yml');
  const plain = new URL('../../sandbox/policy.yml', import.meta.url);
  writeFileSync(policy, withCustomers(readFileSync(plain, 'utf8')));
  const launch = async (): Promise<() => Promise<void>> => {
    const run = spawn(process.execPath, [new URL('../../src/main.ts', import.meta.url).pathname], {
      env: {
        SLACK_BOT_TOKEN: sandbox.tokens.bot,
        SLACK_APP_TOKEN: sandbox.tokens.app,
        SLACK_API_URL: sandbox.apiUrl,
        TSA_POLICY: policy,
        TSA_DATABASE: join(place, 'tsa.sqlite'),
        TSA_HTTP_PORT: '0',
        SMTP_URL: mailbox.url,
        MAIL_FROM: 'access@harbor.example',
        PUBLIC_URL: 'https://access.example.com',
        LOG_LEVEL: 'fatal',
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const exited = once(run, 'exit');
    const kill = async (): Promise<void> => {
      run.kill('SIGKILL');
      await exited;
    };
    onTestFinished(kill);
    await until(
      sandbox.workspace,
      () => sandbox.deliverer.connected || undefined,
      () => 'it never connected',
    );
    return kill;
  };

  const kill = await launch();
  mailbox.misbehave({ kind: 'hang', at: 'data' }, 1);
  const arrived = new Promise<void>((resolve) => {
    mailbox.onMail(resolve);
  });
  // Ann is not at the keyboard: she is asked by mail at once.
  const ann = sandbox.workspace.people.get(PEOPLE.ann.id);
  if (ann !== undefined) ann.active = false;
  const sam = player(sandbox, PEOPLE.sam.id);
  await sam.types('#support', '/tsa request');
  const modal = await sam.modal('Request access');
  await fillIn(modal);
  await modal.submits();
  expect(modal.errors).toEqual({});
  await arrived;
  await kill();
  await vi.waitFor(
    () => {
      expect(sandbox.deliverer.connected).toBe(false);
    },
    { timeout: PATIENCE_MS },
  );
  await launch();
  await vi.waitFor(
    () => {
      expect(mailbox.mails).toHaveLength(2);
    },
    { timeout: PATIENCE_MS },
  );
  expect(mailbox.mails.map(({ to }) => to)).toEqual([[ANN_MAIL], [ANN_MAIL]]);
  expect(new Set(mailbox.mails.map((mail) => header(mail, 'Message-ID'))).size).toBe(1);
});
