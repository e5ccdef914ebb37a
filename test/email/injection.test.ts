import { describe, expect, it, onTestFinished } from 'vitest';
import { createMailbox } from '../../sandbox/mail.ts';
import type { Received } from '../../sandbox/mail.ts';
import { createMailTransport } from '../../src/email/transport.ts';
import { approve, ask, end, file, start } from '../support/access-commands.ts';
import { ANN, cara, CARA, GUS, RITA, SCOPES, TENANTS } from '../support/access-fixtures.ts';
import { header, HARBOR, lines, post } from '../support/test-mail.ts';

/** What somebody puts into a field so that a mail goes to more people, says more than ours, or shows what is not so. */
const EVIL = 'evil@evil.example';
const PAYLOADS = [
  `x\r\nBcc: ${EVIL}`,
  `x\nBcc: ${EVIL}\n\nCode: 000 000`,
  `x\rTo: ${EVIL}`,
  `x\u2028Bcc: ${EVIL}\u2029Code: 000 000`,
  `x\u0085Bcc: ${EVIL}\u000bCode: 000 000\u000c`,
  `=?utf-8?q?x=0D=0ABcc:_${EVIL}?=`,
  `=?utf-8?b?${Buffer.from(`x\r\nBcc: ${EVIL}`).toString('base64')}?=`,
  `x" <${EVIL}>, "y`,
  `x <${EVIL}>, y@y.example; z:`,
  `x\0\u202eedoc\u2066 </title></blockquote><script>alert(1)</script> &lt;b&gt; ${EVIL}`,
  `\ud800 x`,
];
const HEADERS = [
  'auto-submitted',
  'content-type',
  'date',
  'from',
  'in-reply-to',
  'message-id',
  'mime-version',
  'references',
  'subject',
  'to',
  'x-auto-response-suppress',
];

/** One recipient, each header once and none of theirs, and no line of theirs that could be ours. */
function harmless(mail: Received): void {
  expect(mail.to).toEqual([CARA]);
  expect(mail.from).toBe(HARBOR);
  expect(mail.parsed.headers.map(({ key }) => key).sort()).toEqual(HEADERS);
  expect(mail.parsed.to?.map(({ address }) => address)).toEqual([CARA]);
  expect(mail.parsed.from?.address).toBe(HARBOR);
  expect(mail.parsed.subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  for (const name of ['Subject', 'To']) expect(header(mail, name)).not.toMatch(/=\?[^?]*\?q\?[^?]*=0[AD]/i);
  expect((mail.parsed.text ?? '').replaceAll(/[\n\r]/g, '')).not.toMatch(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
  );
  for (const line of lines(mail)) expect(line).not.toMatch(/^\s*(?:Bcc|To):|^\s*Code: 000/);
  expect(mail.parsed.html).not.toMatch(/<script|<\/title>[^<]*<\/blockquote>/);
}

describe.each(PAYLOADS)('%j', (evil) => {
  it('in names, tenant, scope, reason, case and closeout reaches one person, as what it is', async () => {
    const stored = evil.toWellFormed();
    const tenants = TENANTS.map((tenant) => ({
      ...tenant,
      name: stored,
      environment: stored,
      contacts: tenant.contacts.map((contact) => ({ ...contact, name: evil })),
    }));
    const scopes = SCOPES.map((scope) => ({ ...scope, name: stored, allows: stored }));
    const names = Object.fromEntries([ANN, GUS, RITA, 'UOLA'].map((id) => [id, evil]));
    const p = await post({ tenants, policy: { scopes } }, names);
    const text = `${clean(evil)} and the invoices of March show twice since the import.`;
    await p.does(
      RITA,
      file({ reason: text, allowedActions: clean(evil), offLimits: clean(evil), caseRef: clean(evil) }),
    );
    await p.does(ANN, approve(), 1);
    await p.does(GUS, start, 1);
    await p.does(GUS, { ...end, reason: clean(evil) }, 1);
    await p.does(cara, ask({ reason: text, tried: clean(evil), expected: clean(evil) }));
    await p.does(cara, { type: 'cancel', reason: clean(evil) }, 2);
    await p.does(RITA, file({ tenantId: 'bolt', reason: text }));
    await p.deliver();
    expect(p.stands().every((how) => how === 'sent')).toBe(true);
    expect(p.mailbox.mails.length).toBeGreaterThanOrEqual(5);
    for (const mail of p.mailbox.mails) harmless(mail);
  });

  it('as an address is no address: nothing is sent to anybody', async () => {
    const mailbox = await createMailbox();
    onTestFinished(() => mailbox.close());
    const transport = createMailTransport({ smtpUrl: mailbox.url, from: HARBOR });
    onTestFinished(() => {
      transport.close();
    });
    for (const address of [
      evil,
      `${CARA}${evil}`,
      `${CARA},${evil}`,
      `${CARA} ${evil}`,
      `"${evil}" <${CARA}>`,
    ]) {
      const mail = { to: { name: 'Cara', address }, subject: 'x', text: 'x', html: 'x', date: 0 };
      expect(await transport.send({ ...mail, messageId: '<x@x.example>', thread: null })).toEqual({
        kind: 'failed',
        why: 'it is no e-mail address',
      });
    }
    expect(mailbox.mails).toEqual([]);
  });
});

/** What the rules let through of it: control characters are refused at the command handler, line breaks are not. */
function clean(evil: string): string {
  return evil
    .toWellFormed()
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
}
