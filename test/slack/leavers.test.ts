import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/access/policy.ts';
import { cards, everything, hears, liveButtons, inTestApp, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, fillIn, requestForm } from '../support/test-app.ts';

/** Whoever leaves takes no access along: what they hold ends, and what they asked for is called off. */

const SECURITY = 'C0SECURITY';
/** A channel for security of its own, and somebody else who owns what Sam asks for. */
const guarded = (policy: Policy): Policy => ({
  ...policy,
  channels: { ...policy.channels, security: SECURITY },
});
const tell = (policy: Policy): Policy => ({ ...guarded(policy), leavers: 'tell' });

async function opened(s: TestApp): Promise<void> {
  const { workspace } = s.sandbox;
  workspace.addChannel(SECURITY, 'security', ['U0OTTO', 'U0MIA', workspace.bot.id]);
  const modal = await requestForm(s, s.cast.sam);
  await fillIn(modal);
  await modal.chooses('Owner', 'Noor');
  await modal.submits();
}
async function approved(s: TestApp): Promise<void> {
  await opened(s);
  await s.cast.ada.presses('Approve', 'app');
  await s.cast.sam.waitFor('app', /Approved by/);
}
async function running(s: TestApp): Promise<void> {
  await approved(s);
  await s.cast.sam.presses('Start session', 'app');
  await s.cast.noor.waitFor('#support-access-alerts', /is in Northwind/);
}
const undelivered = (s: TestApp): readonly string[] =>
  everything(s).flatMap(({ text }) => (text.includes('could not be delivered') ? [text] : []));

describe('Slack says that whoever is in left', () => {
  it.each([
    ['deactivated', 'their account was deactivated'],
    ['guest', 'they are a guest of the workspace now'],
    ['bot', 'the account is a program’s'],
  ] as const)('or is %s: the session is revoked at once, security and owner are told', (what, why) =>
    inTestApp(
      async (s) => {
        const { sam, noor, otto, ann } = s.cast;
        await running(s);
        await s.later(0);
        await sam.becomes(what);
        const words = `the app revoked the session in Northwind Traders \\(production\\)`;
        const told = await otto.waitFor('#security', new RegExp(words));
        expect(told.text).toContain(`> Whoever held the access may do so no more: ${why}.`);
        await noor.waitFor('app', new RegExp(words));
        await noor.waitFor('#support-access-alerts', new RegExp(words));
        await ann.waitFor('#shared-northwind', new RegExp(words));
        await s.later(0);
        expect((await written(s)).life.at(-1)).toBe('TSA-1 session.ended');
        expect(liveButtons({ sees: () => sam.sees('app') })).toEqual([]);
        expect(undelivered(s)).toEqual([]);
        await noor.presses('Close out', 'app');
      },
      'socket',
      guarded,
    ),
  );

  it('also over HTTP, twice, and while Slack answers no question: its word is enough', () =>
    inTestApp(
      async (s) => {
        await running(s);
        s.sandbox.faults.next('users.info', { kind: 'hang' }, 1_000);
        s.sandbox.faults.duplicates = true;
        await s.cast.sam.becomes('deactivated');
        await s.cast.otto.waitFor('#security', /the app revoked the session/);
        await s.later(0);
        const { life } = await written(s);
        expect(life.filter((one) => one === 'TSA-1 session.ended')).toHaveLength(1);
        expect(life.at(-1)).toBe('TSA-1 session.ended');
      },
      'http',
      guarded,
    ));

  it('where the policy says to tell only, the session goes on, and can be revoked by whoever is told', () =>
    inTestApp(
      async (s) => {
        const { sam, noor, otto } = s.cast;
        await running(s);
        await sam.becomes('deactivated');
        const words = /<@U0SAM> is in Northwind .* may hold access no more: their account was deactivated/;
        await otto.waitFor('#security', words);
        const told = await noor.waitFor('app', words);
        expect(told.buttons).toContain('Revoke');
        await sam.becomes('deactivated');
        await s.later(10 * 60_000);
        expect(otto.sees('#security').filter(({ text }) => words.test(text))).toHaveLength(1);
        expect((await written(s)).life.at(-1)).toBe('TSA-1 grantee.gone');
        await noor.presses('Revoke', 'app', words);
        const modal = await noor.modal('Stop the access');
        await modal.types('Why?', 'They left the company.');
        await modal.submits();
        await otto.waitFor('#support-access-alerts', /<@U0NOOR> revoked the session/);
      },
      'socket',
      tell,
    ));

  it('and owned it themselves: the admins are told instead', () =>
    inTestApp(async (s) => {
      await file(s);
      await s.cast.ada.presses('Approve', 'app');
      await s.cast.sam.presses('Start session', 'app', /Approved by/);
      await s.cast.noor.waitFor('#support-access-alerts', /is in Northwind/);
      await s.cast.sam.becomes('deactivated');
      await s.cast.mia.waitFor('app', /the app revoked the session/);
      await s.later(5 * 3_600_000);
      await s.cast.mia.waitFor('app', /over but not closed out yet/);
    }));
});

