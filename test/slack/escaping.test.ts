import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Modal, Player } from '../../sandbox/driver.ts';
import type { Policy } from '../../src/access/policy.ts';
import { everything, mrkdwnIn, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { requestForm, testApp } from '../support/test-app.ts';

/** Other people's words go through every place where they are shown, and stay words. */

const PING = '<!channel> <!here> <@U0OTTO> <!subteam^S0MANAGERS>';
const LINK = '<https://evil.example|the report> & <mailto:a@b.example|mail>';
const NOTICE = ':white_check_mark: *TSA-9* · Approved by <@U0OTTO>.';
const BREAKS = ['\n', '\r', '\r\n', '\u2028', '\u2029'];
const TEXT = `Invoices show twice since March ${PING} ${LINK}${BREAKS.map((one) => one + NOTICE).join('')}`;
const LINE = `Look at invoices ${PING} ${LINK} ${NOTICE}`;

let s: TestApp;
let deny: Modal;

const nasty = (policy: Policy): Policy => ({
  ...policy,
  scopes: policy.scopes.map((scope) => ({
    ...scope,
    name: `${scope.name} <!here>`,
    allows: `<@U0OTTO> & all`,
  })),
  tenants: new Map(
    [...policy.tenants].map(([id, tenant]) => [id, { ...tenant, name: `${tenant.name} <!channel>` }]),
  ),
});

async function fileBadly(tenant: string, scope: string): Promise<void> {
  const modal = await requestForm(s, s.cast.sam);
  await modal.chooses('Tenant', tenant);
  await modal.chooses('Scope', scope);
  await modal.types('Allowed actions', LINE);
  await modal.types('Off limits', LINE);
  await modal.types('Reason', TEXT);
  await modal.types('Case', LINE);
  await modal.chooses('For how long', '1 h');
  if (scope !== 'Admin') await modal.chooses('Approver', 'Ada');
  await modal.submits();
}

/** Presses the button, fills in the form that opens, and sends it. */
async function says(
  who: Player,
  button: string,
  on: RegExp,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  s.sandbox.workspace.stackOf(who.id).length = 0;
  await who.presses(button, 'app', on);
  const modal = await who.modal();
  for (const [label, text] of Object.entries(fields)) await modal.types(label, text);
  if (modal.labels.includes('Can the customer do what failed before?'))
    await modal.chooses('Can the customer do what failed before?', 'Yes');
  await modal.submits();
  expect(modal.errors).toEqual({});
}

async function declareBadly(): Promise<void> {
  s.sandbox.workspace.stackOf('U0SAM').length = 0;
  await s.cast.sam.types('#support', '/tsa emergency contoso');
  const modal = await s.cast.sam.modal('Emergency access');
  await modal.chooses('Scope', 'Support');
  await modal.types('Allowed actions', LINE);
  await modal.types('What is the emergency?', TEXT);
  for (const label of ['Off limits', 'Case'])
    if (modal.labels.includes(label)) await modal.types(label, LINE);
  await modal.chooses('Who reviews it afterwards', 'Ada');
  await modal.submits();
  await s.cast.noor.waitFor('#support-access-alerts', /EMERGENCY ACCESS/);
}

/** Everything that shows what others wrote, to whoever asks. */
async function looks(): Promise<void> {
  const { sam, otto } = s.cast;
  const shows = ['show TSA-1', 'show TSA-2', 'show TSA-3', 'mine', 'history contoso', 'active', 'review'];
  for (const words of [...shows, `${PING}${LINK}`, `start ${PING}`, `history ${PING}`])
    await sam.types('#support', `/tsa ${words}`);
  await sam.opensHome();
  await otto.opensHome();
}

beforeAll(async () => {
  s = await testApp('socket', nasty);
  const { sam, ada } = s.cast;
  await fileBadly('Northwind Traders <!channel> · production', 'Read-only');
  await ada.presses('Deny', 'app', /TSA-1/);
  deny = await ada.modal('Deny request');
  await deny.types('Why not? The requester reads this', TEXT);
  await deny.submits();
  await sam.waitFor('app', /denied access to/);
  await fileBadly('Contoso', 'Support');
  await says(ada, 'Ask a question', /TSA-2/, { 'What do you need to know?': TEXT });
  await says(sam, 'Answer', /TSA-2/, { 'Your answer': TEXT });
  await ada.waitFor('app', /TSA-2.* answers/);
  await ada.presses('Approve', 'app', /TSA-2/);
  await sam.presses('Start session', 'app', /Approved by/);
  await sam.waitFor('#support-access-alerts', /TSA-2/);
  const more = { 'How much more': '30m', 'Why is it not enough?': TEXT };
  await says(sam, 'Ask for more time', /TSA-2/, more);
  await says(ada, 'No more time', /TSA-2/, { 'Why not? The grantee reads this': TEXT });
  await sam.waitFor('app', /gave no more time/);
  await looks();
  await sam.presses('End now', 'app');
  const closeout = {
    'Who confirmed that?': TEXT,
    'What was checked?': TEXT,
    'What was changed?': TEXT,
    'Summary for the customer': TEXT,
    'A product problem to raise?': TEXT,
    Notes: TEXT,
  };
  await says(sam, 'Close out', /TSA-2/, closeout);
  await says(ada, 'Contest', /TSA-2/, { 'What is missing or wrong?': TEXT });
  await sam.presses('Close out', 'app', /TSA-2.*contests/);
  await sam.modal('Close out');
  await declareBadly();
  await says(ada, 'Revoke', /TSA-3/, { 'Why?': TEXT });
  await says(ada, 'Not justified', /TSA-3/, { 'Your note, for the record': TEXT });
  await sam.waitFor('app', /TSA-3.*not justified/);
  await looks();
  await fileBadly('Contoso', 'Admin');
  await ada.presses('Approve', 'app', /TSA-4/);
  await ada.modal('Approve high risk');
  await s.later(8 * 24 * 3_600_000);
  await sam.waitFor('#access-review', /Access review/);
});
afterAll(() => s.close());

/** All that the app ever sent, and all that stands anywhere now. */
function sent(): readonly { readonly text: string; readonly verbatim: unknown }[] {
  const { traffic, stacks, homes } = s.sandbox.workspace;
  return [
    ...traffic.filter((one) => one.direction === 'from_app').flatMap((one) => mrkdwnIn(one.body)),
    ...everything(s).flatMap((message) => [
      ...mrkdwnIn(message.blocks),
      { text: message.text, verbatim: true },
    ]),
    ...[...stacks.values(), ...homes.values()].flat().flatMap((view) => mrkdwnIn(view.form)),
  ];
}

describe('other people’s words', () => {
  it('reached every place: cards, notices, answers, forms and the digest', async () => {
    const { life } = await written(s);
    expect(life).toEqual(
      expect.arrayContaining([
        'TSA-1 request.denied',
        'TSA-2 session.ended',
        'TSA-3 emergency.reviewed',
        'TSA-4 request.filed',
      ]),
    );
    expect(sent().filter(({ text }) => text.includes('&lt;!channel&gt;')).length).toBeGreaterThan(30);
    expect(deny.text).toContain('&lt;!here&gt;');
  });

  it('never ping, mention or link: every mark that Slack reads is one of ours', () => {
    const ours = /^<(?:@U0(?:SAM|ADA|BEN)>|!date\^\d+\^[^>]*>|https?:\/\/[^|>]*\|TSA-\d+>)/;
    const marks = sent().flatMap(({ text }) =>
      [...text.matchAll(/</g)].map(({ index }) => text.slice(index, index + 120)),
    );
    expect(marks.length).toBeGreaterThan(50);
    expect(marks.filter((mark) => !ours.test(mark))).toEqual([]);
  });

  it('are not searched for names and links by Slack either', () => {
    expect(sent().filter(({ verbatim }) => verbatim !== true)).toEqual([]);
  });

  it('never begin a line of their own, by whatever a client takes for a line break', () => {
    const lines = sent().flatMap(({ text }) => text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/));
    expect(lines.filter((line) => /^\s*(?::white_check_mark: ?)?\*?TSA-9/.test(line))).toEqual([]);
    expect(lines.filter((line) => /^> (?::white_check_mark: )?\*?TSA-9/.test(line)).length).toBeGreaterThan(
      10,
    );
  });

  it('are shown whole to whoever decides', () => {
    const card = s.cast.ada.sees('app').find((message) => message.text.includes('TSA-2'));
    for (const part of [PING, LINK])
      expect(card?.text).toContain(
        part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      );
  });
});

describe('the link of a case', () => {
  it('is a link to where it says, and only if it is nothing but a link', async () => {
    const modal = await requestForm(s, s.cast.noor, 'contoso');
    await modal.chooses('Scope', 'Read-only');
    await modal.types('Allowed actions', 'Look at the import log');
    await modal.types('Reason', 'Invoices for March show twice since the last import.');
    await modal.types('Case', 'https://context.example/case/7?a=1&b=2');
    await modal.chooses('For how long', '1 h');
    await modal.chooses('Approver', 'Ben');
    await modal.submits();
    const card = await s.cast.ben.waitFor('app', /<@U0NOOR> asks for your approval/);
    expect(card.text).toContain('*Case* <https://context.example/case/7?a=1&amp;b=2>');
  });
});
