import chromium from '@sparticuz/chromium';
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/example-company.ts';
import { ISSUE, taking } from '../support/customers.ts';
import type { TestApp } from '../support/test-app.ts';
import { fillIn, testApp } from '../support/test-app.ts';

/** Every surface in a real browser, photographed for whoever looks: build/screens. */

const SCREENS = new URL('../../build/screens/', import.meta.url).pathname;
let browser: Browser;
let s: TestApp;
let page: Page;
const troubles: string[] = [];

beforeAll(async () => {
  mkdirSync(SCREENS, { recursive: true });
  s = await testApp('socket', taking());
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args, '--no-sandbox', '--disable-gpu', '--no-first-run'],
    headless: true,
  });
  page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, colorScheme: 'light' });
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (line) => {
    if (line.type() === 'error') troubles.push(line.text());
  });
});
afterAll(async () => {
  await browser.close();
  await s.close();
});

type Name = keyof typeof PEOPLE;

/** What this person sees there, once it says so. */
async function shows(name: string, person: Name, where: string, says: RegExp): Promise<void> {
  await s.later(0);
  await page.goto(`${s.sandbox.url}/?as=${PEOPLE[person].id}&in=${where}`);
  await page.getByText(says).last().waitFor();
  const all = await page.locator('body').innerText();
  expect(all).not.toMatch(/does not draw|undefined|\[object|NaN/);
  await page.screenshot({ path: `${SCREENS}${name}.png` });
}

const app = (person: Name): string => s.sandbox.workspace.directMessage(PEOPLE[person].id).id;

it('Every surface is drawn, and says what its reader needs', async () => {
  const { sam, ada, noor, ann, mia } = s.cast;
  await sam.types('#support', '/tsa help');
  await shows('a01-help', 'sam', CHANNELS.support, /Temporary support access/);
  await sam.types('#support', '/tsa request');
  await fillIn(await sam.modal('Request access'), {
    allowed: 'Look at the import log\nRemove the duplicates of March',
    offLimits: 'Payment data',
  });
  await shows('a02-request-form', 'sam', CHANNELS.support, /Request access/);
  await (await sam.modal('Request access')).submits();
  await shows('a03-filed', 'sam', CHANNELS.support, /TSA-1 is filed/);
  sam.closes();
  await shows('a04-approver', 'ada', app('ada'), /asks for your approval/);
  for (const [button, title, name] of [
    ['Approve less', 'Approve less', 'a05-less'],
    ['Deny', 'Deny request', 'a06-deny'],
    ['Ask a question', 'Ask a question', 'a07-ask'],
  ] as const) {
    await ada.presses(button, 'app', /TSA-1/);
    await ada.modal(title);
    await shows(name, 'ada', app('ada'), new RegExp(title));
    ada.closes();
  }
  await ada.presses('Ask a question', 'app', /TSA-1/);
  const question = await ada.modal('Ask a question');
  await question.types('What do you need to know?', 'Is the customer told?');
  await question.submits();
  await shows('a08-question', 'sam', app('sam'), /Is the customer told/);
  await sam.presses('Answer', 'app', /TSA-1/);
  const answering = await sam.modal('Answer');
  await answering.types('Your answer', 'Yes, since this morning.');
  await answering.submits();
  await s.later(31 * 60_000);
  await sam.presses('Ask somebody else', 'app', /TSA-1/);
  await shows('a09-somebody-else', 'sam', app('sam'), /In place of/);
  sam.closes();
  await shows('a10-answered', 'ada', app('ada'), /Yes, since this morning/);
  await ada.presses('Approve', 'app', /TSA-1/);
  await shows('a11-approved', 'sam', app('sam'), /can start the session/);
  await sam.presses('Start session', 'app', /can start/);
  await shows('a12-alert', 'mia', CHANNELS.alerts, /is in Northwind/);
  await shows('a13-shared-channel', 'ann', CHANNELS.northwind, /is in Northwind/);
  await sam.types('#support', '/tsa extend');
  const more = await sam.modal('Ask for more time');
  await more.types('How much more', '30m');
  await more.types('Why is it not enough?', 'The second import of March must be checked as well.');
  await shows('a14-more-time', 'sam', CHANNELS.support, /Ask for more time/);
  await more.submits();
  await shows('a15-give-time', 'ada', app('ada'), /asks for 30 min more/);
  await ada.presses('Give the time', 'app', /asks for 30 min more/);
  await sam.types('#support', '/tsa active');
  await shows('a16-active', 'sam', CHANNELS.support, /in Northwind Traders/);
  await sam.opensHome();
  await shows('a17-home', 'sam', 'home', /Northwind/);
  await mia.opensHome();
  await shows('a18-home-of-an-admin', 'mia', 'home', /Northwind/);
  await ada.presses('Revoke', 'app', /TSA-1/);
  await shows('a19-revoke', 'ada', app('ada'), /Why/);
  ada.closes();
  await s.later(5 * 3_600_000);
  await shows('a20-over', 'sam', app('sam'), /expired by itself/);
  await sam.presses('Close out', 'app', /TSA-1/);
  const closing = await sam.modal('Close out');
  await closing.chooses('Can the customer do what failed before?', 'Yes');
  await closing.types('What was changed?', 'Removed the duplicates of March.');
  await closing.types('Who confirmed that?', 'Erika Muster, of their accounting');
  await closing.types('What was checked?', 'The invoices of March, each once.');
  await shows('a21-close-out', 'sam', app('sam'), /What was changed/);
  await closing.submits();
  await shows('a22-closed', 'ada', app('ada'), /closed it out/);
  await sam.types('#support', '/tsa show TSA-1');
  await shows('a23-record', 'sam', CHANNELS.support, /closed out/);
  await noor.types('#support', '/tsa emergency northwind');
  const emergency = await noor.modal('Emergency access');
  await emergency.types('What is the emergency?', 'All imports fail since 02:00; the queue must be drained.');
  await emergency.types('Allowed actions', 'Drain the import queue.');
  await emergency.chooses('Scope', 'Support');
  await emergency.chooses('Who reviews it afterwards', 'Ada');
  await shows('a24-emergency', 'noor', CHANNELS.support, /What is the emergency/);
  await emergency.submits();
  noor.closes();
  await shows('a25-emergency-alert', 'mia', CHANNELS.alerts, /EMERGENCY/);
  await shows('a26-emergency-review', 'ada', app('ada'), /EMERGENCY/);
  await sam.types('#support', '/tsa channel northwind');
  await shows('a27-invitation', 'ann', CHANNELS.northwind, /Need our team/);
  await ann.presses('Ask for help', '#shared-northwind', /Need our team/);
  const ask = await ann.modal('Ask for help');
  await ask.types('What is wrong?', ISSUE);
  await ask.attaches('Screenshots, short videos or PDF', {
    name: 'twice.png',
    mimetype: 'image/png',
    size: 99,
  });
  await shows('a28-customers-form', 'ann', CHANNELS.northwind, /By submitting/);
  await ask.submits();
  ann.closes();
  await shows('a29-customers-card', 'ann', app('ann'), /you asked for help/);
  await shows('a30-support-channel', 'sam', CHANNELS.support, /asks for help in/);
  await noor.types('#support', '/tsa end');
  await s.later(0);
  await noor.presses('Accept', '#support', /TSA-3/);
  await noor.modal('Take it on');
  await shows('a31-take-it-on', 'noor', CHANNELS.support, /Take it on/);
  noor.closes();
  await ann.presses('Support request history', '#shared-northwind', /Need our team/);
  await ann.modal('Support history');
  await shows('a32-customers-history', 'ann', CHANNELS.northwind, /newest first/);
  ann.closes();
  await s.later(8 * 24 * 3_600_000);
  await shows('a33-digest', 'mia', CHANNELS.review, /Access review, week/);
  await page.emulateMedia({ colorScheme: 'dark' });
  await shows('a34-digest-in-the-dark', 'mia', CHANNELS.review, /Access review, week/);
  const failed = s.sandbox.workspace.traffic.filter(({ what }) => what.startsWith('the sandbox failed'));
  expect([...failed.map(({ what }) => what), ...troubles]).toEqual([]);
});
