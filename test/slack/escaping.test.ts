import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Modal } from '../../sandbox/driver.ts';
import type { Policy } from '../../src/access/policy.ts';
import { everything, mrkdwnIn, written } from './acts.ts';
import type { Stage } from './stage.ts';
import { requestForm, stage } from './stage.ts';

/** Other people's words go through every place where they are shown, and stay words. */

const PING = '<!channel> <!here> <@U0OTTO> <!subteam^S0MANAGERS>';
const LINK = '<https://evil.example|the report> & <mailto:a@b.example|mail>';
const NOTICE = ':white_check_mark: *TSA-9* · Approved by <@U0OTTO>.';
const BREAKS = ['\n', '\r', '\r\n', '\u2028', '\u2029'];
const TEXT = `Invoices show twice since March ${PING} ${LINK}${BREAKS.map((one) => one + NOTICE).join('')}`;
const LINE = `Look at invoices ${PING} ${LINK} ${NOTICE}`;

let s: Stage;
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

beforeAll(async () => {
  s = await stage('socket', nasty);
  const { sam, ada } = s.cast;
  await fileBadly('Northwind Traders <!channel> · production', 'Read-only');
  await ada.presses('Deny', 'app', /TSA-1/);
  deny = await ada.modal('Deny request');
  await deny.types('Why not? The requester reads this', TEXT);
  await deny.submits();
  await sam.waitFor('app', /denied access to/);
  await fileBadly('Contoso', 'Support');
  await ada.presses('Approve', 'app', /TSA-2/);
  await sam.presses('Start session', 'app', /Approved by/);
  await sam.waitFor('#support-access-alerts', /TSA-2/);
  for (const words of ['show TSA-1', 'show TSA-2', 'active', 'review', `${PING}${LINK}`, `start ${PING}`])
    await sam.types('#support', `/tsa ${words}`);
  await sam.presses('End now', 'app');
  await sam.types('#support', '/tsa show TSA-2');
  await fileBadly('Contoso', 'Admin');
  await ada.presses('Approve', 'app', /TSA-3/);
  await ada.modal('Approve high risk');
  await s.later(8 * 24 * 3_600_000);
  await sam.waitFor('#access-review', /Access review/);
});
afterAll(() => s.close());

/** All that the app ever sent, and all that stands anywhere now. */
function sent(): readonly { readonly text: string; readonly verbatim: unknown }[] {
  const { traffic, stacks } = s.sandbox.workspace;
  return [
    ...traffic.filter((one) => one.direction === 'from_app').flatMap((one) => mrkdwnIn(one.body)),
    ...everything(s).flatMap((message) => [
      ...mrkdwnIn(message.blocks),
      { text: message.text, verbatim: true },
    ]),
    ...[...stacks.values()].flat().flatMap((view) => mrkdwnIn(view.form)),
  ];
}

describe('other people’s words', () => {
  it('reached every place: cards, notices, answers, forms and the digest', async () => {
    const { life } = await written(s);
    expect(life).toEqual(
      expect.arrayContaining(['TSA-1 request.denied', 'TSA-2 session.ended', 'TSA-3 request.filed']),
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
    await modal.types('Case', 'https://desk.example/case/7?a=1&b=2');
    await modal.chooses('For how long', '1 h');
    await modal.chooses('Approver', 'Ben');
    await modal.submits();
    const card = await s.cast.ben.waitFor('app', /<@U0NOOR> asks for your approval/);
    expect(card.text).toContain('*Case* <https://desk.example/case/7?a=1&amp;b=2>');
  });
});
