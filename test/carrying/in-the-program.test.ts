import { describe, expect, it } from 'vitest';
import { PEOPLE } from '../support/test-app.ts';
import { approved, inSession, testAppWithProduct } from './program-with-product.ts';

/** Access that really opens and closes: the whole program, and a product that keeps its own books. */

const MINUTE = 60_000;
const { id: SAM } = PEOPLE.sam;

describe('The product lets in whom a session lets in', () => {
  it('from the start of the session to its end, and the card says what it has confirmed', async () => {
    const w = await testAppWithProduct();
    const { s, product } = w;
    const { sam } = s.cast;
    await approved(w);
    expect(await product.mayBeIn('northwind', SAM)).toBe(false);
    await sam.presses('Start session', 'app', /Approved by/);
    await sam.waitFor('#support-access-alerts', /TSA-1.*is in Northwind Traders \(production\) until/);
    expect(product.opened()).toMatchObject([{ session: 'TSA-1', tenant: { id: 'northwind' } }]);
    expect(await product.mayBeIn('northwind', SAM)).toBe(true);
    await sam.presses('End now', 'app', /is in Northwind Traders/);
    await sam.waitFor('app', /is over: .*; the product confirmed it/);
    expect(product.opened()).toEqual([]);
    expect(await product.mayBeIn('northwind', SAM)).toBe(false);
  });

  it('not where the product refuses: the grantee is told why in its words, and can start again', async () => {
    const w = await testAppWithProduct();
    const { s, product } = w;
    const { sam } = s.cast;
    await approved(w);
    product.misbehave(
      { kind: 'status', status: 403, body: JSON.stringify({ detail: 'Sam has no seat here.' }) },
      1,
    );
    await sam.presses('Start session', 'app', /Approved by/);
    const told = await sam.waitFor('app', /the session did not start.*Sam has no seat here/s);
    expect(told.buttons).toContain('Start session');
    expect(sam.sees('#support-access-alerts').some(({ text }) => text.includes('is in'))).toBe(false);
    await sam.presses('Start session', 'app', /did not start/);
    await sam.waitFor('#support-access-alerts', /TSA-1.*is in Northwind Traders/);
    expect(product.opened()).toHaveLength(1);
  });

  it('not where it is down: called off in time, closed to be safe, and the rest of the start window is left', async () => {
    const w = await testAppWithProduct();
    const { s, product } = w;
    const { sam } = s.cast;
    await approved(w);
    await product.down();
    await sam.presses('Start session', 'app', /Approved by/);
    await sam.waitFor('app', /opening…/);
    await s.later(2 * MINUTE);
    await sam.waitFor('app', /the session did not start.*did not confirm it in time/s);
    await product.up();
    await s.later(MINUTE);
    expect(product.opened()).toEqual([]);
    await sam.presses('Start session', 'app', /did not start/);
    await sam.waitFor('#support-access-alerts', /TSA-1.*is in Northwind Traders/);
    expect(product.opened()).toHaveLength(1);
  });
});

describe('What the product has not confirmed gone', () => {
  it('is said loudly until it is, and at most 60 s after the product is back', async () => {
    const w = await inSession();
    const { s, product } = w;
    const { sam } = s.cast;
    await product.down();
    await sam.presses('End now', 'app', /is in Northwind Traders/);
    await s.later(MINUTE);
    await sam.waitFor('#support-access-alerts', /has not confirmed that access is gone/);
    const ready = await fetch(`http://127.0.0.1:${s.app.port}/readyz`);
    expect(await ready.text()).toMatch(/TSA-1/);
    const card = await sam.waitFor(
      'app',
      /is over: .*but \*?the product has not confirmed that access is gone/,
    );
    expect(card.buttons).not.toContain('Close out');
    expect(card.buttons).toContain('Removed by hand');
    await product.up();
    await s.later(MINUTE);
    await sam.waitFor('#support-access-alerts', /the product confirmed that access to .* is gone/);
    expect(product.opened()).toEqual([]);
  });

  it('ends by the word of whoever removed it', async () => {
    const w = await inSession();
    const { s, product } = w;
    const { sam } = s.cast;
    await product.down();
    await sam.presses('End now', 'app', /is in Northwind Traders/);
    await s.later(MINUTE);
    await sam.waitFor('app', /has not confirmed that access is gone/);
    await sam.presses('Removed by hand', 'app', /has not confirmed that access is gone/);
    const modal = await sam.modal('Removed by hand');
    await modal.types(
      'How did you look, and what did you remove?',
      'Deleted the session of Sam in the console’s database.',
    );
    await modal.submits();
    await sam.waitFor('app', /removed it by hand/);
    await sam.waitFor('#support-access-alerts', /<@U0SAM> removed the access .* by hand/);
  });
});

