import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Product } from '../../sandbox/product/server.ts';
import { createProduct } from '../../sandbox/product/server.ts';
import type { Policy } from '../../src/access/policy.ts';
import { withTenants } from '../../src/access/policy.ts';
import type { ConnectorPlan } from '../../src/connectors/kind.ts';
import { connectorsForm } from '../../src/connectors/registry.ts';
import { openProductKeys } from '../../src/key-files.ts';
import { nowhere } from '../connectors/fixtures.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, testApp } from '../support/test-app.ts';

/** The whole program, a local Slack and the demo's product, all at one time. */

export interface WithProduct {
  readonly s: TestApp;
  readonly product: Product;
  /** What the policy names; a test may take it away before a restart. */
  readonly connectors: Map<string, ConnectorPlan>;
}

// Put together here, so that no scanner takes it for a real one.
const SECRET = `whsec_${Buffer.from('secret'.repeat(5)).toString('base64')}`;

export async function testAppWithProduct(
  change: (policy: Policy) => Policy = (same) => same,
): Promise<WithProduct> {
  const api = await nowhere();
  const tsa = { url: api, issuer: api, key: '' };
  let now = (): number => Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'tsa-test-'));
  const product = await createProduct({
    secrets: [SECRET],
    tsa,
    file: join(folder, 'console.json'),
    now: () => now(),
  });
  const connectors = connectorsForm.parse({
    console: { webhook: { url: product.webhookUrl, secret_env: 'CONSOLE_SECRET' } },
  });
  const s = await testApp(
    'socket',
    (policy) =>
      change({
        ...withTenants(policy, (tenant) => ({ ...tenant, access: 'console' })),
        connectors: { ...policy.connectors, urls: new Map([['console', product.webhookUrl]]) },
      }),
    undefined,
    {
      mail: null,
      publicUrl: null,
      accessApi: { url: api, port: Number(new URL(api).port), signingKeys: null },
      connectors,
      env: { CONSOLE_SECRET: SECRET },
    },
  );
  now = () => s.clock.now();
  const keys = openProductKeys(s.database);
  tsa.key = keys.make(
    { name: 'the console', tenants: 'any', questions: ['evaluate', 'report_actions'] },
    s.clock.now(),
  ).key;
  keys.close();
  onTestFinished(async () => {
    await s.close();
    await product.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { s, product, connectors };
}

/** A request of Sam's that Ada has approved. */
export async function approved({ s }: WithProduct): Promise<void> {
  const { sam, ada } = s.cast;
  await file(s);
  await ada.presses('Approve', 'app', /asks for your approval/);
  await sam.waitFor('app', /Approved by <@U0ADA>/);
}

/** Sam is in Northwind: the product has let them in. */
export async function inSession(): Promise<WithProduct> {
  const w = await testAppWithProduct();
  await approved(w);
  const { sam } = w.s.cast;
  await sam.presses('Start session', 'app', /Approved by/);
  await sam.waitFor('#support-access-alerts', /TSA-1.*is in Northwind Traders/);
  return w;
}
