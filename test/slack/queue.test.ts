import { afterEach, expect, it } from 'vitest';
import { PEOPLE } from '../../sandbox/example-company.ts';
import { certain } from '../../src/access/people.ts';
import type { Player } from '../../sandbox/driver.ts';
import { answer } from '../support/slack-acts.ts';
import { ANN_IN_SLACK, ISSUE, taking } from '../support/customers.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, testApp } from '../support/test-app.ts';

let s: TestApp;
afterEach(() => s.close());

const queueOf = (player: Player): Promise<string> =>
  answer(s, player, () => player.types('#support', '/tsa queue'));

it('The queue says what waits for me, for my team, and for anybody, each with what I can do about it', async () => {
  s = await testApp('socket', taking());
  const { sam, ada, ben, noor, otto } = s.cast;
  expect(await queueOf(ben)).toBe('Nothing waits: not for you, nor for your team.');
  await file(s);
  sam.closes();
  expect(await queueOf(ada)).toMatch(/^Waiting for you \(1\)\n:?[^\n]*TSA-1/);
  expect(await queueOf(ben)).toMatch(/^Waiting for your team \(1\)\n[^\n]*TSA-1 · waits for <@U0ADA>/);
  expect(await queueOf(otto)).toBe('Nothing waits: not for you, nor for your team.');
  const bens = ben.sees('#support').at(-1);
  expect(bens?.buttons).toEqual(['Show']);
  await ada.presses('Approve', '#support', /Waiting for you/);
  await sam.waitFor('app', /TSA-1.*can start the session/s);
  expect(await queueOf(ada)).toBe('Nothing waits: not for you, nor for your team.');
  await sam.presses('Start session', 'app', /TSA-1/);
  await sam.types('#support', '/tsa end');
  await sam.waitFor('#support', /TSA-1 is ended/);

  await s.app.handler.handle({
    command: {
      type: 'file_customer_request',
      tenantId: 'northwind',
      owner: PEOPLE.mia.id,
      reason: ISSUE,
      tried: '',
      expected: '',
      urgency: 'normal',
      files: [],
      caseRef: '',
    },
    requestNo: null,
    actor: { kind: 'person', id: ANN_IN_SLACK },
    world: certain(s.policy, {
      standing: (user) => (user === ANN_IN_SLACK ? 'external' : 'member'),
      members: () => new Set(),
      absence: () => undefined,
    }),
    delivery: null,
  });
  expect(await queueOf(noor)).toMatch(/^Customers who wait for an engineer \(1\)\n[^\n]*TSA-2/);
  expect(noor.sees('#support').at(-1)?.buttons).toEqual(['Accept', 'Show']);

  await s.later(s.policy.limits.closeoutReminderFirstMs + 1);
  expect(await queueOf(noor)).toMatch(/Closeouts overdue \(1\)\n[^\n]*TSA-1[^\n]*Not closed out yet/);
  const home = await noor.opensHome();
  expect(home.text).toMatch(/In the queue \(2\)[^]*Customers who wait for an engineer[^]*Closeouts overdue/);
  await home.presses('Show the queue');
  const all = await noor.modal('Temporary access');
  expect(all.text).toMatch(/Customers who wait for an engineer \(1\)[^]*Closeouts overdue \(1\)/);
});
