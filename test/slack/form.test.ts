import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Modal } from '../../sandbox/driver.ts';
import { answer, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, fillIn, GOOD, requestForm, testApp } from '../support/test-app.ts';

let s: TestApp;
beforeEach(async () => {
  s = await testApp();
});
afterEach(() => s.close());

describe('the form', () => {
  let modal: Modal;
  beforeEach(async () => {
    modal = await requestForm(s, s.cast.sam);
    await fillIn(modal);
    await modal.types('Off limits', 'Payment data');
    await modal.types('Case', 'CASE-7');
  });
  const typed = (): readonly string[] =>
    ['Allowed actions', 'Off limits', 'Reason', 'Case'].map((label) => modal.value(label));
  const TYPED = ['Look at the import log and the invoices', 'Payment data', GOOD, 'CASE-7'];

  it('keeps what was typed and chosen when the scope changes, as far as it is still possible', async () => {
    await modal.chooses('Scope', 'Support');
    expect(modal.text).toContain('At most 2 h for this scope');
    expect(typed()).toEqual(TYPED);
    expect([modal.value('For how long'), modal.value('Approver')]).toEqual(['1 h', 'Ada Okafor']);
  });

  it('clears a length of time that the new scope or tenant does not allow', async () => {
    await modal.chooses('For how long', '4 h');
    await modal.chooses('Scope', 'Support');
    expect(modal.value('For how long')).toBe('');
    await modal.chooses('For how long', '2 h');
    await modal.chooses('Tenant', 'Blink');
    expect(modal.text).toContain('At most 2 min for this tenant');
    expect(modal.value('For how long')).toBe('');
    expect((await modal.options('For how long')).map((one) => one.text)).toEqual(['2 min', 'Other …']);
    expect(typed()).toEqual(TYPED);
  });

  it('asks for as many approvers as the scope needs, and names them where there is no choice', async () => {
    await modal.chooses('Scope', 'Admin');
    expect(modal.labels.filter((label) => label.startsWith('Approver'))).toEqual([
      'Approver 1 of 2',
      'Approver 2 of 2',
    ]);
    expect([modal.value('Approver 1 of 2'), modal.value('Approver 2 of 2')].sort()).toEqual([
      'Ada Okafor',
      'Ben Lindqvist',
    ]);
    await modal.chooses('Scope', 'Read-only');
    expect(modal.labels.filter((label) => label.startsWith('Approver'))).toEqual(['Approver']);
    expect(typed()).toEqual(TYPED);
  });

  it.each(['Who gets the access', 'Owner'])(
    'clears the approver who becomes “%s”, and offers them no more',
    async (label) => {
      expect(modal.value('Approver')).toBe('Ada Okafor');
      await modal.chooses(label, 'Ada');
      expect(modal.value('Approver')).not.toBe('Ada Okafor');
      expect((await modal.options('Approver')).map((one) => one.text)).toEqual(['Ben Lindqvist']);
      expect(typed()).toEqual(TYPED);
    },
  );

  it.each([
    ['tsa_in_scope', 'Scope', 'admin', 'Approver'],
    ['tsa_in_duration', 'For how long', 'other', 'For how long'],
  ])(
    'that could not be redrawn after %s changed stays, and shows its errors at fields that are there',
    async (action, label, value, at) => {
      const { humans, workspace, faults } = s.sandbox;
      const view = workspace.stackOf('U0SAM').at(-1);
      const block = view?.form.blocks.find((one) => one.type === 'input' && one.label.text === label);
      faults.next('views.update', { kind: 'server_error' });
      const option = { text: { type: 'plain_text', text: value }, value };
      await humans.fill('U0SAM', view?.id ?? '', block?.block_id ?? '', action, {
        type: 'static_select',
        selected_option: option,
      });
      expect((await s.cast.sam.modal('Nothing was changed')).text).toMatch(
        /Something went wrong on our side/,
      );
      s.cast.sam.closes();
      await modal.submits();
      expect(modal.errors).toEqual({ [at]: expect.any(String) as string });
      expect(typed()).toEqual(TYPED);
      expect((await written(s)).life).toEqual([]);
    },
  );
});

describe('an admin scope', () => {
  it('needs both approvers, each typing the tenant’s id; the requester hears of the first', async () => {
    const { sam, ada, ben } = s.cast;
    const modal = await requestForm(s, sam);
    await modal.chooses('Tenant', 'Northwind Traders · production');
    await modal.chooses('Scope', 'Admin');
    await modal.types('Allowed actions', 'Reset the billing of one user');
    await modal.types('Reason', GOOD);
    await modal.chooses('For how long', '30 min');
    await modal.submits();
    for (const [one, other] of [
      [ada, ben],
      [ben, ada],
    ] as const) {
      await one.presses('Approve', 'app', /asks for your approval/);
      const risk = await one.modal('Approve high risk');
      expect(risk.text).toMatch(/:warning:.*users and billing included/);
      for (const wrong of ['Northwind', 'NORTHWIND', 'northwind-test', ' ', '<!channel>']) {
        const [label = ''] = risk.labels;
        expect(label).toBe('Type the tenant’s id to approve: northwind');
        await risk.types(label, wrong);
        await risk.submits();
        expect(risk.errors[label]).toBe('Type the tenant’s id exactly as it is shown.');
      }
      await risk.types('Type the tenant’s id to approve: northwind', ' northwind ');
      await risk.submits();
      await sam.waitFor('app', new RegExp(`<@${one.id}> approved|Approved by <@${one.id}>`));
      if (one === ada)
        expect((await other.waitFor('app', /asks for your approval/)).buttons).toContain('Approve');
    }
    expect((await written(s)).life).toEqual([
      'TSA-1 request.filed',
      'TSA-1 approval.given',
      'TSA-1 approval.given',
      'TSA-1 grant.issued',
    ]);
  });
});

describe('Deny', () => {
  it('asks why; nothing, or only spaces, is not enough; and the requester reads it whole', async () => {
    const { sam, ada } = s.cast;
    await file(s);
    await ada.presses('Deny', 'app');
    const why = await ada.modal('Deny request');
    const [label = ''] = why.labels;
    await why.submits();
    expect(why.errors[label]).toMatch(/required/);
    await why.types(label, '   \n ');
    await why.submits();
    expect(why.errors[label]).toBe('Say why: the people whom it concerns read this.');
    const reason = `Please use the staging tenant. ${'Really. '.repeat(371)}`.trim();
    expect(reason.length).toBeGreaterThan(2_990);
    await why.types(label, reason);
    await why.submits();
    expect(ada.hasModal).toBe(false);
    const told = await sam.waitFor('app', /<@U0ADA> denied access/, (message) => message.inThread);
    expect(told.text.replaceAll(/\n?> /g, '')).toContain(reason.slice(0, 2_000));
    expect(told.text.replaceAll(/[>\s]/g, '')).toContain(reason.replaceAll(/\s/g, ''));
  });

  it('by somebody who may not is refused when it is sent, and the request still waits', async () => {
    const { ada, noor } = s.cast;
    await file(s);
    const card = await ada.waitFor('app', /asks for your approval/);
    await noor.pressesOld('Deny', card);
    const why = await noor.modal('Deny request');
    await why.types('Why not? The requester reads this', 'I do not like it.');
    await why.submits();
    expect((await noor.modal()).text).toMatch(/Nothing was changed: only the named approver \(<@U0ADA>\)/);
    expect((await written(s)).life).toEqual(['TSA-1 request.filed']);
    expect(await answer(s, noor, () => noor.pressesOld('Approve', card))).toMatch(/only the named approver/);
  });
});
