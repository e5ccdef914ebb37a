import { afterEach, expect, it } from 'vitest';
import { hears, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, GOOD, testApp } from '../support/test-app.ts';

let s: TestApp;
afterEach(() => s.close());

it('A request is changed in place: whoever decides sees what changed, and a press on what stood there before gives nothing', async () => {
  s = await testApp();
  const { sam, ada } = s.cast;
  await file(s);
  sam.closes();
  const old = await ada.waitFor('app', /asks for your approval/);
  await sam.presses('Edit', 'app', /TSA-1/);
  const form = await sam.modal('Edit request');
  expect(form.value('Reason')).toBe(GOOD);
  expect(form.value('For how long')).toBe('1 h');
  await form.submits();
  expect(form.errors['Reason']).toMatch(/Nothing is different yet/);
  await form.types('For how long', '2h');
  await form.types('Off limits', 'Payment data');
  await form.submits();
  const told = await ada.waitFor('app', /changed what is asked for/);
  expect(told.text).toMatch(/<@U0SAM> changed what is asked for; whoever said yes is asked again\./);
  expect(told.text).toMatch(/• For: 1 h → 2 h\n• Off limits: nothing named → “Payment data”$/m);
  await ada.pressesOld('Approve', old);
  await hears(s, ada, /TSA-1 asks for something else since you read it/);
  await ada.pressesOld('Approve less', old);
  expect((await written(s)).life).toEqual(['TSA-1 request.filed', 'TSA-1 request.edited']);
  await ada.presses('Approve', 'app', /asks for your approval[^]*For\*? 2 h|For.* 2 h/);
  await sam.waitFor('app', /can start the session in .*2 h/);
});

it('A form that stood open while the request was changed gives nothing', async () => {
  s = await testApp();
  const { sam, ada } = s.cast;
  const form = await (async () => {
    await file(s);
    sam.closes();
    await ada.waitFor('app', /asks for your approval/);
    await ada.presses('Approve less', 'app', /TSA-1/);
    return ada.modal('Approve less');
  })();
  await sam.presses('Edit', 'app', /TSA-1/);
  const edit = await sam.modal('Edit request');
  await edit.types('Allowed actions', 'Look at the import log only');
  await edit.submits();
  await ada.waitFor('app', /changed what is asked for/);
  await form.types('For how long', '30m');
  await form.submits();
  expect((await ada.modal()).text).toMatch(/TSA-1 asks for something else since you read it/);
  expect((await written(s)).life).toEqual(['TSA-1 request.filed', 'TSA-1 request.edited']);
});
