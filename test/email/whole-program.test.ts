import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import type { World } from '../../src/access/people.ts';
import { certain } from '../../src/access/people.ts';
import { createMailEdge } from '../../src/email/edge.ts';
import { createLinks } from '../../src/ledger/links.ts';
import { createViews } from '../../src/ledger/views.ts';
import { createLog } from '../../src/log.ts';
import { createTenantIndex } from '../../src/policy/tenant-catalogue.ts';
import { written } from '../support/slack-acts.ts';
import { file, fillIn, requestForm, testApp } from '../support/test-app.ts';
import type { MailTestApp } from '../support/test-app-with-mail.ts';
import {
  ANN,
  CAL,
  lines,
  testAppWithMail,
  owedMails,
  presence,
  withContacts,
} from '../support/test-app-with-mail.ts';
import { mailTo } from '../../src/access/ids.ts';

/** The whole program between a real Slack client and a real SMTP server. */

const MINUTE = 60_000;
const worldOf = ({ policy }: MailTestApp): World =>
  certain(policy, {
    standing: () => 'member',
    members: () => new Set(['U0ADA', 'U0BEN']),
    absence: () => undefined,
  });

describe('A session', () => {
  it('is told in both places, with the names that Slack gives people', async () => {
    const s = await testAppWithMail();
    await s.session(worldOf(s), 'northwind');
    await s.later(0);
    await s.cast.ann.waitFor('#shared-northwind', /is in Northwind Traders/);
    expect(s.to(ANN).map((mail) => lines(mail)[0])).toEqual([
      expect.stringMatching(/^Sam Rivera is in Northwind Traders \(production\) until \d\d:\d\d UTC on /),
    ]);
    expect(s.to(CAL)).toEqual([]);
  });

  it('is told by mail while Slack is down, and in Slack while mail is', async () => {
    const s = await testAppWithMail();
    s.sandbox.faults.next('*', { kind: 'server_error' }, Infinity);
    await s.session(worldOf(s), 'northwind');
    await s.later(0);
    expect(s.to(ANN)).toHaveLength(1);
    s.sandbox.faults.clear();
    await s.mailbox.down();
    await s.later(10 * MINUTE);
    await s.cast.ann.waitFor('#shared-northwind', /is in Northwind Traders/);
    await s.later(60 * MINUTE);
    await s.cast.ann.waitFor('#shared-northwind', /expired by itself/);
    expect(s.to(ANN)).toHaveLength(1);
    await s.mailbox.up();
    await s.later(5 * MINUTE);
    expect(lines(s.to(ANN)[1] ?? never()).slice(0, 2)).toEqual([
      expect.stringMatching(/^Sam Rivera was in|^This mail comes/),
      expect.any(String),
    ]);
  });
});

describe('Consent', () => {
  it('is asked in Slack of who is there, and their answer there makes the mail needless', async () => {
    const s = await testAppWithMail(withContacts({ consent: 'required' }));
    presence(s, true);
    await file(s);
    await s.cast.ann.waitFor('#shared-northwind', /TSA-1/);
    await s.later(MINUTE);
    expect(s.mailbox.mails).toEqual([]);
    await s.cast.ann.presses('Consent', '#shared-northwind', /TSA-1/);
    await s.later(10 * MINUTE);
    expect(s.mailbox.mails).toEqual([]);
    expect(await owedMails(s)).toMatchObject([{ state: 'moot', why: 'the customer has consented already' }]);
  });

  it('is asked by mail at once of who is away', async () => {
    const s = await testAppWithMail(withContacts({ consent: 'required' }));
    presence(s, false);
    await file(s);
    await s.cast.ann.waitFor('#shared-northwind', /TSA-1/);
    await s.later(0);
    expect(s.to(ANN).map((mail) => mail.parsed.subject)).toEqual([
      '[TSA-1] Sam Rivera asks to enter Northwind Traders (production)',
    ]);
  });

  it('is asked by mail of who has no Slack', async () => {
    const s = await testAppWithMail(withContacts({ consent: 'required' }));
    await file(s, { tenant: 'Contoso Retail · production' });
    await s.later(0);
    expect(s.to(CAL)).toHaveLength(1);
    expect(s.logged.join('')).not.toContain('SMTP_URL is not set');
  });
});

describe('Without a mail server', () => {
  it('the program says at its start what will not work, and nothing waits for whom nothing reaches', async () => {
    const s = await testApp('socket', withContacts({ consent: 'required' }));
    onTestFinished(() => s.close());
    expect(s.logged.join('')).toMatch(
      /"level":"warn".*SMTP_URL is not set: customers are told in Slack alone.* 1 without Slack/,
    );
    const modal = await requestForm(s, s.cast.sam);
    await fillIn(modal, { tenant: 'Contoso Retail · production' });
    await modal.submits();
    expect(await owedMails(s)).toEqual([]);
    expect((await written(s)).life).toEqual([]);
    expect((await written(s)).refused).toEqual(['U0SAM file nobody_can_approve']);
  });

  it('mails that were owed when there was one wait for the next', async () => {
    const s = await testAppWithMail();
    await s.mailbox.down();
    await s.session(worldOf(s), 'northwind');
    await s.later(0);
    await s.app.stop();
    const ledger = openDatabase(s.database);
    const clock = s.clock;
    const edge = await createMailEdge(
      { mail: null, publicUrl: null },
      {
        views: createViews(ledger.db),
        links: createLinks(ledger.db, clock),
        clock,
        policy: s.policy,
        learn: () => Promise.resolve(),
        nameOf: () => null,
        isActive: () => Promise.resolve(false),
        tenants: createTenantIndex(s.policy.tenants.values()),
        log: createLog('fatal'),
      },
    );
    const message = { kind: 'mail', no: 1, version: 4 } as const;
    const delivery = { key: 'mail:1', destination: mailTo(ANN), message, inDoubt: false, owedAt: 0 };
    expect(await edge.courier.deliver(delivery, never)).toMatchObject({ kind: 'retry', inDoubt: false });
    await ledger.close();
    await s.mailbox.up();
    s.clock.turn(5 * MINUTE);
    await s.restart();
    await s.later(0);
    expect(s.to(ANN)).toHaveLength(1);
  });
});

function never(): never {
  throw new Error('there is no such mail');
}