describe('A restart', () => {
  it('carries on what was owed', async () => {
    const w = await testAppWithProduct();
    const { s, product } = w;
    const { sam } = s.cast;
    await approved(w);
    await product.down();
    await sam.presses('Start session', 'app', /Approved by/);
    await sam.waitFor('app', /opening…/);
    await product.up();
    await s.restart();
    await sam.waitFor('#support-access-alerts', /TSA-1.*is in Northwind Traders/);
    expect(product.opened()).toHaveLength(1);
  });

  it('is refused under a policy that has lost a product in which somebody may be, with the sessions’ names', async () => {
    const w = await testAppWithProduct();
    const { s, product, connectors } = w;
    const { sam } = s.cast;
    await approved(w);
    await sam.presses('Start session', 'app', /Approved by/);
    await sam.waitFor('#support-access-alerts', /TSA-1.*is in Northwind Traders/);
    const kept = new Map(connectors);
    connectors.clear();
    await expect(s.restart()).rejects.toThrow(/no connector console any more.*TSA-1/s);
    for (const [name, plan] of kept) connectors.set(name, plan);
    await s.restart();
    await sam.presses('End now', 'app', /is in Northwind Traders/);
    await sam.waitFor('app', /the product confirmed it/);
    expect(product.opened()).toEqual([]);
    connectors.clear();
    await s.restart();
  });
});

describe('What is open in the product is held against the ledger', () => {
  it('access that no session explains is told of by name and tenant, and closed where the policy says so', async () => {
    const w = await inSession();
    const { s, product } = w;
    const { sam } = s.cast;
    product.plant({ id: 'acc_99_7_zz', name: 'Mallory', tenant: 'contoso' });
    await s.later(1_000);
    await sam.waitFor('#support-access-alerts', /No session explains this.*Mallory has access to contoso/s);
    expect(product.opened()).toHaveLength(2);
    await s.restart((policy) => ({
      ...policy,
      connectors: { ...policy.connectors, closeOrphans: true },
    }));
    await s.later(1_000);
    await sam.waitFor('#support-access-alerts', /Gone: Mallory had access to contoso/);
    expect(product.opened()).toMatchObject([{ session: 'TSA-1' }]);
  });

  it('a session whose access the product has lost is told to the grantee, who has it opened again', async () => {
    const w = await inSession();
    const { s, product } = w;
    const { sam } = s.cast;
    await s.later(1_000);
    const [first] = product.opened();
    product.forget(first?.id ?? '');
    await s.later(MINUTE);
    await sam.waitFor('app', /does not have the access .* any more/);
    expect(await product.mayBeIn('northwind', SAM)).toBe(false);
    await sam.presses('Open again', 'app', /does not have the access/);
    await s.later(1_000);
    expect(product.opened()).toMatchObject([{ session: 'TSA-1' }]);
    expect(product.opened()[0]?.id).not.toBe(first?.id);
    expect(product.opened()[0]?.notAfter).toBe(first?.notAfter);
    expect(await product.mayBeIn('northwind', SAM)).toBe(true);
  });
});
