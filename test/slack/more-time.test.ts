import { afterEach, describe, expect, it } from 'vitest';
import type { Player } from '../../sandbox/driver.ts';
import type { Policy } from '../../src/access/policy.ts';
import { answer, hears, written } from '../support/slack-acts.ts';
import { taking } from '../support/customers.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, GOOD, testApp } from '../support/test-app.ts';

/** More time in Slack: everybody whom the request needed says yes, to what they read, and no more than all of it may last. */

let s: TestApp;
afterEach(async () => {
  await s.close();
});

const MINUTE = 60_000;
const ALERTS = '#support-access-alerts';
const SHARED = '#shared-northwind';

async function asks(who: Player, length: string): Promise<void> {
  await who.types('#support', '/tsa extend TSA-1');
  const modal = await who.modal('Ask for more time');
  await modal.types('How much more', length);
  await modal.types('Why is it not enough?', GOOD);
  await modal.submits();
  expect(modal.errors).toEqual({});
  await s.later(0);
}

/** Sam's session in Northwind, which its customer consented to. */
async function consented(): Promise<void> {
  const { sam, ada, ann } = s.cast;
  await file(s, { scope: 'Support', duration: '30 min' });
  await s.later(0);
  await ada.presses('Approve', 'app', /TSA-1/);
  await ann.presses('Consent', SHARED, /TSA-1/);
  await s.later(0);
  await sam.presses('Start session', 'app', /can start the session/);
  await s.later(0);
}

/** The same with the scope that takes two people, who type the tenant's id. */
async function risky(): Promise<void> {
  const { sam, ada, ben } = s.cast;
  await sam.types('#support', '/tsa request');
  const modal = await sam.modal('Request access');
  await modal.chooses('Tenant', 'Northwind Traders · production');
  await modal.chooses('Scope', 'Admin');
  await modal.types('Allowed actions', 'Look at the import log');
  await modal.types('Reason', GOOD);
  await modal.chooses('For how long', '30 min');
  await modal.submits();
  await s.later(0);
  for (const approver of [ada, ben]) {
    await approver.presses('Approve', 'app', /TSA-1/);
    const typing = await approver.modal('Approve high risk');
    await typing.types('Type the tenant’s id to approve: northwind', 'northwind');
    await typing.submits();
    await s.later(0);
  }
  await sam.presses('Start session', 'app', /can start the session/);
  await s.later(0);
}

const longer = (policy: Policy): Policy => ({ ...policy, limits: { ...policy.limits, extensions: 3 } });