describe('What they asked for', () => {
  it('is called off while it waits, and whoever was asked is told why', () =>
    inTestApp(
      async (s) => {
        await opened(s);
        await s.cast.ada.waitFor('app', /asks for your approval/);
        await s.cast.sam.becomes('guest');
        const told = await s.cast.ada.waitFor('app', /the app cancelled it\. Nobody gets access/);
        expect(told.text).toContain('they are a guest of the workspace now');
        await s.later(0);
        expect(liveButtons({ sees: () => s.cast.ada.sees('app') })).toEqual([]);
        expect((await written(s)).life).toEqual(['TSA-1 request.filed', 'TSA-1 request.cancelled']);
      },
      'socket',
      guarded,
    ));

  it('is called off when it is approved, and the owner is told', () =>
    inTestApp(
      async (s) => {
        await approved(s);
        await s.cast.sam.becomes('deactivated');
        await s.cast.noor.waitFor('app', /the app cancelled it.*\n> Whoever was to hold the access/);
        await s.later(0);
        expect(undelivered(s)).toEqual([]);
        expect((await written(s)).life.at(-1)).toBe('TSA-1 request.cancelled');
      },
      'socket',
      guarded,
    ));
});

describe('Where Slack’s word never came', () => {
  it('who left is found when the app starts again', () =>
    inTestApp(async (s) => {
      await file(s);
      await s.cast.ada.presses('Approve', 'app');
      await s.cast.sam.presses('Start session', 'app', /Approved by/);
      await s.cast.noor.waitFor('#support-access-alerts', /is in Northwind/);
      await s.cast.sam.becomes('deactivated', 'lost');
      await s.restart();
      await s.cast.noor.waitFor('#support-access-alerts', /the app revoked the session/);
      expect(cards(s, 'D0SAM')).toHaveLength(1);
    }));

  it('nobody is called off while Slack cannot say who they are', () =>
    inTestApp(async (s) => {
      await file(s);
      await s.cast.ada.waitFor('app', /asks for your approval/);
      await s.cast.sam.becomes('deactivated', 'lost');
      s.sandbox.faults.next('users.info', { kind: 'server_error' }, 1_000);
      await s.restart();
      await s.later(0);
      expect((await written(s)).life).toEqual(['TSA-1 request.filed']);
    }));

  it('nothing happens to whoever only changed their picture', () =>
    inTestApp(async (s) => {
      await file(s);
      await s.cast.sam.becomes('member');
      await s.cast.ada.presses('Approve', 'app', /asks for your approval/);
      await s.cast.sam.waitFor('app', /Approved by/);
      await s.cast.sam.types('#support', '/tsa start');
      await hears(s, s.cast.sam, /TSA-1 is started/);
    }));
});
