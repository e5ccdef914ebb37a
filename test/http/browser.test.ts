import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { file, requestForm } from '../support/test-app.ts';
import type { Customer } from '../support/browser.ts';
import { ANN, CARLOS, customer, inspect } from '../support/browser.ts';

const CONTOSO = { tenant: 'Contoso Retail · production' };

let c: Customer;
beforeAll(async () => {
  c = await customer();
}, 120_000);
afterAll(async () => {
  await c.close();
});

describe('In a real browser', () => {
  it('a contact without Slack consents by mail and page, sees the session, and stops it', async () => {
    const { sam, ada } = c.s.cast;
    await file(c.s, CONTOSO);
    await ada.waitFor('app', /TSA-1/);
    await ada.presses('Approve', 'app', /TSA-1/);
    const asked = await c.mail(CARLOS, /TSA-1/);
    const page = await c.window();
    await page.goto(asked.link);
    await page.getByRole('heading', { name: 'May Sam Rivera enter Contoso Retail (production)?' }).waitFor();
    await inspect(page, '1-consent');

    await page
      .getByLabel('The 6-digit code from the mail')
      .fill(asked.code === '000000' ? '000001' : '000000');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('alert').waitFor();
    await inspect(page, '2-wrong-code');
    await page.getByLabel('The 6-digit code from the mail').fill(asked.code);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('heading', { name: 'You approved TSA-1' }).waitFor();
    await inspect(page, '3-approved');
    await page.goto(asked.link);
    await page.getByRole('heading', { name: 'This link has been used already' }).waitFor();
    await inspect(page, '4-used');

    await sam.waitFor('app', /Approved by/);
    await sam.presses('Start session', 'app', /Approved by/);
    await sam.waitFor('#support-access-alerts', /TSA-1.*is in Contoso/);
    const told = await c.mail(CARLOS, /Sam Rivera is in Contoso/);
    await page.goto(told.link);
    await page.getByRole('heading', { name: 'Sam Rivera is in Contoso Retail (production)' }).waitFor();
    await inspect(page, '5-session');
    await page.getByLabel('The 6-digit code from the mail').fill(told.code);
    await page.getByRole('button', { name: 'I didn’t expect this: stop it now' }).click();
    await page.getByRole('heading', { name: 'Stopped' }).waitFor();
    await inspect(page, '6-stopped');
    await sam.waitFor('#support-access-alerts', /did not expect this session/);
  }, 180_000);

  it('the tenant’s page is mailed to whom it concerns, lives while it is open, and takes a request for help', async () => {
    const { sam, ada } = c.s.cast;
    const page = await c.window();
    await page.goto(`${c.at}/tenants`);
    await inspect(page, '7-way-in');
    await page.getByLabel('Your e-mail address').fill(ANN);
    await page.getByRole('button', { name: 'Send me the link' }).click();
    await page.getByRole('heading', { name: 'a mail is on its way' }).waitFor();
    await inspect(page, '8-mail-sent');
    const { link, code } = await c.mail(ANN, /./);

    await page.goto(link);
    await page.getByText('Nobody of our support is in your tenant now.').waitFor();
    await inspect(page, '9-tenant-empty');
    await file(c.s);
    await ada.waitFor('app', /TSA-2/);
    await ada.presses('Approve', 'app', /TSA-2/);
    await sam.waitFor('app', /TSA-2.*Approved by/);
    await sam.presses('Start session', 'app', /TSA-2.*Approved by/);
    await sam.waitFor('#support-access-alerts', /TSA-2.*is in/);
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.getByText('Sam Rivera of our support is in Northwind Traders (production)').waitFor();
    expect(await page.getByRole('timer').textContent()).toMatch(/\d (?:min|s) left$/);
    await page.reload();
    await inspect(page, '10-tenant');
    await page.getByRole('link', { name: 'See what it is for, or stop it' }).click();
    await page.getByRole('heading', { name: 'TSA-2: In progress' }).waitFor();
    await inspect(page, '11-record');

    await page.getByRole('link', { name: 'Back to Northwind' }).click();
    await page.getByRole('link', { name: 'Ask for help' }).click();
    await inspect(page, '12-ask');
    await page.getByLabel('What is wrong?').fill('please help');
    await page.getByLabel('The 6-digit code from the mail').fill(code);
    await page.getByRole('button', { name: 'Ask for help' }).click();
    await page.getByRole('alert').waitFor();
    await inspect(page, '13-ask-again');
    await page
      .getByLabel('What is wrong?')
      .fill('The nightly export to our warehouse stopped on Sunday, with “quota exceeded”.');
    await page.getByRole('button', { name: 'Ask for help' }).click();
    await page.getByRole('heading', { name: 'TSA-3 is on its way to our support' }).waitFor();
    await inspect(page, '14-asked');
    await page.goto(`${c.at}/nowhere`);
    await inspect(page, '15-nothing-here');

    await page.goto(link);
    await page.getByText('Sam Rivera of our support is in').waitFor();
    c.s.clock.turn(31 * 60_000);
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.getByText('This page is over. Ask for a new link').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'This link is over' }).waitFor();
    await inspect(page, '16-over');
  }, 180_000);

  it('all of it works without script, and with the keyboard alone', async () => {
    const modal = await requestForm(c.s, c.s.cast.noor);
    await modal.chooses('Tenant', CONTOSO.tenant);
    await modal.chooses('Scope', 'Read-only');
    await modal.types('Allowed actions', 'Look at the stock list');
    await modal.types(
      'Reason',
      'The stock list of the Leipzig store is empty since this morning; find out why.',
    );
    await modal.chooses('For how long', '1 h');
    await modal.chooses('Approver', 'Ada');
    await modal.submits();
    const { link, code } = await c.mail(CARLOS, /Noor Haddad asks/);
    const page = await c.window({ script: false });
    await page.goto(link);
    await page.getByLabel('The 6-digit code from the mail').focus();
    await page.keyboard.type(code);
    await page.keyboard.press('Tab');
    await page.keyboard.type('Not before Monday, please.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'You declined' }).waitFor();
    await c.s.cast.noor.waitFor('app', /Not before Monday, please\./);
  }, 120_000);
});
