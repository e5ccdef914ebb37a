import { expect, it } from 'vitest';
import { openForReading } from '../../src/ledger/open.ts';
import { inTestApp } from '../support/slack-acts.ts';
import { CHANNELS, file } from '../support/test-app.ts';

/** Aids that a channel may refuse: the message that they point to still stands, and nothing claims that they do. */

it('A card that Slack does not pin is logged as that, and the person was not promised that it is', () =>
  inTestApp(async (s) => {
    s.sandbox.faults.next('pins.add', { kind: 'refuse', error: 'restricted_action' });
    await s.cast.sam.types('#support', '/tsa channel northwind');
    expect(s.cast.sam.hears('#support').at(-1)).toContain('I pin it there if Slack lets me');
    await s.later(0);
    await s.cast.sam.waitFor('#shared-northwind', /Need our team/);
    expect(s.sandbox.workspace.conversations.get(CHANNELS.northwind)?.pins.size).toBe(0);
    expect(s.logged.join()).toMatch(/"restricted_action".*Slack does not pin a card/);
  }));

it('A pin that Slack is too busy for posts no second card', () =>
  inTestApp(async (s) => {
    s.sandbox.faults.next('pins.add', { kind: 'rate_limited', retryAfterS: 1 });
    await s.cast.sam.types('#support', '/tsa channel northwind');
    await s.later(0);
    await s.later(60_000);
    expect(
      s.cast.sam.sees('#shared-northwind').filter(({ text }) => /Need our team/.test(text)),
    ).toHaveLength(1);
  }));

it('A bookmark that the channel refuses is logged, and not held to be there', () =>
  inTestApp(async (s) => {
    await file(s);
    await s.cast.ada.presses('Approve', 'app', /TSA-1/);
    s.sandbox.faults.next('bookmarks.add', { kind: 'refuse', error: 'too_many_bookmarks' });
    await s.cast.sam.presses('Start session', 'app', /Approved by/);
    await s.later(0);
    const ledger = openForReading(s.database);
    const rows = ledger.raw
      .prepare("select state, last_error from outbox where json_extract(body, '$.kind') = 'bookmark'")
      .all();
    await ledger.close();
    expect(rows).toEqual([{ state: 'moot', last_error: 'too_many_bookmarks' }]);
    expect(s.logged.join()).toMatch(/"too_many_bookmarks".*Slack does not take it there/);
  }));
