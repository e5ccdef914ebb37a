import { describe, expect, it } from 'vitest';
import type { Received } from '../../sandbox/mail.ts';
import { written } from '../support/slack-acts.ts';
import { HOUR, ISSUE, taking, ANN as ANN_IN_SLACK } from '../support/customers.ts';
import { file } from '../support/test-app.ts';
import { linksIn } from '../support/test-mail.ts';
import type { MailTestApp } from '../support/test-app-with-mail.ts';
import { ANN, testAppWithMail, presence } from '../support/test-app-with-mail.ts';

/** What a customer lives through, step by step: Slack, mailbox and page of the whole program. */

const northwind = (consent: 'required' | 'notify'): ReturnType<typeof taking> =>
  taking({ consent, contacts: [{ ...ANN_IN_SLACK, email: ANN }] });

/** The subjects of Ann's mails, without the number. */
const subjects = (s: MailTestApp): readonly string[] =>
  s.to(ANN).map(({ parsed }) => (parsed.subject ?? '').replace(/^\[TSA-1\] | until .*UTC$/g, ''));

function lastOf(s: MailTestApp): Received {
  const mail = s.to(ANN).at(-1);
  if (mail === undefined) throw new Error('Ann got no mail');
  return mail;
}

/** Answers on the page of the last mail's link, with the code beside it. */
async function answers(s: MailTestApp, answer: string): Promise<string> {
  const [link] = linksIn(lastOf(s));
  if (link === undefined) throw new Error(`there is no link in ${lastOf(s).parsed.subject ?? ''}`);
  const url = `http://127.0.0.1:${s.app.port}/r/${link.token}`;
  const looked = await fetch(url);
  expect(looked.status).toBe(200);
  const answered = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ code: link.code, answer }),
  });
  await s.later(0);
  return `${answered.status} ${(await answered.text()).replaceAll(/<[^>]+>|\s+/g, ' ')}`;
}

/** Sam asks for access; Ada says yes. */
async function sought(s: MailTestApp): Promise<void> {
  await file(s);
  await s.cast.ada.presses('Approve', 'app', /TSA-1/);
  await s.later(0);
}

/** Ann fills in the form in the shared channel. */
async function helpSought(s: MailTestApp): Promise<void> {
  const { sam, ann } = s.cast;
  await sam.types('#support', '/tsa channel northwind');
  await s.later(0);
  await ann.presses('Ask for help', '#shared-northwind', /Need our team/);
  const modal = await ann.modal('Ask for help');
  await modal.types('What is wrong?', ISSUE);
  await modal.types('What did you already try?', 'We ran the import again.');
  await modal.types('What do you expect to happen?', 'One invoice each.');
  await modal.submits();
  await s.later(0);
}

async function takenOn(s: MailTestApp): Promise<void> {
  await s.cast.noor.presses('Accept', '#support', /TSA-1/);
  const modal = await s.cast.noor.modal('Take it on');
  await modal.types('Allowed actions', 'Read the import log; delete the doubled invoices.');
  await modal.submits();
  await s.later(0);
}

