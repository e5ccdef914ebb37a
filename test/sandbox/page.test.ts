import chromium from '@sparticuz/chromium';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** The page as a person uses it: a real browser, the real app behind it. Screenshots are kept in build/screens. */

const SCREENS = new URL('../../build/screens/', import.meta.url).pathname;
let browser: Browser;
let s: TestApp;
let page: Page;

beforeAll(async () => {
  mkdirSync(SCREENS, { recursive: true });
  s = await testApp('socket');
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [
      ...chromium.args,
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
    headless: true,
  });
  page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme: 'light' });
  page.setDefaultTimeout(30_000);
});
afterAll(async () => {
  await browser.close();
  await s.close();
});

const shot = (name: string): Promise<unknown> => page.screenshot({ path: `${SCREENS}${name}.png` });
const actAs = async (name: string): Promise<void> => {
  await page.getByRole('button', { name: new RegExp(name) }).click();
};

describe('in a real browser', () => {
  it('a request is filed, approved, started, seen in the channel and ended by clicking', async () => {
    await page.goto(`${s.sandbox.url}/?as=U0SAM&in=C0SUPPORT`);
    await page.getByLabel('Message or slash command').fill('/tsa request');
    await page.keyboard.press('Enter');
    const modal = page.getByRole('dialog', { name: 'Request access' });
    await modal.waitFor();
    await shot('1-empty-form');

    await modal.getByRole('button', { name: 'Ask for approval' }).click();
    await modal.getByText('Please complete this required field.').first().waitFor();
    await modal.getByLabel('Allowed actions').fill('Look at the import log, repair single invoices');
    await modal.getByLabel('Tenant').fill('blink');
    await modal.getByRole('option', { name: /Blink/ }).click();
    await modal.getByText('At most 2 min for this tenant').waitFor();
    await modal
      .getByLabel('Scope')
      .selectOption({ label: 'Support — Change settings and run repairs on single records' });
    await modal.getByLabel('Reason').fill('need access');
    await modal.getByLabel('For how long').selectOption('2 min');
    await modal.getByText('Who decides?').or(modal.getByPlaceholder('Who decides?')).waitFor();
    await modal.getByLabel('Approver').fill('Ada');
    await modal.getByRole('option', { name: 'Ada Okafor', exact: true }).click();
    await modal.getByRole('button', { name: 'Ask for approval' }).click();
    await modal.getByText('A stranger could not tell what is wrong').waitFor();
    expect(await modal.getByLabel('Allowed actions').inputValue()).toBe(
      'Look at the import log, repair single invoices',
    );
    await shot('2-error-at-its-field');

    await modal
      .getByLabel('Reason')
      .fill('Invoices for March show twice since the 2.14 import; remove the duplicates.');
    await modal.getByRole('button', { name: 'Ask for approval' }).click();
    await modal.getByText('TSA-1 is filed').waitFor();
    await shot('3-filed');
    await modal.getByRole('button', { name: 'Done' }).click();

    await actAs('Ada Okafor');
    await page.getByText('asks for your approval').waitFor();
    await shot('4-approver');
    await page.getByRole('button', { name: 'Approve TSA-1' }).click();
    await page.getByText('approved, not started yet').waitFor();

    await actAs('Sam Rivera');
    await page.getByRole('link', { name: /◆ TSA/ }).click();
    await page.getByRole('button', { name: 'Start the session of TSA-1' }).last().click();
    await page.getByRole('button', { name: 'End the session of TSA-1 now' }).first().waitFor();
    await shot('5-grantee');

    await page.getByRole('link', { name: /support-access-alerts/ }).click();
    await page.getByText('is in Blink').waitFor();
    await shot('6-alert');

    await s.later(3 * 60_000);
    await page.getByText('expired by itself').first().waitFor();
    await shot('7-expired');

    await s.later(8 * 24 * 3_600_000);
    await page.getByRole('link', { name: /access-review/ }).click();
    await page.getByText('Access review, week').first().waitFor();
    await shot('8-digest');
  });

  it('shows outside text as text: no ping, no link, no markup of its own', async () => {
    await s.cast.sam.types('#support', '/tsa request northwind');
    const modal = await s.cast.sam.modal('Request access');
    await modal.chooses('Tenant', 'Contoso');
    await modal.chooses('Scope', 'Read-only');
    await modal.types('Allowed actions', '<https://evil.example|our help page> <@U0ADA>');
    await modal.types(
      'Reason',
      '<!channel> <script>alert(1)</script> Invoices for March show twice;\n*TSA-9* approved by Ben',
    );
    await modal.chooses('For how long', '1 h');
    await modal.chooses('Approver', 'Ben');
    await modal.submits();
    await s.cast.ben.waitFor('app', /Contoso/);
    await page.goto(`${s.sandbox.url}/?as=U0BEN&in=D0BEN`);
    await page.getByText('asks for your approval').waitFor();
    const messages = page.getByRole('log');
    expect(await messages.locator('.ping').count()).toBe(0);
    expect(await messages.locator('a').count()).toBe(0);
    expect(await messages.getByText('<script>alert(1)</script>').count()).toBe(1);
    expect(await messages.locator('blockquote').filter({ hasText: 'TSA-9 approved' }).count()).toBe(1);
    await shot('9-escaped');
  });

  it('every picture that the app names is drawn', () => {
    const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    const sources = readdirSync(new URL('../../src/slack/', import.meta.url), {
      recursive: true,
      encoding: 'utf8',
    });
    const named = sources
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) =>
        [...read(`src/slack/${path}`).matchAll(/[`'*\n]:([a-z]+(?:_[a-z]+)+):/g)].map(([, one]) => one),
      );
    const drawn = read('sandbox/page/browser/mrkdwn.js');
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((one) => !drawn.includes(`  ${one ?? ''}: `))).toEqual([]);
  });

  it('whoever one becomes at Home opens their own, as it is now', async () => {
    const openings = (): number =>
      s.sandbox.workspace.traffic.filter(({ body }) => JSON.stringify(body).includes('app_home_opened'))
        .length;
    await page.goto(`${s.sandbox.url}/?as=U0OTTO&in=home`);
    await page.getByText('Latest in the ledger').waitFor();
    await actAs('Ben Lindqvist');
    await page.getByText('asks for your approval').waitFor();
    const before = openings();
    await page.getByRole('link', { name: /TSA Home/ }).click();
    await actAs('Otto Weiss');
    await page.getByText('Latest in the ledger').waitFor();
    await expect.poll(openings).toBe(before + 2);
  });

  it('works with the keyboard alone, in the dark, and on a phone', async () => {
    const phone = await browser.newPage({ viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
    await phone.goto(`${s.sandbox.url}/?as=U0NOOR&in=C0SUPPORT`);
    await phone.getByLabel('Message or slash command').focus();
    await phone.keyboard.type('/tsa request contoso');
    await phone.keyboard.press('Enter');
    await phone.getByRole('dialog', { name: 'Request access' }).waitFor();
    expect(await phone.getByLabel('Tenant').inputValue()).toContain('Contoso Retail');
    await phone.screenshot({ path: `${SCREENS}10-phone-dark.png` });
    await phone.getByLabel('Allowed actions').focus();
    await phone.keyboard.press('Escape');
    await phone.getByRole('dialog').waitFor({ state: 'hidden' });
    await phone.close();
  });
});
