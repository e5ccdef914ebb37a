import chromium from '@sparticuz/chromium';
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { chromium as playwright } from 'playwright-core';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Mailbox, Received } from '../../sandbox/mail.ts';
import { createMailbox } from '../../sandbox/mail.ts';
import type { Policy, Tenant } from '../../src/access/policy.ts';
import { userElsewhere } from '../../src/access/whose.ts';
import type { Mode, TestApp } from './test-app.ts';
import { PEOPLE, testApp } from './test-app.ts';

/** The whole program with a real mail server, a proxy in front of its pages, and a real browser in a customer’s hand. */
export interface Customer {
  readonly s: TestApp;
  readonly mailbox: Mailbox;
  /** Where the pages are, from outside. */
  readonly at: string;
  /** The last mail to that address that matches, with its link and code. */
  mail(
    to: string,
    subject: RegExp,
  ): Promise<{ readonly link: string; readonly code: string; readonly text: string }>;
  /** A browser window; closed with all others, when the customer leaves. */
  window(how?: { readonly script?: boolean }): Promise<Page>;
  close(): Promise<void>;
}

const SCREENS = new URL('../../build/screens/', import.meta.url).pathname;

export async function customer(mode: Mode = 'socket'): Promise<Customer> {
  mkdirSync(SCREENS, { recursive: true });
  const mailbox = await createMailbox();
  const front = await proxy();
  const at = `http://127.0.0.1:${front.port}`;
  const s = await testApp(mode, withContacts, undefined, {
    mail: { smtpUrl: mailbox.url, from: 'access@harbor.example' },
    publicUrl: at,
    clientHeader: 'X-Forwarded-For',
  });
  front.to(() => s.app.port);
  let browser: Browser | null = null;
  const seen = (to: string, subject: RegExp): Received | undefined =>
    mailbox.mails.findLast((mail) => mail.to.includes(to) && subject.test(mail.parsed.subject ?? ''));
  return {
    s,
    mailbox,
    at,
    async mail(to, subject) {
      await s.app.tick();
      await arrives(mailbox, () => seen(to, subject) !== undefined, `${String(subject)} for ${to}`);
      const text = seen(to, subject)?.parsed.text ?? '';
      return {
        text,
        link: new RegExp(`${at}/[rt]/[\\w-]+`).exec(text)?.[0] ?? '',
        code: (/\b(\d{3}) ?(\d{3})\b(?!.*UTC)/.exec(/Code:.*/.exec(text)?.[0] ?? '')?.slice(1) ?? []).join(
          '',
        ),
      };
    },
    async window({ script = true } = {}) {
      browser ??= await launch();
      const context = await browser.newContext({ javaScriptEnabled: script });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      return page;
    },
    async close() {
      await browser?.close();
      await s.close();
      await front.close();
      await mailbox.close();
    },
  };
}

export async function launch(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args, '--no-sandbox', '--disable-gpu', '--no-first-run'],
    headless: true,
  });
}

/** Ann is in Slack and has an address; Carlos has an address alone, and must be asked. */
function withContacts(policy: Policy): Policy {
  const tenants = new Map(policy.tenants);
  const change = (id: string, more: Partial<Tenant>): void => {
    const tenant = tenants.get(id);
    if (tenant === undefined) throw new Error(`there is no tenant ${id}`);
    tenants.set(id, { ...tenant, ...more });
  };
  const ann = userElsewhere(PEOPLE.ann.id, 'T0NORTHWIND');
  change('northwind', {
    customerRequests: true,
    contacts: [{ name: 'Ann Customer', slack: ann, email: ANN }],
  });
  change('contoso', {
    consent: 'required',
    contacts: [{ name: 'Carlos Ortega', slack: null, email: CARLOS }],
  });
  return { ...policy, tenants };
}

export const CARLOS = 'carlos@contoso.example';
export const ANN = 'ann@northwind.example';

/** Waits for a mail; fails when it does not come. */
async function arrives(mailbox: Mailbox, there: () => boolean, what: string): Promise<void> {
  const came = mailbox.mails.map(({ to, parsed }) => `${to.join()}: ${parsed.subject ?? ''}`);
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`no mail ${what}; only ${came.join(' | ')}`));
    }, ARRIVES_WITHIN_MS);
    const look = (): void => {
      if (!there()) return;
      clearTimeout(late);
      stop();
      resolve();
    };
    const stop = mailbox.onMail(look);
    look();
  });
}
const ARRIVES_WITHIN_MS = 20_000;

/** A reverse proxy, as one stands in front of the pages: it names the client, and passes on in chunks what it has not heard out. */
async function proxy(): Promise<{
  readonly port: number;
  to(port: () => number): void;
  close(): Promise<void>;
}> {
  let target = (): number => 0;
  const server = createServer((asked, answer) => {
    const { 'content-length': length, ...rest } = asked.headers;
    const headers = {
      ...rest,
      ...(length === undefined ? {} : { 'transfer-encoding': 'chunked' }),
      'x-forwarded-for': asked.socket.remoteAddress ?? '',
    };
    const onwards = forward(
      { port: target(), host: '127.0.0.1', path: asked.url ?? '/', method: asked.method ?? 'GET', headers },
      (told) => {
        answer.writeHead(told.statusCode ?? 502, told.headers);
        told.pipe(answer);
      },
    );
    onwards.on('error', () => answer.destroy());
    asked.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    to(port) {
      target = port;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

const LOOKS = [
  { name: 'light', colorScheme: 'light', width: 1100 },
  { name: 'dark', colorScheme: 'dark', width: 1100 },
  { name: 'phone', colorScheme: 'light', width: 320 },
  { name: 'phone-dark', colorScheme: 'dark', width: 320 },
] as const;

const violations = z.array(z.string());

/** The page as it stands, in every look: nothing that axe finds, nothing that runs out of a narrow screen. */
export async function inspect(page: Page, name: string): Promise<void> {
  for (const look of LOOKS) {
    await page.setViewportSize({ width: look.width, height: 800 });
    await page.emulateMedia({ colorScheme: look.colorScheme });
    await page.screenshot({ path: `${SCREENS}customer-${name}-${look.name}.png`, fullPage: true });
    const found = violations.parse(
      await page.evaluate(`${axe.source}
        axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) =>
          violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`),
    );
    expect(found, `${name}, ${look.name}`).toEqual([]);
    const wide = await page.evaluate(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    );
    const [content = 0, screen = 0] = z.array(z.number()).parse(wide);
    expect(content, `${name}, ${look.name}: runs out of the screen`).toBeLessThanOrEqual(screen);
  }
  await page.setViewportSize({ width: 1100, height: 800 });
}
