import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Modal } from '../../sandbox/driver.ts';
import { forges, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, fillIn, GOOD, requestForm, testApp } from '../support/test-app.ts';

/** What somebody types or chooses that cannot be right: told at its field, nothing changed, nothing typed is lost. */

let s: TestApp;
let modal: Modal;

async function opens(): Promise<void> {
  s = await testApp();
  modal = await requestForm(s, s.cast.sam);
  await fillIn(modal);
}
const closes = (): Promise<void> => s.close();

/** Submits, and finds exactly this said at that field; all else as it was. */
async function isRefused(label: string, says: RegExp): Promise<void> {
  const typed = Object.fromEntries(modal.labels.map((one) => [one, modal.value(one)]));
  const before = await written(s);
  await modal.submits();
  expect(modal.errors).toEqual({ [label]: expect.stringMatching(says) as string });
  expect(Object.fromEntries(modal.labels.map((one) => [one, modal.value(one)]))).toEqual(typed);
  expect((await written(s)).life).toEqual(before.life);
}

describe('a reason', () => {
  beforeAll(opens);
  afterAll(closes);

  it.each([
    ['that is empty', '', /required/],
    ['of spaces', '      ', /Say why\. For example: Invoices/],
    ['of line breaks', '\n\n\r\n', /Say why/],
    ['of spaces without width', '\u200b\u200b\u200b\u2060\ufeff', /Say why/],
    ['of 3,001 characters', `${GOOD} ${'x'.repeat(3_000 - GOOD.length)}`, /at most 3000 characters/],
    ['with half a character in it', `${GOOD}\ud83d`, /characters in this text that nobody sees/],
    ['that reads backwards on screen', `${GOOD} \u202edevorppa`, /characters in this text that nobody sees/],
    ['with an invisible isolate', `${GOOD} \u2067x\u2069`, /characters in this text that nobody sees/],
    ['with a zero byte', `${GOOD}\u0000`, /characters in this text that nobody sees/],
    ['that is vague', 'I need access for a support issue please', /stranger could not tell/],
    ['that only names the tenant', 'Northwind Traders', /just the tenant’s name/],
    ['of too few characters', 'Invoices twice.', /at least 20 characters/],
  ])('%s is refused at its field, with what to write instead', async (_, reason, says) => {
    await modal.types('Reason', reason);
    await isRefused('Reason', says);
  });

  it('that a client lets through empty is refused all the same', async () => {
    await modal.types('Reason', 'x');
    await modal.submits();
    const sent = z
      .record(z.string(), z.unknown())
      .parse(s.sandbox.workspace.traffic.findLast((one) => one.what.includes('view_submission'))?.body);
    const empty: unknown = JSON.parse(JSON.stringify(sent).replace('"value":"x"', '"value":null'));
    const answer = await s.sandbox.deliverer.deliver(
      'interactive',
      z.record(z.string(), z.unknown()).parse(empty),
    );
    expect(answer).toEqual({
      kind: 'acked',
      body: { response_action: 'errors', errors: { reason: expect.stringMatching(/Say why/) as string } },
    });
  });

  it('of exactly 3,000 characters, in Arabic and from right to left, is filed as it is', async () => {
    const arabic = 'تظهر فواتير مارس مرتين منذ الاستيراد الأخير. ';
    const reason = arabic.repeat(100).slice(0, 2_999).trimEnd().padEnd(3_000, '.');
    await modal.types('Reason', reason);
    await modal.submits();
    expect(modal.text).toContain('TSA-1 is filed');
    const card = await s.cast.ada.waitFor('app', /asks for your approval/);
    expect(card.text.replaceAll(/[>\s]/g, '')).toContain(reason.replaceAll(/\s/g, ''));
  });
});

describe('a length of time', () => {
  beforeAll(opens);
  afterAll(closes);

  it.each([
    ['0', /Write a length of time such as 45m/],
    ['-1', /Write a length of time/],
    ['NaN', /Write a length of time/],
    ['Infinity', /Write a length of time/],
    ['1e9', /Write a length of time/],
    ['10 years', /Write a length of time/],
    ['9'.repeat(400), /Write a length of time/],
    ['3650d', /At most 4 h: the policy’s limit for any session/],
    ['4h 1m', /At most 4 h: the policy’s limit for any session/],
    ['59s', /At least one minute/],
  ])('typed as %s is refused', async (typed, says) => {
    await modal.chooses('For how long', 'Other …');
    await modal.types('How long exactly', typed);
    await isRefused('How long exactly', says);
  });

  it.each(['0', '-1', 'NaN', 'Infinity', '-Infinity', '1.5', '', '9007199254740993'])(
    'forged as %j is refused',
    async (value) => {
      await modal.chooses('For how long', '1 h');
      await forges(s, s.cast.sam, 'For how long', value);
      await isRefused('For how long', /Write a length of time|At least one minute/);
    },
  );

  it('forged as ten years is refused with the limit', async () => {
    await forges(s, s.cast.sam, 'For how long', String(10 * 365 * 24 * 3_600_000));
    await isRefused('For how long', /At most 4 h: the policy’s limit for any session/);
  });
});

