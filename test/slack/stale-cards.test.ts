import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../sandbox/driver.ts';
import type { Player } from '../../sandbox/driver.ts';
import { cards, everything } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { CHANNELS, file, testApp } from '../support/test-app.ts';

/** A request is also shown where it has no place any more: nothing there goes on saying what is not so. */

let s: TestApp;
afterEach(() => s.close());

/** The buttons that this person has in their messages with the app. */
const buttons = (player: Player): readonly string[] => player.sees('app').flatMap((one) => one.buttons);

/** Ada says on her Home that this person answers for her. */
async function adaLeavesItTo(name: string): Promise<void> {
  const home = await s.cast.ada.opensHome();
  await home.presses('I’m away …');
  const modal = await s.cast.ada.modal('Away');
  await modal.chooses('Until', String(Math.floor(s.clock.now() / 1_000) + 3 * 86_400));
  await modal.chooses('Who answers for you?', name);
  await modal.submits();
  await home.waitFor(new RegExp(`You are away until`));
  await s.later(0);
}

async function running(): Promise<void> {
  s = await testApp();
  await file(s);
  await s.cast.ada.presses('Approve', 'app', /TSA-1/);
  await s.cast.sam.presses('Start session', 'app', /Approved by/);
  await s.later(0);
}

describe('Whoever stood in for an approver', () => {
  it('is asked no more when the approver is back', async () => {
    s = await testApp();
    await adaLeavesItTo('Ben');
    await file(s);
    await s.cast.ben.waitFor('app', /asks for your approval/);
    expect(buttons(s.cast.ben)).toContain('Approve');
    await (await s.cast.ada.opensHome()).presses('I’m back');
    await until(
      s.sandbox.workspace,
      () => buttons(s.cast.ben).length === 0 || undefined,
      () => `Ben still has ${buttons(s.cast.ben).join()}`,
    );
    expect(buttons(s.cast.ada)).toContain('Approve');
    // What becomes of it is on their card, too, and no second card comes.
    await s.cast.ada.presses('Approve', 'app', /TSA-1/);
    await s.cast.ben.waitFor('app', /approved, not started yet/);
    const posts = everything(s).filter(
      ({ text, channel }) => text.includes('TSA-1') && channel.includes('BEN'),
    );
    expect(posts.length).toBeLessThan(2);
  });

  it('is asked no more when their time is over, as soon as anything happens', async () => {
    s = await testApp();
    await adaLeavesItTo('Ben');
    await file(s);
    await s.cast.ben.waitFor('app', /asks for your approval/);
    await s.later(0);
    expect(buttons(s.cast.ben)).toContain('Approve');
    s.clock.turn(4 * 86_400_000);
    await file(s, { tenant: 'Contoso' });
    await s.later(0);
    expect(buttons(s.cast.ben)).toEqual([]);
  });
});

describe('Whoever was asked to take over', () => {
  it('is asked no more once there is nothing to take over, and gets no card for it', async () => {
    await running();
    const { sam, noor } = s.cast;
    await sam.presses('Hand over', 'app', /TSA-1/);
    const offer = await sam.modal('Hand over');
    await offer.chooses('Who sees it through from now on?', 'Noor');
    await offer.submits();
    await noor.waitFor('app', /asks <@U0NOOR> to take over/);
    expect(buttons(noor)).toContain('Take over');
    await sam.types('#support', '/tsa end');
    await sam.types('#support', '/tsa closeout');
    const modal = await sam.modal('Close out');
    await modal.chooses('Can the customer do what failed before?', 'Yes');
    await modal.types('What was changed?', 'Removed the duplicates of March.');
    await modal.types('Who confirmed that?', 'Erika Muster, of their accounting');
    await modal.types('What was checked?', 'The invoices of March, each once.');
    await modal.submits();
    await s.later(0);
    expect(buttons(noor)).toEqual([]);
    expect(noor.sees('app')).toHaveLength(1);
  });
});

describe('A channel that the policy has moved', () => {
  it('goes on to say what is so of what it was told of', async () => {
    await running();
    expect(cards(s, CHANNELS.alerts)[0]?.text).toMatch(/is in Northwind/);
    await s.restart((policy) => ({
      ...policy,
      channels: { ...policy.channels, alert: CHANNELS.review },
    }));
    await s.later(2 * 3_600_000);
    expect(cards(s, CHANNELS.alerts).map(({ text }) => /is over/.test(text))).toEqual([true]);
    expect(cards(s, CHANNELS.review)).toHaveLength(1);
  });

  it('and that is gone since holds nothing up, and alarms nobody', async () => {
    await running();
    await s.restart((policy) => ({
      ...policy,
      channels: { ...policy.channels, alert: CHANNELS.review },
    }));
    s.sandbox.workspace.conversations.delete(CHANNELS.alerts);
    await s.later(2 * 3_600_000);
    expect(cards(s, CHANNELS.review)[0]?.text).toMatch(/is over/);
    expect(everything(s).filter(({ text }) => /takes no messages|refused for good/.test(text))).toEqual([]);
  });
});
