import { describe, expect, it } from 'vitest';
import type { Fault } from '../../sandbox/faults.ts';
import { answer, cards, everything, inTestApp, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, fillIn, requestForm } from '../support/test-app.ts';

/** Slack on its bad days: nobody waits longer than Slack lets them, nothing is lost, nothing is done or told twice. */

const DOWN: readonly [string, Fault][] = [
  ['says 429', { kind: 'rate_limited', retryAfterS: 30 }],
  ['says 500', { kind: 'server_error' }],
  ['never answers', { kind: 'hang' }],
  ['cuts the line', { kind: 'reset' }],
  ['cuts the line in the middle of its answer', { kind: 'lost_answer' }],
  ['says that it failed', { kind: 'refuse', error: 'internal_error' }],
];
const NOT_NOW =
  /Nothing was changed: Slack did not say in time who you are, or who else is concerned\. Please try again\./;
const MANY = 1_000;
const HARDLY_ANYTHING = 3_000;

/** Nobody is told by Slack that the app was too slow, and it never was. */
function wasInTime(s: TestApp): void {
  const told = everything(s).filter((message) => message.user === 'USLACKBOT');
  expect(told.map((message) => message.text)).toEqual([]);
  const took = s.sandbox.workspace.traffic
    .filter((one) => one.direction === 'to_app')
    .map((one) => one.ms ?? 0);
  expect(Math.max(...took)).toBeLessThan(HARDLY_ANYTHING);
}

describe('when users.info', () => {
  it.concurrent.each(DOWN)('%s, nothing is decided, and a minute later it can be', (_, fault) =>
    inTestApp(async (s) => {
      const { ada, sam } = s.cast;
      await file(s);
      const card = await ada.waitFor('app', /asks for your approval/);
      s.clock.turn(6 * 60_000);
      const before = await written(s);
      s.sandbox.faults.next('users.info', fault, MANY);
      expect(await answer(s, ada, () => ada.pressesOld('Approve', card))).toMatch(NOT_NOW);
      expect((await written(s)).life).toEqual(before.life);
      wasInTime(s);
      s.sandbox.faults.clear();
      await ada.pressesOld('Approve', card);
      await sam.waitFor('app', /Approved by <@U0ADA>/);
    }),
  );

  it.concurrent.each(DOWN)('%s, the form stays with all that was typed, and can be sent again', (_, fault) =>
    inTestApp(async (s) => {
      const modal = await requestForm(s, s.cast.sam);
      await fillIn(modal);
      const typed = modal.labels.map((label) => modal.value(label));
      s.clock.turn(6 * 60_000);
      s.sandbox.faults.next('users.info', fault, MANY);
      await modal.submits();
      expect(modal.text).toMatch(NOT_NOW);
      expect(modal.labels.map((label) => modal.value(label))).toEqual(typed);
      expect((await written(s)).life).toEqual([]);
      wasInTime(s);
      s.sandbox.faults.clear();
      await modal.submits();
      expect(modal.text).toContain('TSA-1 is filed');
    }),
  );

  it('says 500 while somebody declares an emergency, nothing that they typed is lost', () =>
    inTestApp(async (s) => {
      const { sam } = s.cast;
      await sam.types('#support', '/tsa emergency contoso');
      const modal = await sam.modal('Emergency access');
      await modal.chooses('Scope', 'Support');
      await modal.types('Allowed actions', 'Stop the runaway import job');
      await modal.types(
        'What is the emergency?',
        'The import job deletes live orders every minute; stop it.',
      );
      await modal.chooses('Who reviews it afterwards', 'Ada');
      const typed = modal.labels.map((label) => modal.value(label));
      s.clock.turn(6 * 60_000);
      s.sandbox.faults.next('users.info', { kind: 'server_error' }, MANY);
      await modal.submits();
      expect(modal.text).toMatch(NOT_NOW);
      expect(modal.labels.map((label) => modal.value(label))).toEqual(typed);
      s.sandbox.faults.clear();
      await modal.submits();
      expect(modal.text).toContain('TSA-1 is running');
    }));

  it('says 500 while somebody denies, the reason that they typed waits in the form', () =>
    inTestApp(async (s) => {
      const { ada, sam } = s.cast;
      await file(s);
      await ada.presses('Deny', 'app');
      const why = await ada.modal('Deny request');
      await why.types('Why not? The requester reads this', 'Please use the staging tenant.');
      s.clock.turn(6 * 60_000);
      s.sandbox.faults.next('users.info', { kind: 'server_error' }, MANY);
      for (let tries = 0; tries < 2; tries += 1) {
        await why.submits();
        expect(why.text.match(new RegExp(NOT_NOW, 'g'))).toHaveLength(1);
        expect(why.value('Why not? The requester reads this')).toBe('Please use the staging tenant.');
      }
      s.sandbox.faults.clear();
      await why.submits();
      await sam.waitFor('app', /denied access[^>]*\n> Please use the staging tenant\./);
    }));
});

