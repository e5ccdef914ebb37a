import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Modal, Player } from '../../sandbox/driver.ts';
import type { Policy, Tenant } from '../../src/access/policy.ts';
import { answer, everything, mrkdwnIn, written } from '../support/slack-acts.ts';
import { refusals } from '../support/refusals.ts';
import type { TestApp } from '../support/test-app.ts';
import { GOOD, PEOPLE, requestForm, testApp } from '../support/test-app.ts';

/** Every form, card and notice with as much in it as there can be: what Slack would refuse, the sandbox refuses. */

/** As long as the policy lets names be. */
const large = (policy: Policy): Policy => ({
  ...policy,
  scopes: policy.scopes.map((scope) => ({
    ...scope,
    name: `${scope.name} & <ש> `.padEnd(60, 'x'),
    allows: '& <all> of it '.padEnd(75, 'x'),
  })),
  tenants: new Map(
    [...policy.tenants].map(([id, tenant]): [string, Tenant] => [
      id,
      {
        ...tenant,
        name: `${tenant.name} & <ש> `.padEnd(120, 'x'),
        environment: `${tenant.environment} & <b> `.padEnd(40, 'y'),
        region: `${tenant.region} & `.padEnd(40, 'z'),
      },
    ]),
  ),
});

const ROLES = 20;
const FILLINGS = [
  ['of plain words', 'and again '],
  ['that grow when they are escaped', '&<>&'],
  ['from right to left, on many lines', 'שלום\nעולם '],
] as const;

/** Every text without markup that is in there, however deep. */
function plainIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const found = z.object({ type: z.literal('plain_text'), text: z.string() }).safeParse(value);
  return found.success ? [found.data.text] : Object.values(value).flatMap(plainIn);
}

