import { describe, expect, it, onTestFinished } from 'vitest';
import { createMailbox } from '../../sandbox/mail.ts';
import type { MailFault } from '../../sandbox/mail.ts';
import { createMailTransport } from '../../src/email/transport.ts';
import type { Transport } from '../../src/email/transport.ts';
import { end, file } from '../support/access-commands.ts';
import { CARA, GUS, HOUR, MINUTE, RITA, timer } from '../support/access-fixtures.ts';
import { header, HARBOR, inUse, post, SECRET } from '../support/test-mail.ts';

const MAIL = {
  to: { name: 'Cara', address: CARA },
  subject: 'x',
  text: 'x',
  html: 'x',
  date: 0,
  messageId: '<x@x.example>',
  thread: null,
};
const refuses = (at: 'greeting' | 'sender' | 'recipient' | 'data', code: number): MailFault => ({
  kind: 'refuse',
  at,
  code,
  says: `no <b>${at}</b> today`,
});

function transportTo(smtpUrl: string, silenceMs?: number): Transport {
  const transport = createMailTransport({ smtpUrl, from: HARBOR }, silenceMs);
  onTestFinished(() => {
    transport.close();
  });
  return transport;
}

describe('A mail server', () => {
  it.each([
    refuses('greeting', 421),
    refuses('greeting', 554),
    refuses('sender', 451),
    refuses('sender', 550),
    refuses('recipient', 450),
    refuses('data', 452),
    { ...refuses('recipient', 550), says: '5.7.1 Relay access denied: no <b>relay</b> today' },
  ])('that does not take it now, or not from us, is asked again until it does: %j', async (fault) => {
    const p = await post();
    p.mailbox.misbehave(fault, 1);
    await inUse(p);
    await p.deliver();
    expect(p.stands()).toEqual([expect.stringMatching(/^owed: .*no <b>.*<\/b> today/)]);
    p.clock.turn(MINUTE);
    await p.deliver();
    expect(p.stands()).toEqual(['sent']);
    expect(p.mailbox.mails).toHaveLength(1);
  });

  it.each([refuses('recipient', 550), refuses('data', 554)])(
    'that refuses the recipient or the mail for good is believed, and the team hears its words: %j',
    async (fault) => {
      const p = await post();
      p.mailbox.misbehave(fault, 1);
      await inUse(p);
      await p.deliver();
      expect(p.stands()).toEqual([expect.stringMatching(/^failed: 55\d.*no <b>.*<\/b> today/)]);
      p.clock.turn(HOUR);
      await p.deliver();
      expect(p.mailbox.mails).toEqual([]);
      const told: unknown[] = p.ledger.raw
        .prepare("select body from outbox where key like 'undeliverable:%'")
        .pluck()
        .all();
      expect(told).toEqual([expect.stringContaining('today')]);
    },
  );

  it.each([
    [{ kind: 'hang', at: 'greeting' }, false, 200],
    [{ kind: 'hang', at: 'data' }, true, 2_000],
    [{ kind: 'lost_answer' }, true, undefined],
  ] as const)(
    'that falls silent is given up, and it is known whether the mail may be there: %j',
    async (fault, inDoubt, silenceMs) => {
      const mailbox = await createMailbox();
      onTestFinished(() => mailbox.close());
      mailbox.misbehave(fault);
      expect(await transportTo(mailbox.url, silenceMs).send(MAIL)).toMatchObject({ kind: 'retry', inDoubt });
    },
  );

  it('that took a mail without saying so gets it again as the same mail, with a link that opens', async () => {
    const p = await post();
    p.mailbox.misbehave({ kind: 'lost_answer' }, 1);
    await inUse(p);
    await p.deliver();
    p.clock.turn(MINUTE);
    await p.deliver();
    expect(p.stands()).toEqual(['sent']);
    const ids = p.mailbox.mails.map((mail) => header(mail, 'Message-ID'));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('elsewhere is spoken to over TLS or not at all', async () => {
    // An address that the settings do not take for this machine, though it is.
    const mailbox = await createMailbox('127.0.0.2');
    onTestFinished(() => mailbox.close());
    expect(await transportTo(mailbox.url).send(MAIL)).toMatchObject({ kind: 'retry' });
    expect(mailbox.mails).toEqual([]);
  });
});

describe('While the mail server is down for a day', () => {
  it('nothing is lost: facts come late, questions that nobody needs answered any more do not, and the log says so', async () => {
    const p = await post();
    await p.mailbox.down();
    await inUse(p);
    await p.does(RITA, file({ tenantId: 'bolt' }));
    for (let hour = 0; hour < 24; hour += 1) {
      p.clock.turn(HOUR);
      if (hour === 0) await p.does(timer, { type: 'expire' }, 1);
      if (hour === 3) await p.does(timer, { type: 'lapse' }, 2);
      await p.deliver();
    }
    expect(p.mailbox.mails).toEqual([]);
    expect(p.stands().filter((how) => how.startsWith('failed'))).toEqual([]);
    // Links that nobody got are not kept.
    expect(p.ledger.raw.prepare('select count(*) from link').pluck().get()).toBe(0);
    await p.mailbox.up();
    p.clock.turn(5 * MINUTE);
    await p.deliver();
    await p.deliver();
    expect(p.stands()).toEqual(['sent', "moot: the request is lapsed, nobody's consent is awaited", 'sent']);
    expect(p.mailbox.mails).toHaveLength(2);
    expect(p.logged.join('')).toContain('a message is not needed any more');
  });

  it('a link to a page that was asked for again and again comes once', async () => {
    const p = await post();
    await p.mailbox.down();
    const message = { kind: 'tenant_mail', tenantId: 'acme' } as const;
    for (const key of ['1', '2', '3'])
      await p.owes({ key: `tenant:${key}:acme`, destination: `mail:${CARA}`, message });
    await p.deliver();
    p.clock.turn(24 * HOUR);
    await p.mailbox.up();
    await p.deliver();
    expect(p.mailbox.mails).toHaveLength(1);
    expect(p.stands()).toEqual(['sent', 'sent', 'sent']);
  });

  it('the log tells neither the password, nor what stands in a mail', async () => {
    const p = await post();
    await inUse(p);
    p.mailbox.misbehave(refuses('data', 450), 1);
    await p.deliver();
    await p.mailbox.down();
    p.clock.turn(MINUTE);
    await p.deliver();
    await p.mailbox.up();
    p.clock.turn(MINUTE);
    await p.does(GUS, end, 1);
    await p.deliver();
    expect(p.mailbox.mails.length).toBeGreaterThan(0);
    const log = p.logged.join('');
    expect(log).toContain('was not delivered yet');
    expect(log).not.toContain(SECRET);
    expect(log).not.toMatch(/Code: |\/r\/|Gus Engineer/);
  });
});
