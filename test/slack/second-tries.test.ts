import { DateTime } from 'luxon';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestApp } from '../support/test-app.ts';
import { file, testApp } from '../support/test-app.ts';

/** Where Slack fails while somebody waits, they are told, and what they typed is not lost. */

let s: TestApp;
beforeEach(async () => {
  s = await testApp();
});
afterEach(() => s.close());

const WRONG = /Something went wrong on our side, and nothing was changed\. Please try again/;

describe('a shortcut that fails', () => {
  it('from anywhere in Slack is answered in a direct message', async () => {
    s.sandbox.faults.next('views.open', { kind: 'server_error' });
    await s.cast.sam.shortcut('request_access');
    await s.cast.sam.waitFor('app', WRONG);
    await s.cast.sam.shortcut('request_access');
    expect((await s.cast.sam.modal('Request access')).labels).toContain('Reason');
  });

  it('on a message is answered in a direct message too', async () => {
    const { noor, sam } = s.cast;
    await noor.types('#support', 'Northwind says: invoices for March show twice since the import');
    const message = await sam.waitFor('#support', /invoices for March/);
    s.sandbox.faults.next('views.open', { kind: 'refuse', error: 'expired_trigger_id' });
    await sam.messageShortcut('request_access_for_message', message);
    await sam.waitFor('app', WRONG);
  });
});

describe('the form to be away', () => {
  const DAYS_3 = 3 * 86_400;
  async function filledIn(): ReturnType<TestApp['cast']['ada']['modal']> {
    const home = await s.cast.ada.opensHome();
    await home.presses('I’m away …');
    const modal = await s.cast.ada.modal('Away');
    await modal.chooses('Until', String(Math.floor(s.clock.now() / 1_000) + DAYS_3));
    await modal.chooses('Who answers for you?', 'Ben');
    return modal;
  }

  it.each([
    ['once', 1, async () => (await s.cast.ada.modal('Nothing was changed')).text],
    ['and neither can words', 2, async () => (await s.cast.ada.waitFor('app', WRONG)).text],
  ])('that cannot be opened %s says so', async (_, times, heard) => {
    await file(s);
    const home = await s.cast.ada.opensHome();
    s.sandbox.faults.next('views.open', { kind: 'server_error' }, times);
    await home.presses('I’m away …');
    expect(await heard()).toMatch(WRONG);
  });

  it('keeps what was chosen when Slack does not say who somebody is, and when the ledger cannot be written', async () => {
    const modal = await filledIn();
    const chosen = (): readonly string[] => [modal.value('Until'), modal.value('Who answers for you?')];
    const before = chosen();
    s.clock.turn(6 * 60_000);
    s.sandbox.faults.next('users.info', { kind: 'server_error' }, 20);
    await modal.submits();
    expect(modal.text).toMatch(/Slack did not say in time who you are/);
    expect(chosen()).toEqual(before);
    s.sandbox.faults.clear();
    await s.app.handler.close();
    await modal.submits();
    expect(modal.text).toMatch(WRONG);
    expect(modal.text).not.toMatch(/Slack did not say in time/);
    expect(chosen()).toEqual(before);
    await s.restart();
    await modal.submits();
    expect(s.cast.ada.hasModal).toBe(false);
    await (await s.cast.ada.opensHome()).waitFor(/You are away until .*<@U0BEN> answers for you/);
  });
});

describe('the end of my shift', () => {
  it.each(['/tsa request', 'the shortcut'])(
    'is at six where I am, also for whom Slack was never asked about before, by %s',
    async (way) => {
      const { noor } = s.cast;
      // Noor’s zone is 4.5 or 3.5 hours ahead of the policy’s: at five there, the policy’s own six is too far off.
      const there = DateTime.fromMillis(s.clock.now(), { zone: 'Asia/Kolkata' });
      const five = there.set({ hour: 17, minute: 0, second: 0 });
      s.clock.turn((five > there ? five : five.plus({ days: 1 })).diff(there).toMillis());
      if (way === '/tsa request') await noor.types('#support', way);
      else await noor.shortcut('request_access');
      const modal = await noor.modal('Request access');
      const offered = (await modal.options('For how long')).map((one) => one.text);
      expect(offered).toContain('End of my shift (18:00)');
    },
  );
});
