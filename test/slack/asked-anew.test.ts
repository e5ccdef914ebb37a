import { describe, expect, it } from 'vitest';
import type { Fault } from '../../sandbox/faults.ts';
import { APPROVERS_GROUP } from '../../sandbox/example-company.ts';
import type { Policy } from '../../src/access/policy.ts';
import { answer, inTestApp, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file } from '../support/test-app.ts';

/** Who may act is asked of Slack at every act, however fresh the last answer was; ending and stopping wait for none. */

const MANY = 1_000;

const NOT_NOW =
  /Nothing was changed: (?:Slack did not say in time who you are, or who else is concerned|it depends on who is in a user group of the policy, and )/;
const NO_MEMBER = /Nothing was changed: your account is (?:deactivated|a guest)/;
const NOT_NAMED = /Nothing was changed: by the current policy you do not decide about TSA-1/;

async function approved(s: TestApp): Promise<void> {
  await file(s);
  await s.cast.ada.presses('Approve', 'app');
  await s.cast.sam.waitFor('app', /Approved by/);
}
async function running(s: TestApp): Promise<void> {
  await approved(s);
  await s.cast.sam.presses('Start session', 'app');
  await s.cast.sam.waitFor('#support-access-alerts', /is in Northwind/);
}
async function wantsTime(s: TestApp): Promise<void> {
  await running(s);
  await asksForTime(s);
  await s.cast.ada.waitFor('app', /asks for 30 min more/);
}
async function asksForTime(s: TestApp): Promise<string> {
  await s.cast.sam.types('#support', '/tsa extend');
  const modal = await s.cast.sam.modal('Ask for more time');
  await modal.types('How much more', '30m');
  await modal.types('Why is it not enough?', 'The import log is far longer than we thought it was.');
  await modal.submits();
  const { text } = modal;
  s.sandbox.workspace.stackOf('U0SAM').length = 0;
  return text;
}
async function broken(s: TestApp): Promise<void> {
  await s.cast.sam.types('#support', '/tsa emergency contoso');
  const modal = await s.cast.sam.modal('Emergency access');
  await modal.chooses('Scope', 'Support');
  await modal.types('Allowed actions', 'Stop the runaway import job');
  await modal.types('What is the emergency?', 'The import job deletes live orders every minute; stop it.');
  await modal.chooses('Who reviews it afterwards', 'Ada');
  await modal.submits();
}
async function judged(s: TestApp): Promise<string> {
  await s.cast.ada.presses('Justified', 'app', /TSA-1/);
  const modal = await s.cast.ada.modal('Justified');
  await modal.types('Your note, for the record', 'It was right to go in.');
  await modal.submits();
  return modal.text;
}
const pressed =
  (who: 'ada' | 'sam' | 'noor', text: string, where = 'app') =>
  (s: TestApp) => {
    const card = s.cast[who].sees(where).findLast((one) => one.buttons.includes(text));
    if (card === undefined) throw new Error(`${who} sees no ${text}`);
    return answer(s, s.cast[who], () => s.cast[who].pressesOld(text, card));
  };

type Case = readonly [
  string,
  (s: TestApp) => Promise<void>,
  (s: TestApp) => Promise<void> | void,
  (s: TestApp) => Promise<string>,
  RegExp,
];
const guest = (who: 'ada' | 'sam' | 'noor') => (s: TestApp) => s.cast[who].becomes('guest', 'lost');
const gone = (who: 'ada' | 'sam' | 'noor') => (s: TestApp) => s.cast[who].becomes('deactivated', 'lost');
const outOfTheGroup = (s: TestApp): void => void s.sandbox.workspace.groups.set(APPROVERS_GROUP, ['U0BEN']);
const two = (policy: Policy): Policy => ({
  ...policy,
  emergency: { ...policy.emergency, twoPeople: true },
});

