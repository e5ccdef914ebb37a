import { afterEach, describe, expect, it } from 'vitest';
import { hears } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { fillIn, testApp } from '../support/test-app.ts';

let s: TestApp;
afterEach(async () => {
  await s.close();
});

/** Two requests of Sam's that wait for Ada. */
async function two(): Promise<void> {
  const { sam } = s.cast;
  for (const tenant of ['Northwind', 'Contoso']) {
    await sam.types('#support', '/tsa request');
    const modal = await sam.modal('Request access');
    await fillIn(modal);
    if (tenant === 'Contoso') {
      await modal.chooses('Tenant', tenant);
      await modal.chooses('Approver', 'Ada');
    }
    await modal.submits();
    sam.closes();
    await s.later(0);
  }
}

describe('What a command needs and was not told is asked for in a modal', () => {
  it('where more than one request is possible, and it goes on with the one that is chosen', async () => {
    s = await testApp();
    const { sam } = s.cast;
    await two();
    await sam.types('#support', '/tsa cancel');
    const modal = await sam.modal('/tsa cancel');
    expect((await modal.options('Which one?')).map((option) => option.text)).toEqual([
      'TSA-2 · Read-only · Contoso Retail · production',
      'TSA-1 · Read-only · Northwind Traders · production',
    ]);
    await modal.chooses('Which one?', 'TSA-2');
    await modal.submits();
    expect((await sam.modal('/tsa cancel')).text).toContain('TSA-2 is cancelled');
    sam.closes();
    await sam.types('#support', '/tsa show');
    await hears(s, sam, /TSA-1/);
  });

  it('also where the command opens a form of its own', async () => {
    s = await testApp();
    const { sam, ada, mia } = s.cast;
    await two();
    for (const no of [1, 2]) {
      await ada.presses('Approve', 'app', new RegExp(`TSA-${no}`));
      await s.later(0);
      await sam.types('#support', `/tsa start TSA-${no}`);
      await s.later(0);
    }
    await mia.types('#support', '/tsa revoke');
    const which = await mia.modal('/tsa revoke');
    await which.chooses('Which one?', 'TSA-1');
    await which.submits();
    const form = await mia.modal('Stop the access');
    await form.types('Why?', 'The customer called: not today.');
    await form.submits();
    await s.later(0);
    await sam.waitFor('app', /TSA-1.*<@U0MIA> revoked the session/);
    await sam.types('#support', '/tsa revoke TSA-x');
    await hears(s, sam, /Write it like/);
  });

  it('for a tenant or a person, and only those whom the policy lists see who the customers are', async () => {
    s = await testApp();
    const { sam, gus } = s.cast;
    await two();
    await sam.types('#support', '/tsa history');
    const modal = await sam.modal('/tsa history');
    await modal.submits();
    expect(modal.errors).toEqual({ Tenant: 'Choose a tenant, or a person.' });
    await modal.chooses('Tenant', 'Contoso');
    await modal.submits();
    expect((await sam.modal('/tsa history')).text).toMatch(/1 request in 30 days: Contoso Retail[^]*TSA-2/);
    sam.closes();
    await sam.types('#support', '/tsa history');
    const again = await sam.modal('/tsa history');
    await again.chooses('Or a person', 'Sam');
    await again.submits();
    expect((await sam.modal('/tsa history')).text).toMatch(/2 requests in 30 days/);

    await gus.types('#support', '/tsa history');
    expect(await (await gus.modal('/tsa history')).options('Tenant', '')).toEqual([]);
    gus.closes();
    await gus.types('#support', '/tsa request');
    await gus.waitFor('#support', /Asking for access is for the requesters whom the policy lists/);
  });
});