describe('when Slack answers about neither people nor groups', () => {
  it.concurrent.each([
    'show TSA-1',
    'show',
    'active',
    'mine',
    'review',
    'history northwind',
    'start TSA-1',
    'end TSA-1',
    'help',
    'request northwind',
  ])('/tsa %s is answered within the 3 s that Slack waits', (words) =>
    inTestApp(async (s) => {
      await file(s);
      await s.later(6 * 60_000);
      const before = await written(s);
      s.sandbox.faults.next('users.info', { kind: 'hang' }, MANY);
      s.sandbox.faults.next('usergroups.users.list', { kind: 'hang' }, MANY);
      await s.cast.sam.types('#support', `/tsa ${words}`);
      wasInTime(s);
      expect((await written(s)).life).toEqual(before.life);
    }),
  );

  it('a list of people in a form still opens', () =>
    inTestApp(async (s) => {
      const modal = await requestForm(s, s.cast.sam, 'northwind');
      await modal.chooses('Scope', 'Read-only');
      s.clock.turn(6 * 60_000);
      s.sandbox.faults.next('users.info', { kind: 'hang' }, MANY);
      expect((await modal.options('Approver')).map((one) => one.text)).toEqual([
        'Ada Okafor',
        'Ben Lindqvist',
      ]);
      wasInTime(s);
    }));
});

describe('when views.open', () => {
  it.concurrent.each([
    ...DOWN,
    ['says that it is too late', { kind: 'refuse', error: 'expired_trigger_id' }] satisfies [string, Fault],
  ])('%s, the person is told, and can try again', (_, fault) =>
    inTestApp(async (s) => {
      const { sam } = s.cast;
      s.sandbox.faults.next('views.open', fault);
      const told = await answer(s, sam, () => sam.types('#support', '/tsa request'));
      expect(told).toMatch(/Something went wrong on our side, and nothing was changed\. Please try again/);
      wasInTime(s);
      expect((await requestForm(s, sam)).labels).toContain('Reason');
    }),
  );

  it('fails for the form to deny, the request still waits', () =>
    inTestApp(async (s) => {
      const { ada } = s.cast;
      await file(s);
      s.sandbox.faults.next('views.open', { kind: 'server_error' });
      expect(await answer(s, ada, () => ada.presses('Deny', 'app'))).toMatch(/Something went wrong/);
      await ada.presses('Deny', 'app');
      expect((await ada.modal('Deny request')).labels).toEqual(['Why not? The requester reads this']);
    }));
});

describe('when chat.postMessage', () => {
  it.concurrent.each(DOWN)('%s, everybody hears in the end, and once', (_, fault) =>
    inTestApp(async (s) => {
      s.sandbox.faults.next('chat.postMessage', fault, 2);
      await file(s);
      for (let tries = 0; tries < 4; tries += 1) await s.later(40_000);
      await s.cast.ada.waitFor('app', /asks for your approval/);
      expect(
        everything(s)
          .map((message) => message.channel)
          .sort(),
      ).toEqual(['D0ADA', 'D0SAM']);
      await s.cast.ada.presses('Approve', 'app');
      await s.cast.sam.waitFor('app', /Approved by/);
      expect([...cards(s, 'D0ADA'), ...cards(s, 'D0SAM')]).toHaveLength(2);
    }),
  );

  it('says when to come back, it is left alone until then', () =>
    inTestApp(async (s) => {
      s.sandbox.faults.next('chat.postMessage', { kind: 'rate_limited', retryAfterS: 30 }, 2);
      await file(s);
      await s.later(0);
      await s.later(25_000);
      expect(everything(s)).toEqual([]);
      await s.later(6_000);
      expect(
        everything(s)
          .map((message) => message.channel)
          .sort(),
      ).toEqual(['D0ADA', 'D0SAM']);
    }));

  it('posted but its answer was lost, and looking failed until long after, there is still one card', () =>
    inTestApp(async (s) => {
      const { ada, sam } = s.cast;
      s.sandbox.faults.next('chat.postMessage', { kind: 'lost_answer' }, 2);
      s.sandbox.faults.next('conversations.history', { kind: 'server_error' }, MANY);
      await file(s);
      await ada.waitFor('app', /asks for your approval/);
      await s.later(20 * 60_000);
      await sam.presses('Cancel request', 'app');
      await s.later(60_000);
      s.sandbox.faults.clear();
      for (let tries = 0; tries < 3; tries += 1) await s.later(6 * 60_000);
      await ada.waitFor('app', /<@U0SAM> cancelled/);
      expect([cards(s, 'D0ADA').length, cards(s, 'D0SAM').length]).toEqual([1, 1]);
    }));

  it('refuses the blocks, the words go without them', () =>
    inTestApp(async (s) => {
      s.sandbox.faults.refuseBlocks = true;
      await file(s);
      const card = await s.cast.ada.waitFor('app', /asks for your approval: access to Northwind/);
      expect(card.buttons).toEqual([]);
    }));
});
