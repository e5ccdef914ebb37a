import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Seen } from '../../sandbox/driver.ts';
import { answer, hears, whispers, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, testApp } from '../support/test-app.ts';

/** One decision wins. Every other click is answered in words, to whoever clicked, and changes nothing. */

let s: TestApp;
let card: Seen;

beforeEach(async () => {
  s = await testApp();
  await file(s);
  card = await s.cast.ada.waitFor('app', /asks for your approval/);
});
afterEach(() => s.close());

const DECIDED = ['TSA-1 request.filed', 'TSA-1 approval.given', 'TSA-1 grant.issued'];

describe('Approve', () => {
  it('pressed twice within 50 ms decides once, and the second press hears what happened', async () => {
    const { ada } = s.cast;
    await Promise.all([ada.pressesOld('Approve', card), ada.pressesOld('Approve', card)]);
    await hears(
      s,
      ada,
      /^Nothing was changed: TSA-1 was approved by <@U0ADA> <!date.* and is not started yet\.$/,
    );
    const { life, refused } = await written(s);
    expect(life).toEqual(DECIDED);
    expect(refused).toEqual(['U0ADA approve wrong_phase']);
  });

  it('and Deny pressed at once: one of them wins, whichever it is', async () => {
    const { ada, sam } = s.cast;
    await ada.presses('Deny', 'app');
    const why = await ada.modal('Deny request');
    await why.types('Why not? The requester reads this', 'Please use the staging tenant.');
    await Promise.all([why.submits(), ada.pressesOld('Approve', card)]);
    await sam.waitFor('app', /denied access|Approved by/);
    expect((await written(s)).life).toHaveLength(
      2 + Number((await written(s)).life.includes(DECIDED[2] ?? '')),
    );
    expect((await written(s)).refused).toHaveLength(1);
  });

  it('delivered twice by Slack decides once', async () => {
    const { ada, sam } = s.cast;
    s.sandbox.faults.duplicates = true;
    await ada.pressesOld('Approve', card);
    await sam.waitFor('app', /Approved by/);
    await sam.presses('Start session', 'app');
    await s.cast.noor.waitFor('#support-access-alerts', /is in Northwind/);
    expect(await written(s)).toMatchObject({ life: [...DECIDED, 'TSA-1 session.started'], refused: [] });
  });

  it.each([
    ['ben', 'another manager', /only the named approver \(<@U0ADA>\) decides/],
    ['noor', 'a colleague', /only the named approver \(<@U0ADA>\) decides/],
    ['mia', 'an admin', /only the named approver \(<@U0ADA>\) decides/],
    ['sam', 'the requester', /you are the requester of TSA-1, and nobody decides/],
    ['gus', 'a guest', /your account is a guest account/],
    ['robo', 'a bot', /your account is a bot/],
    ['dora', 'somebody who left', /your account is deactivated/],
    ['ann', 'somebody from another workspace', /belongs to another workspace/],
  ] as const)('pressed by %s, %s, is refused in words, and recorded', async (who, _, says) => {
    const before = await written(s);
    await s.cast[who].pressesOld('Approve', card);
    await hears(s, s.cast[who], says);
    const after = await written(s);
    expect(after.life).toEqual(before.life);
    expect(after.refused).toEqual([expect.stringMatching(`^${s.cast[who].id}(?:@T0NORTHWIND)? approve `)]);
  });

  it('pressed by two people at once: only the named one decides', async () => {
    const { ada, ben } = s.cast;
    await Promise.all([ben.pressesOld('Approve', card), ada.pressesOld('Approve', card)]);
    await hears(s, ben, /Nothing was changed/);
    await s.cast.sam.waitFor('app', /Approved by <@U0ADA>/);
    expect((await written(s)).life).toEqual(DECIDED);
  });
});

