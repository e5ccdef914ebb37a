import { afterEach, describe, expect, it } from 'vitest';
import { certain } from '../../src/access/people.ts';
import type { Policy } from '../../src/access/policy.ts';
import { file, GOOD, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** A hundred tenants with names as long as they may be, and nobody limited to three open requests. */
function manyTenants(policy: Policy): Policy {
  const one = policy.tenants.get('northwind');
  if (one === undefined) throw new Error('the example company has no tenant');
  const tenants = Array.from({ length: 100 }, (_, i) => {
    return [`t${i}`, { ...one, id: `t${i}`, name: `T${i} ${'x'.repeat(110)}`, channel: null }] as const;
  });
  return { ...policy, limits: { ...policy.limits, openRequests: 1_000 }, tenants: new Map(tenants) };
}

let s: TestApp;
afterEach(async () => {
  await s.close();
});

describe('Home', () => {
  it('teaches whoever has nothing going on', async () => {
    s = await testApp();
    const home = await s.cast.sam.opensHome();
    expect(home.text).toContain('Need to work inside a customer’s tenant?');
    await home.presses('Request access');
    await s.cast.sam.modal('Request access');
  });

  it('offers no form that would be refused: to approvers what they do here, to others whom to ask', async () => {
    s = await testApp();
    const bens = await s.cast.ben.opensHome();
    expect(bens.text).toContain('What waits for you comes in a direct message');
    expect(bens.text).not.toContain('Need to work inside');
    const guss = await s.cast.gus.opensHome();
    expect(guss.text).toMatch(/for the people whom the policy lists\. Ask an admin/);
    expect(guss.text).not.toContain('In a tenant right now');
    for (const home of [bens, guss]) await expect(home.presses('Request access')).rejects.toThrow();
  });

  it('says once what is in use, and what the approver is asked for beyond its first line', async () => {
    s = await testApp();
    const { sam, ada } = s.cast;
    await file(s);
    await ada.presses('Approve', 'app', /asks for your approval/);
    await sam.presses('Start session', 'app', /can start/);
    expect((await sam.opensHome()).text).not.toContain('Your requests');
    await sam.types('#support', '/tsa extend');
    const more = await sam.modal('Ask for more time');
    await more.types('How much more', '30m');
    await more.types('Why is it not enough?', 'The second import of March must be checked as well.');
    await more.submits();
    await s.later(0);
    expect((await ada.opensHome()).text).toMatch(/asks for 30 min more: The second import of March/);
  });

  it('shows the approver what waits, decides from there, and is fresh afterwards', async () => {
    s = await testApp();
    await file(s);
    await s.cast.ada.waitFor('app', /asks for your approval/);
    const home = await s.cast.ada.opensHome();
    expect(home.text).toMatch(/Waiting for you \(1\)/);
    await home.presses('Approve');
    await s.cast.sam.waitFor('app', /Approved by <@U0ADA>/);
    await home.waitFor(/^((?!Waiting for you)[\s\S])*$/);
    const mine = await s.cast.sam.opensHome();
    expect(mine.text).toMatch(/Your sessions \(1\)/);
    await mine.presses('Start session');
    await mine.waitFor(/is in Northwind Traders/);
    expect((await s.cast.otto.opensHome()).text).toMatch(/Latest in the ledger[\s\S]*entered Northwind/);
    expect((await s.cast.noor.opensHome()).text).not.toContain('Latest in the ledger');
  });

  it('an approver who is away is stood in for, also for what waits already', async () => {
    s = await testApp();
    await file(s);
    const home = await s.cast.ada.opensHome();
    await home.presses('I’m away …');
    const modal = await s.cast.ada.modal('Away');
    await modal.chooses('Until', String(Math.floor(s.clock.now() / 1_000) + 3 * 86_400));
    await modal.chooses('Who answers for you?', 'Ben');
    await modal.submits();
    await home.waitFor(/You are away until .*<@U0BEN> answers for you/);
    const bens = await s.cast.ben.opensHome();
    expect(bens.text).toMatch(/Waiting for you \(1\)/);
    await file(s, { tenant: 'Contoso' });
    expect((await s.cast.sam.modal()).text).toMatch(/<@U0BEN> was asked in a direct message/);
    await bens.presses('Approve');
    await s.cast.sam.waitFor('app', /Approved by <@U0BEN>/);
  });

  it('stays within a Home’s limit of blocks with a hundred sessions, and pages through them', async () => {
    s = await testApp('socket', manyTenants);
    const world = certain(s.policy, {
      standing: () => 'member',
      members: () => new Set(['U0ADA', 'U0BEN']),
      absence: () => undefined,
    });
    for (let i = 0; i < 100; i += 1) await s.session(world, `t${i}`);
    const home = await s.cast.sam.opensHome();
    expect(home.text).toMatch(/In a tenant right now \(100\)/);
    expect(home.size).toBeLessThanOrEqual(100);
    await home.presses('More');
    await home.waitFor(/Page 2 of/);
    await s.cast.noor.types('#support', '/tsa active');
    await s.cast.noor.waitFor('#support', /100 sessions right now/);
  });
});

describe('shortcuts and look-ups', () => {
  it('a message becomes the reason, and its link the case', async () => {
    s = await testApp();
    await s.cast.noor.types('#support', 'Northwind says: invoices for March show twice since the import');
    const message = await s.cast.sam.waitFor('#support', /invoices for March/);
    await s.cast.sam.messageShortcut('request_access_for_message', message);
    const modal = await s.cast.sam.modal('Request access');
    expect(modal.value('Reason')).toBe('Northwind says: invoices for March show twice since the import');
    expect(modal.value('Case')).toMatch(/archives\/C0SUPPORT\/p\d+/);
  });

  it('/tsa mine and /tsa history tell what is there, to those whom the policy lists', async () => {
    s = await testApp();
    await file(s);
    const { sam, otto, mia, gus } = s.cast;
    await sam.types('#support', '/tsa mine');
    await sam.waitFor('#support', /1 request of yours[\s\S]*TSA-1/);
    await otto.types('#support', '/tsa history northwind 7d');
    await otto.waitFor('#support', /1 request in 7 days: Northwind/);
    await otto.types('#support', '/tsa history <@U0SAM|sam>');
    await otto.waitFor('#support', /1 request in 30 days: Sam Rivera/);
    await mia.types('#support', '/tsa history @Sam Rivera');
    await mia.waitFor('#support', /1 request in 30 days: Sam Rivera/);
    await gus.types('#support', '/tsa history northwind');
    await gus.waitFor('#support', /for the people whom the policy lists/);
  });

  it('a planned start waits for its moment, and the grantee is told when it comes', async () => {
    s = await testApp();
    await s.cast.sam.types('#support', '/tsa request northwind-test');
    const modal = await s.cast.sam.modal('Request access');
    await modal.chooses('Scope', 'Read-only');
    await modal.types('Allowed actions', 'Look at the import log');
    await modal.types('Reason', GOOD);
    await modal.chooses('For how long', '1 h');
    await modal.chooses('Approver', 'Ada');
    await modal.chooses('Not before', String(Math.floor(s.clock.now() / 1_000) + 7_200));
    await modal.types('Extra roles or groups', 'billing-admins\nimport-operators');
    await modal.submits();
    await s.cast.ada.presses('Approve', 'app', /Not before/);
    await s.cast.sam.waitFor('app', /can start from/);
    await s.cast.sam.types('#support', '/tsa start');
    expect(s.cast.sam.hears('#support').join()).toMatch(/may start .*, not earlier/);
    await s.later(7_201_000);
    await s.cast.sam.presses('Start session', 'app', /the planned time has come/);
    await s.cast.sam.types('#support', '/tsa end');
    await s.cast.sam.types('#support', '/tsa closeout');
    const closing = await s.cast.sam.modal('Close out');
    await closing.chooses('Can the customer do what failed before?', 'Yes');
    await closing.types('What was changed?', 'Nothing.');
    await closing.types('Who confirmed that?', 'Erika Muster, of their accounting');
    await closing.types('What was checked?', 'The invoices of March, each once.');
    await closing.chooses('Is it gone: billing-admins?', 'Yes, gone');
    await closing.chooses('Is it gone: import-operators?', 'Not yet');
    await closing.chooses('Who made sure?', 'Sam');
    await closing.types('How did they look?', 'Opened the list of billing-admins.');
    await closing.types('Roles or groups that turned up since', 'log-readers');
    await closing.submits();
    await closing.chooses('Is it gone: log-readers?', 'Not yet');
    await closing.submits();
    await s.cast.noor.waitFor('#support-access-alerts', /Still there: import-operators, log-readers/);
  });
});