describe.each(FILLINGS)('texts %s, as long as they can be,', (_, filling) => {
  let s: TestApp;
  let refused: () => readonly string[];
  let plain: Set<string>;

  const long = (length: number): string => `${GOOD} ${filling.repeat(length)}`.slice(0, length - 1) + '.';
  const line = long(500).replaceAll('\n', ' ');
  const TEXT = long(3_000);
  /** As many lines as there can be, as long as they can be together. */
  const lines = Array.from({ length: 10 }, (__, i) => `${i} ${line.slice(60, 107)}`).join('\n');
  const LISTS = ['Allowed actions', 'Off limits', 'What else is off limits'];
  const textFor = (label: string): string => {
    if (label === 'Who confirmed that?') return line;
    return LISTS.includes(label) ? lines : TEXT;
  };
  const roles = Array.from({ length: ROLES }, (__, i) => `${i} ${long(143)}`.replaceAll('\n', ' '));

  const clear = (who: Player): void => {
    s.sandbox.workspace.stackOf(who.id).length = 0;
  };
  const keep = (modal: Modal): Modal => {
    for (const view of s.sandbox.workspace.stacks.values())
      for (const text of plainIn(view.map((one) => one.form))) plain.add(text);
    return modal;
  };
  /** Presses the button, fills in what opens with this text everywhere, and sends it. */
  async function says(
    who: Player,
    button: string,
    on: RegExp,
    chosen: Readonly<Record<string, string>> = {},
    leave: readonly string[] = [],
  ): Promise<void> {
    clear(who);
    await who.presses(button, 'app', on);
    const modal = keep(await who.modal());
    const asked = new Set<string>();
    const unasked = (): string | undefined => modal.labels.find((one) => !asked.has(one));
    // Some answers draw the form again, with more to ask.
    for (let label = unasked(); label !== undefined; label = unasked()) {
      asked.add(label);
      const choice = chosen[label] ?? (label.startsWith('Is it gone') ? chosen['roles'] : undefined);
      if (choice !== undefined && /^\d+m$|^northwind$/.test(choice)) await modal.types(label, choice);
      else if (choice !== undefined) await modal.chooses(label, choice);
      else if (!leave.includes(label)) await modal.types(label, textFor(label));
    }
    await modal.submits();
    expect(modal.errors).toEqual({});
  }
  async function files(tenant: string, scope: string): Promise<void> {
    const modal = await requestForm(s, s.cast.sam);
    await modal.chooses('Tenant', tenant);
    await modal.chooses('Scope', scope);
    for (const label of ['Allowed actions', 'Off limits']) await modal.types(label, lines);
    await modal.types('Case', line);
    await modal.types('Reason', TEXT);
    await modal.types('Extra roles or groups', roles.join('\n'));
    await modal.chooses('For how long', '1 h');
    if (scope !== 'Admin') await modal.chooses('Approver', 'Ada');
    await modal.submits();
    expect(keep(modal).text).toContain('is filed');
  }
  const looks = async (...words: readonly string[]): Promise<void> => {
    for (const one of words) await answer(s, s.cast.sam, () => s.cast.sam.types('#support', `/tsa ${one}`));
    for (const who of [s.cast.sam, s.cast.ada, s.cast.otto]) await who.opensHome();
  };
  const TURNED_UP = 'Roles or groups that turned up since';
  const CLOSED = { 'Can the customer do what failed before?': 'Yes', 'Who made sure?': 'Noor' };
  const OPEN = {
    'Can the customer do what failed before?': 'Not yet',
    'Who does it?': 'Noor',
    'Who made sure?': 'Noor',
  };

  beforeAll(async () => {
    s = await testApp('socket', large);
    for (const { id } of Object.values(PEOPLE)) {
      const person = s.sandbox.workspace.people.get(id);
      if (person !== undefined) person.name = `${person.name} & <ש> `.padEnd(60, 'x');
    }
    plain = new Set();
    refused = refusals(s);
    const { sam, ada, ben } = s.cast;
    await files('Northwind Traders & <ש> xx', 'Support');
    for (let i = 0; i < 4; i += 1) {
      await says(ada, 'Ask a question', /TSA-1/);
      await says(sam, 'Answer', /TSA-1.*asks:/);
      await ada.waitFor('app', /TSA-1.*answers/);
    }
    await looks('show TSA-1', 'mine');
    await s.later(16 * 60_000);
    await says(sam, 'Ask somebody else', /TSA-1/, { 'Who decides instead': 'Ben' }, ['In place of']);
    await says(ben, 'Deny', /TSA-1.*asks for your approval/);

    await files('Contoso', 'Support');
    const less = { 'For how long': '20m', Scope: 'Read-only' };
    await says(ada, 'Approve less', /TSA-2/, less, ['What stays allowed']);
    await sam.presses('Start session', 'app', /TSA-2.*Approved by/);
    await sam.waitFor('#support-access-alerts', /TSA-2/);
    await says(sam, 'Ask for more time', /TSA-2/, { 'How much more': '30m' });
    await says(ada, 'No more time', /TSA-2.*asks for/);
    await says(sam, 'Hand over', /TSA-2/, { 'Who sees it through from now on?': 'Noor' });
    await looks('active', 'show TSA-2', 'review');
    await says(ada, 'Revoke', /TSA-2/);
    await says(sam, 'Close out', /TSA-2/, { ...CLOSED, roles: 'Not yet' }, [TURNED_UP]);
    await sam.waitFor('#support-access-alerts', /Still there/);
    const until = String(Math.floor(s.clock.now() / 1_000) + 7_200);
    await says(sam, 'Close out', /TSA-2/, { ...OPEN, 'Until when?': until, roles: 'Yes, gone' }, [TURNED_UP]);
    await looks('show TSA-2');
    await says(sam, 'Close out', /TSA-2/, { ...CLOSED, roles: 'Yes, gone' }, [TURNED_UP]);
    await says(ada, 'Contest', /TSA-2/);
    await says(sam, 'Close out', /TSA-2.*contests/, { ...CLOSED, roles: 'Yes, gone' }, [TURNED_UP]);
    await ada.presses('Accept closeout', 'app', /TSA-2/);

    clear(sam);
    await sam.types('#support', '/tsa emergency contoso');
    const emergency = keep(await sam.modal('Emergency access'));
    await emergency.chooses('Scope', 'Admin');
    for (const label of ['Allowed actions', 'Off limits', 'Case']) await emergency.types(label, line);
    await emergency.types('What is the emergency?', TEXT);
    await emergency.chooses('Who reviews it afterwards', 'Ada');
    await emergency.submits();
    await sam.waitFor('#support-access-alerts', /EMERGENCY ACCESS/);
    await sam.presses('End now', 'app', /TSA-3/);
    await says(ada, 'Not justified', /TSA-3/);

    await files('Contoso', 'Admin');
    clear(ada);
    await ada.presses('Approve', 'app', /TSA-4/);
    keep(await ada.modal('Approve high risk'));
    await sam.presses('Cancel request', 'app', /TSA-4/);
    clear(sam);
    await sam.presses('File again', 'app', /TSA-4/);
    keep(await sam.modal('Request access'));
    await ada.types('#support', long(3_900));
    const message = await sam.waitFor('#support', /remove the duplicates/);
    clear(sam);
    await sam.messageShortcut('request_access_for_message', message);
    expect(keep(await sam.modal('Request access')).value('Reason').length).toBeGreaterThan(2_900);
    clear(ada);
    await (await ada.opensHome()).presses('I’m away …');
    keep(await ada.modal('Away'));
    await looks('show TSA-1', 'show TSA-2', 'show TSA-3', 'show TSA-4', 'history contoso', 'mine', 'review');
    await s.later(8 * 24 * 3_600_000);
    await sam.waitFor('#access-review', /Access review/);
  }, 120_000);
  afterAll(() => s.close());

  it('go through every form, and nothing of it is refused', async () => {
    expect(refused()).toEqual([]);
    expect(s.logged.filter((one) => /refused the blocks|"level":"error"/.test(one))).toEqual([]);
    const { life } = await written(s);
    for (const fact of ['question.answered', 'approver.replaced', 'request.denied'])
      expect(life).toContain(`TSA-1 ${fact}`);
    for (const fact of ['extension.denied', 'owner.offered', 'closeout.contested', 'closeout.accepted'])
      expect(life).toContain(`TSA-2 ${fact}`);
    expect(life).toContain('TSA-3 emergency.reviewed');
  });

  it('leave what matters in sight: each has a first line, and a text beside its blocks', () => {
    for (const message of everything(s).filter(({ user }) => user === s.sandbox.workspace.bot.id)) {
      expect(message.text.trim()).not.toBe('');
      expect(message.text.length).toBeLessThanOrEqual(4_000);
    }
    const first = s.cast.ada.sees('app').filter((message) => !message.inThread);
    for (const no of [1, 2, 3, 4])
      expect(first.some(({ text }) => text.includes(`*TSA-${no}* ·`) && text.includes('*Reason*'))).toBe(
        true,
      );
    for (const { text } of everything(s).flatMap((message) => mrkdwnIn(message.blocks)))
      expect(text.length).toBeLessThanOrEqual(3_000);
  });

  it('are not escaped where Slack reads no markup', () => {
    expect(plain.size).toBeGreaterThan(50);
    expect([...plain].filter((text) => /&(?:amp|lt|gt);/.test(text))).toEqual([]);
  });
});
