import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Policy } from '../../src/access/policy.ts';
import { everything, liveButtons, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, testApp } from '../support/test-app.ts';

let s: TestApp;
beforeEach(async () => {
  s = await testApp();
  await file(s);
  await s.cast.ada.waitFor('app', /asks for your approval/);
});
afterEach(() => s.close());

const onlyBen = (policy: Policy): Policy => ({
  ...policy,
  approvers: [{ people: ['U0BEN'], scopes: 'any', tenants: 'any' }],
});

async function benIsAsked(): Promise<void> {
  const { sam, ben } = s.cast;
  await sam.presses('Ask somebody else', 'app', /<@U0ADA> can no longer decide about it/);
  const modal = await sam.modal('Ask somebody else');
  expect(modal.value('In place of')).toBe('Ada Okafor');
  expect((await modal.options('Who decides instead')).map((one) => one.text)).toEqual(['Ben Lindqvist']);
  await modal.chooses('Who decides instead', 'Ben');
  await modal.submits();
  expect(modal.errors).toEqual({});
  await ben.presses('Approve', 'app', /asks for your approval/);
  await sam.waitFor('app', /Approved by <@U0BEN>/);
}

describe('an approver who is deactivated', () => {
  it('is replaced at once: the requester is asked for another, long before the first reminder', async () => {
    const { sam, ada } = s.cast;
    await ada.becomes('deactivated');
    const told = await sam.waitFor('app', /<@U0ADA> can no longer decide about it \(no active member/);
    expect(told.buttons).toEqual(['Ask somebody else', 'Edit', 'Cancel request']);
    await s.later(0);
    expect(liveButtons({ sees: () => ada.sees('app') })).toEqual([]);
    await benIsAsked();
    await s.later(0);
    // Who left hears nothing, and nobody is alarmed that it could not be told.
    expect(ada.sees('app').filter((message) => message.inThread)).toEqual([]);
    expect(everything(s).filter(({ text }) => /takes no messages|refused for good/.test(text))).toEqual([]);
  });

  it('is told of once, however often Slack says so, and for no request that was decided', async () => {
    const { sam, ada } = s.cast;
    await file(s, { tenant: 'Contoso' });
    await ada.presses('Approve', 'app', /TSA-2/);
    await sam.waitFor('app', /TSA-2.*Approved by/);
    for (let i = 0; i < 3; i += 1) await ada.becomes('deactivated');
    await sam.waitFor('app', /TSA-1.*can no longer decide/);
    await s.restart();
    await s.later(10 * 60_000);
    const { life, refused } = await written(s);
    expect(life.filter((one) => one.includes('approver.gone'))).toEqual(['TSA-1 approver.gone']);
    expect(refused).toEqual([]);
  });

  it('is noticed without Slack’s word too, when somebody looks, and never approves by silence', async () => {
    await s.cast.ada.becomes('deactivated', 'lost');
    s.clock.turn(6 * 60_000);
    await s.restart();
    await s.cast.sam.waitFor('app', /can no longer decide/);
    await s.later(s.policy.limits.lapseAfterMs);
    expect((await written(s)).life).toEqual([
      'TSA-1 request.filed',
      'TSA-1 approver.gone',
      'TSA-1 request.lapsed',
    ]);
  });

  it('says nothing about whoever only changed their picture', async () => {
    await s.cast.ada.becomes('member');
    await s.later(0);
    expect((await written(s)).life).toEqual(['TSA-1 request.filed']);
    await s.cast.ada.presses('Approve', 'app');
    await s.cast.sam.waitFor('app', /Approved by/);
  });
});

describe('an approver whom the policy no longer names', () => {
  it('is replaced when the new policy takes effect: both are told, and the first one’s buttons are gone', async () => {
    const { sam, ada } = s.cast;
    await s.restart(onlyBen);
    await sam.waitFor('app', /<@U0ADA> can no longer decide about it \(not named by the current policy\)/);
    await ada.waitFor('app', /<@U0ADA> can no longer decide about it/);
    await s.later(0);
    expect(liveButtons({ sees: () => ada.sees('app') })).toEqual([]);
    await benIsAsked();
    await ada.waitFor('app', /<@U0BEN> decides now, in place of <@U0ADA>/);
  });

  it('and in whose place nobody may decide leaves the requester with words, not with nothing', async () => {
    const { sam } = s.cast;
    const nobody = { people: ['U0SAM'], scopes: 'any', tenants: 'any' } as const;
    await s.restart((policy) => ({ ...policy, approvers: [nobody] }));
    await sam.presses('Ask somebody else', 'app', /can no longer decide/);
    expect((await sam.modal('Nothing was changed')).text).toMatch(
      /Nobody else may decide about TSA-1.*Ask <@U0MIA>/,
    );
  });
});
