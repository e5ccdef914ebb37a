import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { People } from '../../src/access/people.ts';
import { certain } from '../../src/access/people.ts';
import type { Policy, Tenant } from '../../src/access/policy.ts';
import { answer, everything, mrkdwnIn } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { fillIn, GOOD, requestForm, testApp } from '../support/test-app.ts';

/** Much of everything still finds room: what does not fit Slack's limits would be refused here as it is there. */

let s: TestApp;

const SESSIONS = 100;
/** Sixty characters each, every second one from right to left, with marks in them. */
const nameOf = (i: number): string =>
  (i % 2 === 0 ? 'שלום & <ברוכים> ' : 'Quite a Long & <Old> Name ').repeat(6).slice(0, 57).padEnd(57, '.') +
  String(i).padStart(3, '0');
const crowded = (policy: Policy): Policy => {
  const first = policy.tenants.get('northwind');
  if (first === undefined) throw new Error('no tenant');
  const tenants = Array.from({ length: SESSIONS }, (_, i): [string, Tenant] => {
    const id = `tenant-${i}-${'x'.repeat(40)}`.slice(0, 60);
    return [id, { ...first, id, name: nameOf(i), environment: 'production', channel: null }];
  });
  return { ...policy, tenants: new Map(tenants), limits: { ...policy.limits, openRequests: 1_000 } };
};

describe('a hundred sessions', () => {
  beforeAll(async () => {
    s = await testApp('socket', crowded);
    const members = new Set(['U0ADA', 'U0BEN']);
    const people: People = { standing: () => 'member', members: () => members, absence: () => undefined };
    for (const [id] of s.policy.tenants) await s.session(certain(s.policy, people), id);
    await s.later(0);
  });
  afterAll(() => s.close());

  /** What Slack had to refuse since then. */
  const refusedSince = (from: number): readonly string[] =>
    s.sandbox.workspace.traffic
      .slice(from)
      .map((one) => one.what)
      .filter((what) => /invalid|too_long|failed|error/.test(what));

  it.each(['active', 'mine', 'review', `history tenant-7-${'x'.repeat(40)} 7d`, 'show TSA-100'])(
    'leave room for /tsa %s in one message that Slack takes',
    async (words) => {
      const from = s.sandbox.workspace.traffic.length;
      const said = await answer(s, s.cast.sam, () => s.cast.sam.types('#support', `/tsa ${words}`));
      expect(said).not.toMatch(/failed with the error|Something went wrong/);
      expect(said.length).toBeGreaterThan(100);
      expect(refusedSince(from)).toEqual([]);
    },
  );

  it('are counted in /tsa active, the next to end first, and the rest is counted', async () => {
    await s.cast.sam.types('#support', '/tsa active');
    const { text } = await s.cast.sam.waitFor('#support', /sessions right now/);
    expect(text).toMatch(/^100 sessions right now\n\*TSA-1\* /);
    expect(text.match(/\*TSA-\d+\*/g)).toHaveLength(40);
    expect(text).toContain('… and 60 more, which end later');
    expect(text).toContain('שלום &amp; &lt;ברוכים&gt;');
  });

  it('are all found by the typeahead, a hundred at a time, each with its environment', async () => {
    const modal = await requestForm(s, s.cast.sam);
    const options = await modal.options('Tenant');
    expect(options).toHaveLength(100);
    expect(options.every((one) => one.text.length <= 75 && one.text.isWellFormed())).toBe(true);
    expect(options.filter((one) => !one.text.endsWith('… · production · eu-west'))).toEqual([]);
    expect(options.every((one) => one.description === one.value)).toBe(true);
    s.sandbox.workspace.stackOf('U0SAM').length = 0;
    await s.cast.sam.types('#support', '/tsa emergency');
    expect(await (await s.cast.sam.modal('Emergency access')).options('Tenant')).toEqual(options);
  });

  it('fit the Home of whoever looks', async () => {
    const home = await s.cast.sam.opensHome();
    expect(home.size).toBeLessThanOrEqual(100);
    expect(home.text).toContain('In a tenant right now (100)');
  });

  it('all have a text beside their blocks', () => {
    expect(everything(s).length).toBeGreaterThan(2 * SESSIONS);
    expect(everything(s).filter((message) => message.text.trim() === '')).toEqual([]);
  });
});

describe('texts as long as they can be', () => {
  afterEach(() => s.close());

  const long = (start: string, filling: string, length: number): string =>
    `${start} ${filling.repeat(length)}`.slice(0, length);

  it.each([
    ['of plain words', 'and again '],
    ['that must be escaped', '&<>&'],
    ['from right to left', 'שלום עולם '],
    ['of many lines', 'a\nb\n'],
    ['of pictures', '👩🏽‍🚀'],
  ])(
    '%s are shown to whoever decides, as much as one message holds, and whole in the record',
    async (_, filling) => {
      s = await testApp();
      const { sam, ada } = s.cast;
      const modal = await requestForm(s, sam);
      await fillIn(modal);
      const whole = (length: number): string =>
        long(GOOD, filling, length)
          .toWellFormed()
          // A picture that is cut ends in half of itself, or in what would join the next part to it.
          .replace(/[\ufffd\u200d]+$/u, (cut) => '.'.repeat(cut.length));
      const line = whole(500).replaceAll('\n', ' ');
      await modal.types('Allowed actions', line);
      await modal.types('Off limits', line);
      await modal.types('Case', line);
      await modal.types('Reason', whole(3_000));
      await modal.submits();
      expect(modal.text).toContain('TSA-1 is filed');
      await ada.presses('Deny', 'app', /asks for your approval/);
      const why = await ada.modal('Deny request');
      await why.types('Why not? The requester reads this', whole(3_000));
      await why.submits();
      const told = await sam.waitFor('app', /denied access/, (message) => message.inThread);
      await sam.types('#support', '/tsa show TSA-1');
      const record = sam.sees('#support').at(-1)?.text ?? '';
      const card = ada.sees('app').find((message) => !message.inThread)?.text ?? '';
      const plain = (text: string): string =>
        text
          .replaceAll(/^> /gm, '')
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&amp;', '&')
          .replaceAll(/\s/g, '');
      // What grows to more than one message holds is cut there, and says where all of it is.
      const posted = [card, told.text].map((text) => ({ text, cut: text.includes('`/tsa show TSA-1`') }));
      expect(posted.map(({ cut }) => cut)).toEqual(filling === '&<>&' ? [true, true] : [false, false]);
      for (const { text, cut } of posted) expect(plain(text)).toContain(plain(whole(cut ? 200 : 3_000)));
      expect(plain(record).split(plain(whole(3_000))).length).toBeGreaterThan(2);
      for (const text of [record, ...(posted[0]?.cut === false ? [card] : [])])
        expect(plain(text).split(plain(line)).length).toBeGreaterThan(3);
      for (const { text } of everything(s).flatMap((message) => mrkdwnIn(message.blocks)))
        expect(text.length).toBeLessThanOrEqual(3_000);
      expect(s.logged.filter((one) => one.includes('refused the blocks'))).toEqual([]);
    },
  );
});
