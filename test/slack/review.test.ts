import { afterEach, expect, it } from 'vitest';
import { everything, hears } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, requestForm, fillIn, testApp } from '../support/test-app.ts';

let s: TestApp;
afterEach(() => s.close());

it('The review says in words who tried what they had no right to, and nothing of what was mistyped', async () => {
  s = await testApp();
  const { sam, otto, mia } = s.cast;
  const form = await requestForm(s, sam);
  await fillIn(form, { reason: 'need access' });
  await form.submits();
  expect(form.errors['Reason']).toBeDefined();
  sam.closes();
  await file(s);
  const card = await s.cast.ada.waitFor('app', /asks for your approval/);
  await otto.pressesOld('Approve', card);
  await hears(s, otto, /only the named approver/);
  await sam.pressesOld('Approve', card);
  await hears(s, sam, /nobody decides about access that they asked for/);
  await mia.types('#support', '/tsa review');
  const { text } = await mia.waitFor('#support', /Tried without the right to/);
  const [, told = ''] = /Tried without the right to\*\n((?:• .*\n?)+)/.exec(text) ?? [];
  expect(told.trim().split('\n').sort()).toEqual([
    '• 1× <@U0OTTO> tried to approve, which was not theirs to do · TSA-1',
    '• 1× <@U0SAM> tried to approve, about their own access · TSA-1',
  ]);
});

it('Every request in the review can be looked at from there, also where it never started', async () => {
  s = await testApp();
  const { sam, ada, mia } = s.cast;
  await file(s);
  await ada.presses('Approve', 'app', /TSA-1/);
  await sam.presses('Start session', 'app', /TSA-1/);
  await sam.waitFor('#support-access-alerts', /TSA-1/);
  sam.closes();
  await file(s, { tenant: 'Contoso' });
  await mia.types('#support', '/tsa review');
  const { text, place } = await mia.waitFor('#support', /Ledger head/);
  expect(text).toMatch(/\*Filed\* 2 · <http[^|]*\|TSA-1>, TSA-2/);
  const message = everything(s).find(({ channel, ts }) => channel === place.channel && ts === place.ts);
  const option = { text: { type: 'plain_text', text: 'TSA-2', emoji: true }, value: '2' };
  const select = message?.blocks.find((block) => JSON.stringify(block).includes('"tsa_show"'));
  expect(select).toMatchObject({ elements: [{ type: 'static_select', options: [option] }] });
  await s.sandbox.humans.pressStale(mia.id, place, {
    type: 'static_select',
    block_id: 'b',
    action_id: 'tsa_show',
    selected_option: option,
  });
  await mia.waitFor('#support', /TSA-2\* · waits for .*Contoso/);
});
