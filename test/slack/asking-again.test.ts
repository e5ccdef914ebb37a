import { afterEach, describe, expect, it } from 'vitest';
import type { TestApp } from '../support/test-app.ts';
import { file, fillIn, GOOD, requestForm, testApp } from '../support/test-app.ts';

let s: TestApp;
afterEach(() => s.close());

async function denied(): Promise<void> {
  s = await testApp();
  await file(s);
  const { ada, sam } = s.cast;
  await ada.presses('Deny', 'app', /TSA-1/);
  const why = await ada.modal('Deny request');
  await why.types('Why not? The requester reads this', 'Please use the staging tenant.');
  await why.submits();
  await sam.waitFor('app', /denied access/);
  sam.closes();
}

describe('Whoever was denied', () => {
  it('hears in the denial when they can ask again, and files it again from there with everything in it', async () => {
    await denied();
    const { sam } = s.cast;
    const told = await sam.waitFor('app', /denied access.*you can file it again <!date[^>]*>, not before/s);
    expect(told.buttons).toContain('File again');
    await s.later(s.policy.limits.coolDownMs + 1);
    await sam.pressesOld('File again', told);
    const form = await sam.modal('Request access');
    expect(form.value('Reason')).toBe(GOOD);
    expect(form.text).not.toContain('was just denied');
    await form.chooses('Approver', 'Ada');
    await form.submits();
    expect((await sam.modal('Request access')).text).toMatch(/TSA-2 is filed/);
  });

  it('is told so as soon as tenant and scope are chosen, not when the form is full', async () => {
    await denied();
    const { sam } = s.cast;
    const form = await requestForm(s, sam);
    await form.chooses('Tenant', 'Northwind Traders · production');
    expect((await sam.modal('Request access')).text).not.toContain('was just denied');
    await form.chooses('Scope', 'Read-only');
    expect((await sam.modal('Request access')).text).toMatch(
      /TSA-1, for the same tenant and scope, was just denied\. Talk to the approver; this can be filed <!date/,
    );
    await form.chooses('Scope', 'Support');
    expect((await sam.modal('Request access')).text).not.toContain('was just denied');
  });

  it('finds it on their Home, with its button', async () => {
    await denied();
    const home = await s.cast.sam.opensHome();
    expect(home.text).toMatch(/Your requests \(1\)/);
    expect(home.buttons).toContain('File again');
  });
});

describe('What is mine', () => {
  it('stands on Home and in /tsa mine with what I can do about it', async () => {
    s = await testApp();
    const { sam, ada } = s.cast;
    await file(s);
    const form = await requestForm(s, sam);
    await fillIn(form, { tenant: 'Contoso' });
    await form.submits();
    sam.closes();
    await ada.presses('Approve', 'app', /TSA-2/);
    await sam.waitFor('app', /TSA-2.*can start the session/s);
    const home = await sam.opensHome();
    expect(home.text).toMatch(/Your requests \(1\)/);
    expect(home.buttons.filter((text) => text === 'Cancel request')).toHaveLength(2);
    await sam.types('#support', '/tsa mine');
    const mine = await sam.waitFor('#support', /2 requests of yours/);
    expect(mine.buttons).toEqual(
      expect.arrayContaining(['Start session', 'Cancel request', 'Cancel request']),
    );
    await sam.presses('Start session', '#support', /2 requests of yours/);
    await sam.waitFor('app', /TSA-2.*started/s);
  });
});
