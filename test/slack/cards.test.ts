import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer, cards, everything, liveButtons, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { CHANNELS, file, testApp } from '../support/test-app.ts';

let s: TestApp;
beforeEach(async () => {
  s = await testApp();
  await file(s);
  await s.cast.ada.waitFor('app', /asks for your approval/);
});
afterEach(() => s.close());

const PLACES = ['D0SAM', 'D0ADA', 'D0BEN', 'D0NOOR', ...Object.values(CHANNELS)];

/** Everybody's buttons are these and no others, every place has at most one card, every message has a text. */
async function stands(sam: readonly string[], ada: readonly string[] = []): Promise<void> {
  await s.later(0);
  expect(liveButtons({ sees: () => s.cast.sam.sees('app') })).toEqual(sam);
  expect(liveButtons({ sees: () => s.cast.ada.sees('app') })).toEqual(ada);
  for (const where of ['#support', '#support-access-alerts', '#shared-northwind'])
    expect(liveButtons({ sees: () => s.cast.noor.sees(where) })).toEqual([]);
  expect(PLACES.filter((place) => cards(s, place).length > 1)).toEqual([]);
  expect(everything(s).filter((message) => message.text.trim() === '')).toEqual([]);
}

async function approves(): Promise<void> {
  await s.cast.ada.presses('Approve', 'app');
  await s.cast.sam.waitFor('app', /Approved by/);
}
async function starts(): Promise<void> {
  await s.cast.sam.presses('Start session', 'app');
  await s.cast.noor.waitFor('#support-access-alerts', /is in Northwind/);
}

describe('no dead button stands anywhere', () => {
  it('from filing to the end of the session', async () => {
    await stands(['Cancel request'], ['Approve', 'Deny']);
    await approves();
    await stands(['Cancel request', 'Start session']);
    await starts();
    await stands(['End now']);
    await s.cast.sam.presses('End now', 'app');
    await s.cast.noor.waitFor('#support-access-alerts', /left Northwind/);
    await stands([]);
    expect(PLACES.map((place) => cards(s, place).length)).toEqual([1, 1, 0, 0, 0, 1, 0, 1]);
  });

  it('after the warning, and after the session expired by itself', async () => {
    await approves();
    await starts();
    await s.later(59 * 60_000 + 45_000);
    await s.cast.sam.waitFor('app', /ends .* by itself/);
    await stands(['End now']);
    await s.later(30_000);
    await stands([]);
  });

  it('after a denial', async () => {
    await s.cast.ada.presses('Deny', 'app');
    const why = await s.cast.ada.modal('Deny request');
    await why.types('Why not? The requester reads this', 'Please use the staging tenant.');
    await why.submits();
    await stands([]);
  });

  it('after the request, or the grant, was cancelled', async () => {
    await s.cast.sam.presses('Cancel request', 'app');
    await stands([]);
    await file(s, { tenant: 'Contoso' });
    await s.cast.ada.presses('Approve', 'app', /TSA-2/);
    await s.cast.sam.waitFor('app', /TSA-2.*Approved by/);
    await s.cast.sam.presses('Cancel request', 'app', /TSA-2/);
    await stands([]);
  });

  it('after nobody decided in time, or nobody started in time', async () => {
    await s.later(s.policy.limits.lapseAfterMs);
    await stands([]);
    await file(s, { tenant: 'Contoso' });
    await s.cast.ada.presses('Approve', 'app', /TSA-2/);
    await s.cast.sam.waitFor('app', /TSA-2.*Approved by/);
    await s.later(s.policy.limits.startWindowMs);
    await stands([]);
  });

  it('after a restart in the middle of it all', async () => {
    await approves();
    await s.restart();
    await stands(['Cancel request', 'Start session']);
    await starts();
    await s.restart();
    await stands(['End now']);
    s.clock.turn(61 * 60_000);
    await s.restart();
    await stands([]);
    expect((await written(s)).life.filter((one) => one.endsWith('session.ended'))).toHaveLength(1);
  });
});

describe('somebody who leaves', () => {
  it('between the approval and the start gets no access', async () => {
    await approves();
    await s.cast.sam.becomes('deactivated', 'lost');
    expect(await answer(s, s.cast.sam, () => s.cast.sam.presses('Start session', 'app'))).toMatch(
      /Nothing was changed: your account is deactivated/,
    );
    expect((await written(s)).life).not.toContain('TSA-1 session.started');
  });

  it('after having approved has approved nothing: somebody else is asked, and then it can start', async () => {
    const { sam, ben } = s.cast;
    await approves();
    await s.cast.ada.becomes('deactivated', 'lost');
    expect(await answer(s, sam, () => sam.presses('Start session', 'app'))).toMatch(
      /Nothing was started: whoever approved it may not approve it any more/,
    );
    expect((await written(s)).life.at(-1)).toBe('TSA-1 approval.asked_again');
    await s.later(16 * 60_000);
    await sam.presses('Ask somebody else', 'app');
    const modal = await sam.modal('Ask somebody else');
    await modal.chooses('Who decides instead', 'Ben');
    await modal.submits();
    await ben.presses('Approve', 'app', /asks for your approval/);
    await sam.waitFor('app', /Approved by <@U0BEN>/);
    await starts();
  });

  it('is recognised at once when Slack says so, however fresh the last look was', async () => {
    const { ada } = s.cast;
    const card = await ada.waitFor('app', /asks for your approval/);
    await ada.becomes('deactivated');
    expect(await answer(s, ada, () => ada.pressesOld('Approve', card))).toMatch(
      /your account is deactivated/,
    );
    expect((await written(s)).life).not.toContain('TSA-1 approval.given');
  });
});
