import chromium from '@sparticuz/chromium';
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createMailbox } from '../../sandbox/mail.ts';
import { page as pageOf } from '../../sandbox/page/serve.ts';
import { createSandbox } from '../../sandbox/server.ts';
import { write } from '../../src/email/layout.ts';
import { createMailTransport } from '../../src/email/transport.ts';

/** The demo's inbox in a real browser. Screenshots are kept in build/screens. */

const SCREENS = new URL('../../build/screens/', import.meta.url).pathname;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;
let page: Page;
beforeAll(async () => {
  mkdirSync(SCREENS, { recursive: true });
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [
      ...chromium.args,
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--no-first-run',
    ],
    headless: true,
  });
  page = await browser.newPage();
});
afterAll(() => browser.close());

const URL_SHOWN = 'https://access.example.com/r/token';
const MAIL = {
  ...write({
    subject: '[TSA-1] Sam Rivera asks to enter Northwind Traders (production)',
    lead: [
      'Sam Rivera asks to enter Northwind Traders (production) for 1 h. You decide.',
      'Scope: Read-only (Look at settings, logs and data; change nothing). Over by 15:30 UTC on 2 March 2026 at the latest.',
    ],
    parts: [
      {
        kind: 'quote',
        title: 'Why',
        text: 'Invoices for March show twice since the import.\n<b>Not bold.</b>',
      },
      { kind: 'fact', name: 'Case', value: 'CASE-7' },
      { kind: 'link', label: 'Approve or decline on this page', url: URL_SHOWN, code: '123456' },
      {
        kind: 'say',
        text: 'The page asks for the code beside the link: a program that follows links can do nothing.',
      },
    ],
  }),
  to: { name: 'Ann Customer', address: 'ann@northwind.example' },
  date: Date.UTC(2026, 2, 2, 9),
  messageId: '<a@access.example.com>',
  thread: null,
};

describe.each(['light', 'dark'] as const)('The inbox, %s,', (colorScheme) => {
  it('lists what was sent as text and as HTML with links, grows by itself, and can be read by everybody', async () => {
    const mailbox = await createMailbox();
    onTestFinished(() => mailbox.close());
    const sandbox = await createSandbox({ page: (local) => pageOf(local, mailbox) });
    onTestFinished(() => sandbox.close());
    const transport = createMailTransport({ smtpUrl: mailbox.url, from: 'access@harbor.example' });
    onTestFinished(() => {
      transport.close();
    });
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.emulateMedia({ colorScheme });
    await page.goto(sandbox.url);
    await page.getByRole('link', { name: 'Customers’ mail' }).click();
    await page.getByText('No mail yet').waitFor();
    expect(await transport.send(MAIL)).toEqual({ kind: 'sent' });
    await page.getByText('[TSA-1] Sam Rivera asks to enter').first().waitFor();
    const html = page.frameLocator('iframe');
    await html.getByText('Over by 15:30 UTC').waitFor();
    expect(await html.locator('b').count()).toBe(0);
    expect(await html.getByRole('link', { name: 'Approve or decline' }).getAttribute('href')).toBe(URL_SHOWN);
    expect(await page.getByRole('link', { name: URL_SHOWN }).getAttribute('href')).toBe(URL_SHOWN);
    for (const [name, width] of [
      ['wide', 1280],
      ['phone', 320],
    ] as const) {
      await page.setViewportSize({ width, height: 860 });
      await page.screenshot({ path: `${SCREENS}inbox-${colorScheme}-${name}.png`, fullPage: true });
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
    for (const frame of page.frames()) {
      if (frame !== page.mainFrame()) continue;
      await frame.evaluate(AXE);
      const found = await frame.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
        'axe.run({ iframes: false })',
      );
      expect(
        found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html: at }) => at).join(' ')}`),
      ).toEqual([]);
    }
  });
});