describe('a click that comes too late is answered with who did what, when', () => {
  /** Every button of the old card, and what each is answered. */
  async function areAllRefused(says: RegExp): Promise<void> {
    const { ada } = s.cast;
    const { life } = await written(s);
    for (const text of ['Approve', 'Deny']) {
      expect(await answer(s, ada, () => ada.pressesOld(text, card))).toMatch(says);
    }
    expect(ada.hasModal).toBe(false);
    expect((await written(s)).life).toEqual(life);
  }

  it('after a denial', async () => {
    const { ada, sam } = s.cast;
    await ada.presses('Deny', 'app');
    const why = await ada.modal('Deny request');
    await why.types('Why not? The requester reads this', 'Please use the staging tenant.');
    await why.submits();
    await sam.waitFor('app', /denied/);
    await areAllRefused(/TSA-1 was denied by <@U0ADA> <!date/);
  });

  it('after the request was cancelled, also while the form to deny stood open', async () => {
    const { ada, sam } = s.cast;
    await ada.presses('Deny', 'app');
    const why = await ada.modal('Deny request');
    await why.types('Why not? The requester reads this', 'Please use the staging tenant.');
    await sam.presses('Cancel request', 'app');
    await ada.waitFor('app', /<@U0SAM> cancelled/);
    await why.submits();
    expect(why.text).toMatch(/TSA-1 was cancelled by <@U0SAM> <!date/);
    s.sandbox.humans.close(ada.id);
    await areAllRefused(/TSA-1 was cancelled by <@U0SAM> <!date/);
  });

  it('after it lapsed, with or without a restart in between', async () => {
    await s.later(s.policy.limits.lapseAfterMs + 60_000);
    await s.cast.ada.waitFor('app', /lapsed/);
    await areAllRefused(/TSA-1 lapsed <!date.*nobody decided in time/);
    await s.restart();
    await areAllRefused(/TSA-1 lapsed <!date.*nobody decided in time/);
  });

  it('at the very moment when it lapses, before any timer rang', async () => {
    s.clock.turn(s.policy.limits.lapseAfterMs);
    await s.cast.ada.pressesOld('Approve', card);
    await hears(s, s.cast.ada, /TSA-1 lapsed/);
    expect((await written(s)).life).toEqual(['TSA-1 request.filed', 'TSA-1 request.lapsed']);
  });

  it('after it was started, and after it ended', async () => {
    const { ada, sam } = s.cast;
    await ada.presses('Approve', 'app');
    const granted = await sam.waitFor('app', /Approved by/);
    await sam.presses('Start session', 'app');
    const running = await sam.waitFor('app', /is in Northwind/);
    await areAllRefused(/TSA-1 was started by <@U0SAM> <!date.* runs until <!date/);
    await sam.presses('End now', 'app');
    await sam.waitFor('app', /is over/);
    await areAllRefused(/TSA-1 is over: <@U0SAM> ended it <!date/);
    const { life } = await written(s);
    await sam.pressesOld('Start session', granted);
    await sam.pressesOld('End now', running);
    await sam.pressesOld('Cancel request', granted);
    await hears(s, sam, /TSA-1 is over: <@U0SAM> ended it/);
    expect((await written(s)).life).toEqual(life);
  });
});

describe('after a restart', () => {
  it('a button from before works, once', async () => {
    await s.restart();
    await s.cast.ada.pressesOld('Approve', card);
    await s.cast.sam.waitFor('app', /Approved by/);
    await s.cast.ada.pressesOld('Approve', card);
    await hears(s, s.cast.ada, /TSA-1 was approved by <@U0ADA>/);
    expect((await written(s)).life).toEqual(DECIDED);
  });
});

describe('a button that this version does not know', () => {
  it('says so, and what to do instead', async () => {
    const { ada } = s.cast;
    const before = await written(s);
    const action = { type: 'button', block_id: 'old', action_id: 'tsa_grant_v0', value: '1' };
    await s.sandbox.humans.pressStale(ada.id, card.place, action);
    await hears(s, ada, /This button is from an older version of the app and does nothing any more/);
    expect(await written(s)).toEqual(before);
  });

  it.each(['', '0', '-1', '1e3', '1 or 1=1', '999999', '__proto__', 'x'.repeat(2_000), undefined])(
    'with the value %j, under an id that it does know, changes nothing',
    async (value) => {
      const { ada } = s.cast;
      const { life } = await written(s);
      for (const action of ['tsa_approve', 'tsa_deny', 'tsa_start', 'tsa_end', 'tsa_cancel', 'tsa_show'])
        await s.sandbox.humans.pressStale(ada.id, card.place, {
          type: 'button',
          block_id: 'old',
          action_id: action,
          value,
        });
      expect(whispers(s, ada).filter((text) => /did not respond|Something went wrong/.test(text))).toEqual(
        [],
      );
      expect((await written(s)).life).toEqual(life);
    },
  );
});
