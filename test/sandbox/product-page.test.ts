import { expect, it, onTestFinished } from 'vitest';
import { createProduct } from '../../sandbox/product/server.ts';
import { createWebhook } from '../../src/connectors/webhook/connector.ts';
import { jwks, JWKS_PATH } from '../../src/keys/jwks.ts';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { ACCESS, depsOf, ISSUER, listen, MINUTE } from '../connectors/fixtures.ts';
import { inspect, launch } from '../support/browser.ts';

/** The console as people see it, in a real browser. Screenshots are kept in build/screens. */

const SECRET = `whsec_${Buffer.from('page'.repeat(8)).toString('base64')}`;

it('The console can be used by everybody, and shows who of support is in to whoever is in the tenant', async () => {
  const now = Date.now();
  const deps = await depsOf({ now: () => now, uuid: () => 'none' });
  const tsa = new Hono().get(JWKS_PATH, jwks(deps.keyring));
  const serve = getRequestListener((request) => tsa.fetch(request), { overrideGlobalObjects: false });
  const url = await listen((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  // TSA answers no questions here: what the console holds itself is what it goes by.
  const product = await createProduct({
    secrets: [SECRET],
    tsa: { url, issuer: ISSUER, key: 'none' },
    file: null,
  });
  onTestFinished(() => product.close());
  const browser = await launch();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();

  await page.goto(product.url);
  await inspect(page, 'console-front');
  await page.getByRole('link', { name: 'Northwind Traders' }).click();
  await inspect(page, 'console-refused');
  expect(await page.getByRole('heading').textContent()).toBe('You have no access to Northwind Traders');

  const connector = createWebhook({ name: 'console', url: product.webhookUrl, secrets: [SECRET] }, deps);
  const opened = await connector.open({ ...ACCESS, notBefore: now, notAfter: now + 60 * MINUTE });
  expect(opened.kind).toBe('confirmed');
  await page.reload();
  await inspect(page, 'console-inside');
  expect(await page.getByRole('status').textContent()).toMatch(
    /^Support is in: Sam Rivera, until \d\d:\d\d UTC$/,
  );
  await page.goto(`${product.url}/t/northwind?as=customer`);
  expect(await page.getByRole('status').textContent()).toMatch(/^Support is in: Sam Rivera/);

  await connector.close(ACCESS, { handle: null, neededBy: [] });
  await page.reload();
  expect(await page.getByRole('status').count()).toBe(0);
});