describe('More time', () => {
  it('takes the customer’s consent beside the approver’s yes, where the request did', async () => {
    s = await testApp('socket', taking({ consent: 'required' }));
    const { sam, ada, ann } = s.cast;
    await consented();
    await asks(sam, '30m');
    const hers = await ann.waitFor(SHARED, /TSA-1.*asks for your consent, as the customer: 30 min more/);
    expect(hers.text).toContain('*Awaited* <@U0ADA>');
    expect(hers.buttons).toContain('Give the time');
    const card = await ada.waitFor('app', /TSA-1.*asks for your approval: 30 min more/);
    expect(card.text).toMatch(/\*Awaited\* the customer/);
    await ada.presses('Give the time', 'app', /asks for your approval/);
    await s.later(0);
    // Said by one, nothing has changed yet.
    const waits = await sam.waitFor('app', /<@U0ADA> said yes to more time/);
    expect(waits.buttons).toContain('End now');
    await ann.waitFor(SHARED, /\*Approved\* by <@U0ADA>/);
    expect((await written(s)).life.at(-1)).toBe('TSA-1 extension.agreed');
    await ann.presses('Give the time', SHARED, /asks for your consent/);
    await s.later(0);
    await sam.waitFor(ALERTS, /<@U0ADA> and <@U0ANN.*> gave more time/);
    const after = await sam.waitFor('app', /TSA-1.*is in Northwind/);
    expect(after.text).toMatch(/\*More time\* 30 min, approved by <@U0ADA> and <@U0ANN/);
    expect(after.buttons).not.toContain('Give the time');
  });

  it('is refused by the customer for all, with a reason that the grantee reads', async () => {
    s = await testApp('socket', taking({ consent: 'required' }));
    const { sam, ada, ann } = s.cast;
    await consented();
    await asks(sam, '30m');
    await ada.presses('Give the time', 'app', /asks for your approval/);
    await ann.presses('No more time', SHARED, /asks for your consent/);
    const modal = await ann.modal('No more time');
    await modal.types('Why not? The grantee reads this', 'Our own audit begins at noon.');
    await modal.submits();
    await s.later(0);
    await sam.waitFor('app', /gave no more time[^]*Our own audit begins/);
    const over = await ada.waitFor('app', /TSA-1.*is in Northwind/);
    expect(over.buttons).not.toContain('Give the time');
    expect((await written(s)).life.at(-1)).toBe('TSA-1 extension.denied');
  });

  it('takes two people, who type the tenant’s id, where the request did', async () => {
    s = await testApp('socket', longer);
    const { sam, ada, ben } = s.cast;
    await risky();
    await asks(sam, '30m');
    for (const [approver, after] of [
      [ada, 'extension.agreed'],
      [ben, 'extension.approved'],
    ] as const) {
      await approver.presses('Give the time', 'app', /asks for your approval: 30 min more/);
      const typing = await approver.modal('More time, high risk');
      expect(typing.text).toContain('for 30 min more');
      const field = 'Type the tenant’s id to give the time: northwind';
      await typing.types(field, 'northwnd');
      await typing.submits();
      expect(typing.errors[field]).toMatch(/exactly as it is shown/);
      await typing.types(field, 'northwind');
      await typing.submits();
      await s.later(0);
      expect((await written(s)).life.at(-1)).toBe(`TSA-1 ${after}`);
    }
    await sam.waitFor(ALERTS, /<@U0ADA> and <@U0BEN> gave more time/);
  });

  it('is given to what was read, not to what is asked for since', async () => {
    s = await testApp('socket', longer);
    const { sam, ada } = s.cast;
    await file(s, { scope: 'Support', duration: '30 min' });
    await ada.presses('Approve', 'app', /TSA-1/);
    await s.later(0);
    await sam.presses('Start session', 'app', /can start the session/);
    await asks(sam, '5m');
    const old = await ada.waitFor('app', /asks for 5 min more/);
    await ada.presses('No more time', 'app', /asks for your approval/);
    const modal = await ada.modal('No more time');
    await modal.types('Why not? The grantee reads this', 'Please finish.');
    await modal.submits();
    await s.later(0);
    await asks(sam, '1h');
    expect(await answer(s, ada, () => ada.pressesOld('Give the time', old))).toMatch(
      /Nothing was changed: something else is asked for in TSA-1 now/,
    );
    expect((await written(s)).refused).toEqual(['U0ADA approve_extension extension_changed']);
  });

  it('keeps the whole session within its limits, and is not offered where nothing is left of them', async () => {
    s = await testApp('socket', longer);
    const { sam, ada } = s.cast;
    await file(s, { scope: 'Support', duration: '1 h' });
    await ada.presses('Approve', 'app', /TSA-1/);
    await s.later(0);
    await sam.presses('Start session', 'app', /can start the session/);
    await s.later(0);
    await sam.types('#support', '/tsa extend TSA-1');
    const modal = await sam.modal('Ask for more time');
    expect(modal.text).toContain('At most 1 h.');
    await modal.types('How much more', '90m');
    await modal.types('Why is it not enough?', GOOD);
    await modal.submits();
    expect(modal.errors['How much more']).toBe(
      'At most 1 h more: then the session has lasted as long as it may in all.',
    );
    await modal.types('How much more', '1h');
    await modal.submits();
    await s.later(0);
    await ada.presses('Give the time', 'app', /asks for your approval/);
    await s.later(0);
    const card = await sam.waitFor('app', /TSA-1.*is in Northwind/);
    expect(card.buttons).toContain('End now');
    expect(card.buttons).not.toContain('Ask for more time');
    await sam.types('#support', '/tsa extend TSA-1');
    expect(await hears(s, sam, /no session with this scope lasts longer/)).toBe(
      'Nothing was changed: no session with this scope lasts longer than 2 h, more time included. End it, and file a new request if you need longer.',
    );
  });

  it('reminds whoever is silent, and is asked of somebody else once they left', async () => {
    s = await testApp('socket', longer);
    const { sam, ada, ben } = s.cast;
    await file(s, { scope: 'Support', duration: '1 h' });
    await ada.presses('Approve', 'app', /TSA-1/);
    await s.later(0);
    await sam.presses('Start session', 'app', /can start the session/);
    await asks(sam, '30m');
    await s.later(16 * MINUTE);
    const bell = await ada.waitFor('app', /still waits for your decision about more time/);
    expect(bell.buttons).toContain('Give the time');
    await sam.types('#support', '/tsa extend TSA-1');
    await hears(s, sam, /waits for <@U0ADA>/);
    const person = s.sandbox.workspace.people.get(ada.id);
    if (person === undefined) throw new Error('there is no such person');
    person.deleted = true;
    await s.sandbox.humans.userChanged(ada.id);
    await s.later(0);
    const told = await sam.waitFor('app', /<@U0ADA> can no longer decide about more time/);
    expect(told.buttons).toContain('Ask for more time');
    await asks(sam, '30m');
    await ben.presses('Give the time', 'app', /asks for your approval: 30 min more/);
    await s.later(0);
    await sam.waitFor(ALERTS, /<@U0BEN> gave more time/);
  });
});