describe('A customer’s journey', () => {
  it('support-initiated, the contact online: asked and answered in Slack, told of start and end in both places', async () => {
    const s = await testAppWithMail(northwind('required'));
    presence(s, true);
    await sought(s);
    expect(s.mailbox.mails).toEqual([]);
    await s.cast.ann.presses('Consent', '#shared-northwind', /TSA-1/);
    await s.cast.sam.presses('Start session', 'app', /can start the session/);
    await s.cast.ann.waitFor('#shared-northwind', /<@U0SAM> is in Northwind Traders/);
    await s.later(10 * 60_000);
    expect(subjects(s)).toEqual(['Sam Rivera is in Northwind Traders (production)']);
    await s.later(HOUR);
    await s.cast.ann.waitFor('#shared-northwind', /expired by itself/);
    expect(subjects(s).at(-1)).toBe('Sam Rivera is out of Northwind Traders (production)');
  });

  it('support-initiated, the contact offline: approved by e-mail, and the prompt in Slack is closed', async () => {
    const s = await testAppWithMail(northwind('required'));
    presence(s, false);
    await sought(s);
    expect(subjects(s)).toEqual(['Sam Rivera asks to enter Northwind Traders (production)']);
    expect(await answers(s, 'approve')).toMatch(/^200 .*You approved TSA-1/);
    const card = await s.cast.ann.waitFor('#shared-northwind', /TSA-1/);
    expect(card.buttons).not.toContain('Consent');
    await s.cast.sam.presses('Start session', 'app', /can start the session/);
    await s.later(0);
    expect(lastOf(s).parsed.text).toContain('Approved by: Ada Okafor, Ann Customer (for you, the customer)');
  });

  it('customer-initiated, from the form to the resolution summary', async () => {
    const s = await testAppWithMail(northwind('notify'));
    const { noor, ann } = s.cast;
    await helpSought(s);
    await takenOn(s);
    await noor.presses('End now', 'app', /TSA-1/);
    await s.later(0);
    await noor.presses('Close out', 'app', /TSA-1/);
    const modal = await noor.modal('Close out');
    await modal.chooses('Can the customer do what failed before?', 'Yes');
    await modal.types('What was changed?', 'Deleted the doubled invoices of October.');
    await modal.types('Who confirmed that?', 'Erika Muster, of their accounting');
    await modal.types('What was checked?', 'The invoices of March, each once.');
    await modal.types('Summary for the customer', 'The import ran twice; it is guarded against that now.');
    await modal.types('A product problem to raise?', 'The importer has no lock.');
    await modal.submits();
    await s.later(0);
    await ann.waitFor('app', /TSA-1.*Resolved/);
    expect(subjects(s)).toEqual([
      'Your request for help with Northwind Traders (production)',
      'Noor Haddad is in Northwind Traders (production)',
      'Noor Haddad is out of Northwind Traders (production)',
      'Resolved: Northwind Traders (production)',
    ]);
    const text = lastOf(s).parsed.text ?? '';
    expect(text).toContain('> Deleted the doubled invoices of October.');
    expect(text).toContain('> The import ran twice; it is guarded against that now.');
    expect(text).not.toContain('no lock');
  });

  it('cancelled before anybody accepted, by the link in the mail', async () => {
    const s = await testAppWithMail(northwind('notify'));
    await helpSought(s);
    expect(await answers(s, 'cancel')).toMatch(/^200 /);
    await s.cast.noor.waitFor('#support', /TSA-1.*cancelled/);
    expect(subjects(s).at(-1)).toBe('Cancelled: your request for help with Northwind Traders (production)');
    expect((await written(s)).life).toEqual(['TSA-1 customer_request.filed', 'TSA-1 request.cancelled']);
  });

  it('lapsed at 48 hours, because nobody took it up', async () => {
    const s = await testAppWithMail(northwind('notify'));
    await helpSought(s);
    await s.later(48 * HOUR);
    await s.cast.ann.waitFor('app', /TSA-1.*Lapsed/);
    expect(subjects(s).at(-1)).toBe('Nobody took up your request: Northwind Traders (production)');
  });

  it('ended by the engineer, long before its time', async () => {
    const s = await testAppWithMail(northwind('notify'));
    await sought(s);
    await s.cast.sam.presses('Start session', 'app', /can start the session/);
    await s.later(10 * 60_000);
    await s.cast.sam.presses('End now', 'app', /TSA-1/);
    await s.later(0);
    await s.cast.ann.waitFor('#shared-northwind', /left Northwind Traders|ended/);
    expect(lastOf(s).parsed.text).toMatch(
      /\(10 min(?: \d+ s)?\)\.\nScope: .*The access is over: ended by Sam Rivera\./,
    );
  });

  it('reported as unexpected by the link in the mail: stopped at once, and both sides know', async () => {
    const s = await testAppWithMail(northwind('notify'));
    await sought(s);
    await s.cast.sam.presses('Start session', 'app', /can start the session/);
    await s.later(0);
    expect(await answers(s, 'report')).toMatch(/^200 .*Stopped/);
    await s.cast.mia.waitFor('#support-access-alerts', /did not expect this session/);
    await s.cast.ann.waitFor('#shared-northwind', /revoked/);
    expect(subjects(s)).toEqual([
      'Sam Rivera is in Northwind Traders (production)',
      'Stopped: Sam Rivera is out of Northwind Traders (production)',
    ]);
    expect(linksIn(lastOf(s))).toEqual([]);
  });
});