describe('a person', () => {
  beforeAll(opens);
  afterAll(closes);

  it.each([
    ['the requester', 'U0SAM', /the requester cannot be the approver/],
    ['deactivated', 'U0DORA', /this account is deactivated/],
    ['a bot', 'U0ROBO', /this account is a bot/],
    ['a guest', 'U0GUS', /this account is a guest/],
    ['from another workspace', 'U0ANN', /belongs to another workspace/],
    ['not on the policy’s list', 'U0NOOR', /may not decide about this scope/],
    ['unknown to Slack', 'U0NOBODY', /not known to Slack/],
    ['a group', 'S0MANAGERS', /not known to Slack/],
    ['the customer’s own seat', 'customer', /not known to Slack/],
    ['Slack’s robot', 'USLACKBOT', /not known to Slack|is a bot/],
  ])('who is %s cannot be named as the approver', async (_, user, says) => {
    await forges(s, s.cast.sam, 'Approver', user);
    await isRefused('Approver', says);
  });

  it('is offered as approver only if they may approve', async () => {
    expect((await modal.options('Approver')).map((one) => one.text)).toEqual(['Ada Okafor', 'Ben Lindqvist']);
  });

  it.each([
    ['a bot', 'Deploy Robot', /is a bot/],
    ['a guest', 'Gus Guest', /is a guest/],
    ['deactivated', 'Dora Gone', /is deactivated/],
    ['from another workspace', 'Ann Customer', /another workspace/],
    ['not on the policy’s list', 'Otto Weiss', /does not let this person hold access/],
  ])('who is %s cannot get the access', async (_, name, says) => {
    await modal.chooses('Who gets the access', name);
    await modal.chooses('Approver', 'Ada');
    await isRefused('Who gets the access', says);
  });

  it('who is a bot cannot be the owner', async () => {
    await modal.chooses('Who gets the access', 'Sam');
    await modal.chooses('Owner', 'Deploy Robot');
    await modal.chooses('Approver', 'Ada');
    await isRefused('Owner', /is a bot/);
  });
});

describe('a tenant', () => {
  afterEach(closes);

  it('that the policy does not have is refused at its field', async () => {
    await opens();
    await forges(s, s.cast.sam, 'Tenant', 'nowhere');
    await modal.chooses('Approver', 'Ada');
    await isRefused('Tenant', /Choose a tenant from the list/);
  });

  it('that was removed while the form stood open is refused, and all that was typed stays', async () => {
    await opens();
    await s.restart((policy) => ({
      ...policy,
      tenants: new Map([...policy.tenants].filter(([id]) => id !== 'northwind')),
    }));
    await isRefused('Tenant', /Choose a tenant from the list/);
  });

  it('that was removed after the approval gives no access any more', async () => {
    s = await testApp();
    await file(s);
    await s.cast.ada.presses('Approve', 'app');
    await s.cast.sam.waitFor('app', /Approved by/);
    await s.restart((policy) => ({
      ...policy,
      tenants: new Map([...policy.tenants].filter(([id]) => id !== 'northwind')),
    }));
    await s.cast.sam.types('#support', '/tsa start');
    expect(s.cast.sam.hears('#support').at(-1)).toBe(
      'Nothing was started: this tenant is not in the policy any more.',
    );
    expect((await written(s)).life).not.toContain('TSA-1 session.started');
  });

  it.each([
    ['mistyped', 'northwnd', 'No tenant goes by “northwnd”.'],
    ['one of two of that name', 'Northwind Traders', 'More than one tenant goes by “Northwind Traders”.'],
    ['no name at all', '<!channel> \ud800 *x*', 'No tenant goes by “&lt;!channel&gt;'],
  ])('%s after the command opens the form, which says so', async (_, words, says) => {
    s = await testApp();
    modal = await requestForm(s, s.cast.sam, words);
    expect(modal.text).toContain(says);
    expect(modal.value('Tenant')).toBe('');
  });

  it('named exactly after the command is there already', async () => {
    s = await testApp();
    modal = await requestForm(s, s.cast.sam, 'northwind');
    expect(modal.value('Tenant')).toContain('Northwind Traders · production');
  });
});
