import { afterEach, describe, expect, it } from 'vitest';
import { written } from '../support/slack-acts.ts';
import { HOUR, taking } from '../support/customers.ts';
import type { TestApp } from '../support/test-app.ts';
import { fillIn, testApp } from '../support/test-app.ts';

let s: TestApp;
afterEach(async () => {
  await s.close();
});

describe('Consent', () => {
  const requesting = async (): Promise<void> => {
    const { sam } = s.cast;
    await sam.types('#support', '/tsa request');
    const modal = await sam.modal('Request access');
    await fillIn(modal);
    await modal.submits();
    expect((await sam.modal()).text).toContain('The customer must consent as well');
    await s.later(0);
  };

  it('is asked in the tenant’s channel, and is needed beside the approver’s yes', async () => {
    s = await testApp('socket', taking({ consent: 'required' }));
    const { ada, ann, sam } = s.cast;
    await requesting();
    await ada.presses('Approve', 'app', /TSA-1/);
    await s.later(0);
    await sam.waitFor('app', /waits for the customer/);
    // Somebody of ours cannot consent for the customer.
    await sam.presses('Consent', '#shared-northwind', /TSA-1/);
    expect((await written(s)).refused).toEqual(['U0SAM approve self_approval']);
    await ann.presses('Consent', '#shared-northwind', /TSA-1/);
    await s.later(0);
    const told = await sam.waitFor('app', /can start the session/);
    expect(told.buttons).toContain('Start session');
    await sam.waitFor('app', /Approved by\* <@U0ADA>.*<@U0ANN>/);
  });

  it('is refused by any one contact, which ends it', async () => {
    s = await testApp('socket', taking({ consent: 'required' }));
    const { ann, sam } = s.cast;
    await requesting();
    await ann.presses('Decline', '#shared-northwind', /TSA-1/);
    const modal = await ann.modal('Deny request');
    await modal.types('Why not? The requester reads this', 'We are in the middle of our own audit.');
    await modal.submits();
    await s.later(0);
    await sam.waitFor('app', /<@U0ANN> denied access/);
  });

  it('is asked in direct messages where there is no channel; and so is everything told there', async () => {
    s = await testApp('socket', taking({ consent: 'required', channel: null }));
    const { ada, ann, sam } = s.cast;
    await requesting();
    const card = await ann.waitFor('app', /TSA-1/);
    expect(card.buttons).toEqual(['Consent', 'Decline']);
    await ann.presses('Consent', 'app', /TSA-1/);
    await ada.presses('Approve', 'app', /TSA-1/);
    await s.later(0);
    await sam.presses('Start session', 'app', /can start the session/);
    await s.later(0);
    const running = await ann.waitFor('app', /TSA-1.*<@U0SAM> is in Northwind/);
    expect(running.buttons).toEqual(['I didn’t expect this']);
    await s.later(3 * HOUR);
    await ann.waitFor('app', /expired by itself/);
  });

  it('is not waited for in an emergency, which says so to the customer at once', async () => {
    s = await testApp('socket', (policy) => {
      const changed = taking({ consent: 'required' })(policy);
      return { ...changed, emergency: { ...changed.emergency, twoPeople: false } };
    });
    const { sam, ann } = s.cast;
    await sam.types('#support', '/tsa emergency northwind');
    const modal = await sam.modal('Emergency access');
    await modal.types(
      'What is the emergency?',
      'All imports fail since 02:00; the queue must be drained by hand.',
    );
    await modal.types('Allowed actions', 'Drain the import queue.');
    await modal.chooses('Scope', 'Support');
    await modal.chooses('Who reviews it afterwards', 'Ada');
    await modal.submits();
    await s.later(0);
    const card = await ann.waitFor('#shared-northwind', /TSA-1/);
    expect(card.text).toContain('EMERGENCY');
    expect(card.text).toContain('did not wait for your consent');
  });
});