describe('Though Slack’s word never came, and the last look was just now', () => {
  const asked = async (s: TestApp): Promise<void> => {
    await file(s);
    await s.cast.ada.waitFor('app', /asks for your approval/);
  };
  it.concurrent.each<Case>([
    ['a deactivated approver approves nothing', asked, gone('ada'), pressed('ada', 'Approve'), NO_MEMBER],
    ['nor one who is a guest now', asked, guest('ada'), pressed('ada', 'Approve'), NO_MEMBER],
    ['nor one who left the group', asked, outOfTheGroup, pressed('ada', 'Approve'), NOT_NAMED],
    ['a guest starts nothing', approved, guest('sam'), pressed('sam', 'Start session'), NO_MEMBER],
    ['nor asks for more time', running, guest('sam'), asksForTime, NO_MEMBER],
    ['nobody gives time who left', wantsTime, gone('ada'), pressed('ada', 'Give the time'), NO_MEMBER],
    ['nor who left the group', wantsTime, outOfTheGroup, pressed('ada', 'Give the time'), NOT_NAMED],
    ['no reviewer judges who is a guest now', broken, guest('ada'), judged, NO_MEMBER],
    ['nor one who left the group', broken, outOfTheGroup, judged, NOT_NAMED],
  ])('%s', (_, before, change, act, words) =>
    inTestApp(async (s) => {
      await before(s);
      const { life } = await written(s);
      await change(s);
      expect(await act(s)).toMatch(words);
      expect((await written(s)).life).toEqual(life);
    }),
  );

  it('nobody confirms an emergency who left', () =>
    inTestApp(
      async (s) => {
        await broken(s);
        await s.cast.noor.waitFor('#support-access-alerts', /nobody is in yet/);
        await gone('noor')(s);
        const words = await pressed('noor', 'Confirm the emergency', '#support-access-alerts')(s);
        expect(words).toMatch(NO_MEMBER);
        expect((await written(s)).life).toEqual(['TSA-1 emergency.declared']);
      },
      'socket',
      two,
    ));
});

describe('A filing gives nobody anything', () => {
  it('so Slack’s word of a few minutes ago will do for it, and for nothing that follows', () =>
    inTestApp(async (s) => {
      const asked = (): number =>
        s.sandbox.workspace.traffic.filter(({ what }) => what.startsWith('users.info')).length;
      await file(s);
      await s.cast.ada.waitFor('app', /asks for your approval/);
      await s.later(0);
      const before = asked();
      await file(s, { tenant: 'Contoso Retail · production' });
      expect(asked()).toBe(before);
      expect((await written(s)).life).toEqual(['TSA-1 request.filed', 'TSA-2 request.filed']);
      await s.cast.ada.presses('Approve', 'app', /TSA-2/);
      expect(asked()).toBeGreaterThan(before);
    }));
});

const SILENT: readonly [string, Fault][] = [
  ['never answers', { kind: 'hang' }],
  ['says 500', { kind: 'server_error' }],
  ['says 429', { kind: 'rate_limited', retryAfterS: 30 }],
];

describe.each(SILENT)('While Slack %s', (_, fault) => {
  const silent = (s: TestApp): void => {
    s.sandbox.faults.next('users.info', fault, MANY);
    s.sandbox.faults.next('usergroups.users.list', fault, MANY);
  };

  it.concurrent.each<readonly [string, (s: TestApp) => Promise<void>, (s: TestApp) => Promise<string>]>([
    ['approved', file, pressed('ada', 'Approve')],
    ['started', approved, pressed('sam', 'Start session')],
    ['asked for', running, asksForTime],
    ['given', wantsTime, pressed('ada', 'Give the time')],
    ['judged', broken, judged],
  ])('nothing is %s, in words, and nothing changes', (_what, before, act) =>
    inTestApp(async (s) => {
      await before(s);
      await s.later(0);
      const { life } = await written(s);
      silent(s);
      expect(await act(s)).toMatch(NOT_NOW);
      expect((await written(s)).life).toEqual(life);
    }),
  );

  it.concurrent.each<readonly [string, (s: TestApp) => Promise<void>, (s: TestApp) => Promise<void>, string]>(
    [
      ['the grantee ends it', running, (s) => s.cast.sam.presses('End now', 'app'), 'session.ended'],
      ['or writes so', running, (s) => s.cast.sam.types('#support', '/tsa end'), 'session.ended'],
      ['the approver revokes it', running, (s) => revokes(s, 'ada'), 'session.ended'],
      ['an admin revokes it', running, (s) => revokes(s, 'mia'), 'session.ended'],
      [
        'the approver stops what they did not expect',
        running,
        (s) => s.cast.ada.presses('I didn’t expect this', '#support-access-alerts'),
        'session.ended',
      ],
      [
        'anybody tells that they did not expect it',
        running,
        (s) => s.cast.noor.presses('I didn’t expect this', '#support-access-alerts'),
        'session.reported',
      ],
      [
        'the requester takes it back',
        file,
        (s) => s.cast.sam.presses('Cancel request', 'app'),
        'request.cancelled',
      ],
    ],
  )('%s all the same', (_what, before, act, fact) =>
    inTestApp(async (s) => {
      await before(s);
      await s.later(0);
      silent(s);
      await act(s);
      const { life, refused } = await written(s);
      expect(refused).toEqual([]);
      expect(life.at(-1)).toBe(`TSA-1 ${fact}`);
    }),
  );
});

async function revokes(s: TestApp, who: 'ada' | 'mia'): Promise<void> {
  await s.cast[who].types('#support', '/tsa revoke TSA-1');
  const modal = await s.cast[who].modal('Stop the access');
  await modal.types('Why?', 'The customer asked us to stop.');
  await modal.submits();
}
