import { describe, expect, it } from 'vitest';
import type { Fault } from '../../sandbox/faults.ts';
import type { Policy } from '../../src/access/policy.ts';
import { answer, inTestApp, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, fillIn, requestForm } from '../support/test-app.ts';

/** User groups that Slack does not let the app read: known by name, asked about once, and not called Slack's silence. */

const LIST = 'usergroups.users.list';
const MANY = 1_000;

/** Those who may ask are in this group, and nobody else. */
function requestersIn(group: string) {
  return (policy: Policy): Policy => ({
    ...policy,
    requesters: [group],
    approvers: policy.approvers.map((rule) => ({ ...rule, people: ['U0ADA'] })),
  });
}

function asked(s: TestApp, group: string): number {
  const questions = s.sandbox.workspace.traffic.filter(({ what }) => what.startsWith(LIST));
  return questions.filter(({ body }) => JSON.stringify(body).includes(group)).length;
}

async function tries(s: TestApp): Promise<string> {
  const modal = await requestForm(s, s.cast.sam);
  await fillIn(modal);
  await modal.submits();
  expect(modal.labels).toContain('Reason');
  return modal.text;
}

const REFUSED: readonly (readonly [string, Fault | null, RegExp])[] = [
  ['there is not', null, /Slack knows no user group S0NONE.*Tell <@U0MIA>\./],
  [
    'the app may not read',
    { kind: 'refuse', error: 'missing_scope' },
    /the app may not read the user group S0NONE \(is the Slack scope usergroups:read missing\?\).*Tell <@U0MIA>\./,
  ],
  [
    'is asked about too often',
    { kind: 'rate_limited', retryAfterS: 30 },
    /Slack takes no more questions about user groups for a minute.*Please try again in a minute\./,
  ],
  [
    'Slack will not tell of',
    { kind: 'refuse', error: 'plan_upgrade_required' },
    /Slack refuses to say who is in the user group S0NONE.*Tell <@U0MIA>\./,
  ],
];

describe('A user group that', () => {
  it.concurrent.each(REFUSED)(
    '%s is named at the start, and to whoever it keeps waiting',
    (_, fault, words) =>
      inTestApp(async (s) => {
        const meanwhile = (): Promise<void> => {
          if (fault !== null) s.sandbox.faults.next(LIST, fault, MANY);
          return Promise.resolve();
        };
        await s.restart(requestersIn('S0NONE'), meanwhile);
        const told = s.logged.filter((line) =>
          /the policy names a user group that cannot be read/.test(line),
        );
        expect(told.join()).toMatch(/"group":"S0NONE"/);
        const said = await tries(s);
        expect(said).toMatch(words);
        expect(said).not.toMatch(/did not say in time/);
        expect(await written(s)).toMatchObject({ life: [], refused: ['U0SAM file group_unreadable'] });
      }),
  );

  it('cannot be read is asked about once a minute, however many wait for it', () =>
    inTestApp(async (s) => {
      await s.restart(requestersIn('S0NONE'));
      s.clock.turn(10 * 60_000);
      s.sandbox.workspace.traffic.length = 0;
      await tries(s);
      await tries(s);
      await Promise.all(
        [s.cast.noor, s.cast.ada, s.cast.ben].map((one) => one.types('#support', '/tsa mine')),
      );
      expect(asked(s, 'S0NONE')).toBe(1);
      s.clock.turn(61_000);
      await tries(s);
      expect(asked(s, 'S0NONE')).toBe(2);
    }));

  it('holds all approvers and cannot be read is named where nobody can be offered', () =>
    inTestApp(async (s) => {
      await s.restart((policy) => ({
        ...policy,
        approvers: policy.approvers.map((rule) => ({ ...rule, people: ['S0NONE'] })),
      }));
      const modal = await requestForm(s, s.cast.sam, 'northwind');
      await modal.chooses('Scope', 'Read-only');
      expect(await modal.options('Approver')).toEqual([]);
      expect(modal.text).toMatch(/Nobody can be offered: Slack knows no user group S0NONE\. Tell an admin\./);
    }));

  it('could not be read a minute ago can be read now', () =>
    inTestApp(async (s) => {
      await s.restart(requestersIn('S0NONE'));
      await tries(s);
      s.sandbox.workspace.groups.set('S0NONE', [s.cast.sam.id]);
      s.clock.turn(61_000);
      await file(s);
      expect((await written(s)).life).toEqual(['TSA-1 request.filed']);
    }));

  it('was read a moment ago still counts while Slack answers no more questions', () =>
    inTestApp(async (s) => {
      await file(s);
      const card = await s.cast.ada.waitFor('app', /asks for your approval/);
      s.sandbox.faults.next(LIST, { kind: 'rate_limited', retryAfterS: 30 }, MANY);
      await s.cast.ada.pressesOld('Approve', card);
      await s.cast.sam.waitFor('app', /Approved by <@U0ADA>/);
    }));

  it('changed since does not, while Slack answers no more questions', () =>
    inTestApp(async (s) => {
      await file(s);
      const card = await s.cast.ada.waitFor('app', /asks for your approval/);
      s.sandbox.faults.next(LIST, { kind: 'rate_limited', retryAfterS: 30 }, MANY);
      await s.sandbox.humans.groupChanged('S0MANAGERS', [s.cast.ben.id]);
      expect(await answer(s, s.cast.ada, () => s.cast.ada.pressesOld('Approve', card))).toMatch(
        /Slack takes no more questions about user groups for a minute/,
      );
      expect((await written(s)).life).toEqual(['TSA-1 request.filed']);
    }));
});
