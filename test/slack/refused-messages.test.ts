import { describe, expect, it } from 'vitest';
import { meaningOf } from '../../src/slack/messages/error-codes.ts';
import { cards, inTestApp } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { CHANNELS, file } from '../support/test-app.ts';

/** What Slack refuses keeps nothing else from being told, and never happens in silence. */

async function running(s: TestApp): Promise<void> {
  await file(s);
  await s.cast.ada.presses('Approve', 'app', /TSA-1/);
  await s.cast.sam.presses('Start session', 'app', /Approved by/);
  await s.later(0);
  await s.cast.sam.waitFor('#support-access-alerts', /is in Northwind Traders/);
}

function conversation(s: TestApp, id: string) {
  const found = s.sandbox.workspace.conversations.get(id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
}

/** Whatever is still owed has been tried, and tried again soon. */
async function delivered(s: TestApp): Promise<void> {
  for (let tries = 0; tries < 4; tries += 1) await s.later(5_000);
}

async function readyz(s: TestApp): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${s.app.port}/readyz`);
  return { status: response.status, text: await response.text() };
}

describe('A thread that takes no replies', () => {
  it.concurrent.each<[string, (s: TestApp) => void]>([
    [
      'because it is locked',
      (s) => {
        const [card] = cards(s, CHANNELS.alerts);
        conversation(s, CHANNELS.alerts).lockedThreads.add(card?.ts ?? '');
      },
    ],
    [
      'because the channel has no threads',
      (s) => (conversation(s, CHANNELS.alerts).takes = 'top_level_only'),
    ],
  ])('%s is no reason to keep silent: what belongs there is told at top level, and once', (_, closes) =>
    inTestApp(async (s) => {
      await running(s);
      closes(s);
      await s.cast.sam.presses('End now', 'app', /TSA-1/);
      await s.later(0);
      const told = s.cast.sam
        .sees('#support-access-alerts')
        .filter(({ text, inThread }) => /left Northwind Traders/.test(text) && !inThread);
      expect(told.length).toBeGreaterThan(0);
      expect(cards(s, CHANNELS.alerts)).toHaveLength(1);
    }),
  );
});

describe('A message that Slack refuses', () => {
  it.concurrent.each([
    'restricted_action_read_only_channel',
    'messages_tab_disabled',
    'invalid_user_combination',
    'user_not_visible',
    'something_nobody_heard_of',
  ])('as %s holds up nothing behind it, and the alert channel is told at once', (error) =>
    inTestApp(async (s) => {
      await running(s);
      const { northwind } = CHANNELS;
      const takes = conversation(s, northwind);
      takes.takes = 'nothing';
      s.sandbox.faults.refusedAs = error;
      await s.cast.sam.presses('End now', 'app', /TSA-1/);
      await delivered(s);
      takes.takes = 'everything';
      await s.cast.sam.waitFor('#support-access-alerts', new RegExp(`refused for good.*${error}`));
      await file(s, { tenant: 'Northwind Traders · production' });
      await s.cast.ada.presses('Approve', 'app', /TSA-2/);
      await s.cast.sam.presses('Start session', 'app', /TSA-2.*Approved by|Approved by.*/);
      await delivered(s);
      await s.cast.sam.waitFor('#shared-northwind', /TSA-2/);
    }),
  );

  it('to the alert channel is told to the security channel, else to the admins', () =>
    inTestApp(async (s) => {
      await running(s);
      conversation(s, CHANNELS.alerts).archived = true;
      await s.cast.sam.presses('End now', 'app', /TSA-1/);
      await delivered(s);
      await s.cast.mia.waitFor('app', /refused for good/);
      expect((await readyz(s)).status).toBe(200);
    }));

  it('and nobody can be told of it shows in /readyz', () =>
    inTestApp(async (s) => {
      await running(s);
      conversation(s, CHANNELS.alerts).archived = true;
      s.sandbox.workspace.directMessage(s.cast.mia.id).takes = 'nothing';
      await s.cast.sam.presses('End now', 'app', /TSA-1/);
      await delivered(s);
      s.clock.turn(2_000);
      const { status, text } = await readyz(s);
      expect([status, text]).toEqual([503, expect.stringContaining('and nobody could be told')]);
    }));
});

it('A card that may not be changed any more is told anew', () =>
  inTestApp(async (s) => {
    await running(s);
    conversation(s, CHANNELS.alerts).editable = false;
    await s.cast.sam.presses('End now', 'app', /TSA-1/);
    await delivered(s);
    const [before, after, ...more] = cards(s, CHANNELS.alerts);
    expect(more).toEqual([]);
    expect(JSON.stringify(before?.blocks)).toMatch(/is in Northwind/);
    expect(JSON.stringify(after?.blocks)).not.toMatch(/is in Northwind/);
  }));

it('A code that no page of Slack’s lists counts as one that another way may get around', () => {
  expect(meaningOf('something_nobody_heard_of')).toBe('otherwise');
  expect(meaningOf('constructor')).toBe('otherwise');
  expect(meaningOf('is_archived')).toBe('never');
});
