import { afterEach, describe, expect, it } from 'vitest';
import type { Player } from '../../sandbox/driver.ts';
import type { Policy } from '../../src/access/policy.ts';
import { written } from '../support/slack-acts.ts';
import type { Mode, TestApp } from '../support/test-app.ts';
import { fillIn, requestForm, testApp } from '../support/test-app.ts';

/** Every turn that a request can take, in one long story of several requests, done by what people see. */

const MINUTE = 60_000;
const ALERTS = '#support-access-alerts';

let s: TestApp;
afterEach(() => s.close());

/** Two people to an emergency, the customers are told but not asked, and nothing is in the way of the next request. */
const roomy = (policy: Policy): Policy => ({
  ...policy,
  tenants: new Map([...policy.tenants].map(([id, tenant]) => [id, { ...tenant, consent: 'notify' }])),
  limits: { ...policy.limits, coolDownMs: 0, closeoutOverdueMs: null, extensions: 2 },
  emergency: { ...policy.emergency, twoPeople: true },
});

/** What a form is filled in with, by label; a leading `=` chooses from a list. */
type Words = Readonly<Record<string, string>>;

/** Presses a button on the last message about that request that has it. */
async function press(who: Player, button: string, no: number, where = 'app'): Promise<void> {
  await who.presses(button, where, new RegExp(`TSA-${no}\\b`));
}

/** Presses it, fills in the form that opens, and sends it. */
async function fill(who: Player, button: string, no: number, title: string, words: Words): Promise<void> {
  await press(who, button, no);
  await send(who, title, words);
}

async function send(who: Player, title: string, words: Words): Promise<void> {
  const modal = await who.modal(title);
  for (const [label, text] of Object.entries(words))
    await (text.startsWith('=') ? modal.chooses(label, text.slice(1)) : modal.types(label, text));
  await modal.submits();
  expect(modal.errors).toEqual({});
}

/** Sam files, for Ada to decide, and she is asked. */
async function files(no: number, change: Parameters<typeof fillIn>[1] = {}, notBefore = ''): Promise<void> {
  const { sam, ada } = s.cast;
  const modal = await requestForm(s, sam);
  await fillIn(modal, change);
  if (notBefore !== '') await modal.chooses('Not before', notBefore);
  await modal.submits();
  expect((await sam.modal()).text).toContain(`TSA-${no} is filed`);
  sam.closes();
  await ada.waitFor('app', new RegExp(`TSA-${no}\\b`), (one) => one.buttons.includes('Approve'));
}

async function starts(no: number, change: Parameters<typeof fillIn>[1] = {}): Promise<void> {
  const { sam, ada } = s.cast;
  await files(no, change);
  await press(ada, 'Approve', no);
  await press(sam, 'Start session', no);
  await sam.waitFor(ALERTS, new RegExp(`TSA-${no}\\b.*is in `));
}

const DONE = {
  'Can the customer do what failed before?': '=Yes',
  'Who confirmed that?': 'Erika Muster, of their accounting',
  'What was checked?': 'The invoices of March, each once.',
  'What was changed?': 'Removed the duplicates of March.',
};

/** Approved as less, extended, not extended again, warned, expired, closed out twice, accepted. */
async function aWholeLife(no: number): Promise<void> {
  const { sam, ada } = s.cast;
  await files(no, { scope: 'Support' });
  await fill(ada, 'Ask a question', no, 'Ask a question', { 'What do you need to know?': 'Which invoices?' });
  await sam.waitFor('app', /Which invoices/);
  await fill(sam, 'Answer', no, 'Answer', { 'Your answer': 'Those of March 3 and 4.' });
  await ada.waitFor('app', /Those of March 3 and 4/);
  await fill(ada, 'Approve less', no, 'Approve less', { Scope: '=Read-only', 'For how long': '30m' });
  await sam.waitFor('app', /Approved by <@U0ADA>.*30 min/);
  await press(sam, 'Start session', no);
  await sam.waitFor(ALERTS, /TSA-1\b.*is in Northwind/);
  const more = { 'How much more': '30m', 'Why is it not enough?': 'April has the same duplicates as March.' };
  await fill(sam, 'Ask for more time', no, 'Ask for more time', more);
  await press(ada, 'Give the time', no);
  await sam.waitFor(ALERTS, /gave more time/);
  await s.later(59 * MINUTE + 35_000);
  const warning = await sam.waitFor('app', /your session in Northwind.* ends .* by itself/);
  expect(warning.buttons).toEqual(expect.arrayContaining(['End now', 'Ask for more time']));
  await fill(sam, 'Ask for more time', no, 'Ask for more time', more);
  await fill(ada, 'No more time', no, 'No more time', { 'Why not? The grantee reads this': 'Enough today.' });
  await sam.waitFor('app', /gave no more time.*\n> Enough today/);
  await s.later(MINUTE);
  await sam.waitFor(ALERTS, /expired by itself/);
  await s.later(4 * 60 * MINUTE);
  await sam.waitFor('app', /over but not closed out yet/);
  await fill(sam, 'Close out', no, 'Close out', DONE);
  await ada.waitFor('app', /closed it out/);
  const why = { 'What is missing or wrong?': 'Did you tell the customer?' };
  await fill(ada, 'Contest', no, 'Contest the closeout', why);
  await sam.waitFor('app', /contests the closeout/);
  await fill(sam, 'Close out', no, 'Close out', { ...DONE, Notes: 'They know.' });
  await ada.waitFor('app', /They know/);
  await press(ada, 'Accept closeout', no);
  await sam.waitFor('app', /TSA-1\b.*accepted the closeout/);
}

/** Asked of somebody else, who denies; taken back; lapsed undecided; planned, opened, and lapsed unused. */
async function whatNeverStarts(no: number): Promise<void> {
  const { sam, ada, ben } = s.cast;
  await files(no, { tenant: 'Contoso' });
  await s.later(16 * MINUTE);
  await ada.waitFor('app', /still waits for your decision/);
  await fill(sam, 'Ask somebody else', no, 'Ask somebody else', { 'Who decides instead': '=Ben' });
  await ada.waitFor('app', /decides now, in place of/);
  await fill(ben, 'Deny', no, 'Deny request', { 'Why not? The requester reads this': 'Use staging.' });
  await sam.waitFor('app', /<@U0BEN> denied access.*\n> Use staging/);

  await files(no + 1, { tenant: 'staging' });
  await press(sam, 'Cancel request', no + 1);
  await ada.waitFor('app', /<@U0SAM> cancelled it/);

  await files(no + 2, { tenant: 'staging' });
  await s.later(s.policy.limits.lapseAfterMs);
  await sam.waitFor('app', /lapsed: nobody decided in time/);

  const inAnHour = Math.floor(s.clock.now() / 1_000) + 3_600;
  await files(no + 3, { tenant: 'staging' }, String(inAnHour));
  await press(ada, 'Approve', no + 3);
  await sam.waitFor('app', new RegExp(`TSA-${no + 3}\\b.*Approved by`));
  await s.later(60 * MINUTE);
  const open = await sam.waitFor('app', /the planned time has come/);
  expect(open.buttons).toContain('Start session');
  await s.later(s.policy.limits.startWindowMs);
  await sam.waitFor('app', /lapsed: the access was not started in time/);
}

/** Handed over and ended; revoked; reported by somebody without a say, and by somebody with. */
async function whatIsStopped(no: number): Promise<void> {
  const { sam, noor, ada, mia } = s.cast;
  await starts(no);
  await fill(sam, 'Hand over', no, 'Hand over', { 'Who sees it through from now on?': '=Noor' });
  await noor.waitFor('app', /asks <@U0NOOR> to take over/);
  await press(noor, 'Take over', no);
  await sam.waitFor('app', /<@U0NOOR> is the owner now/);
  await press(sam, 'End now', no);
  await noor.waitFor('app', /<@U0SAM> left Northwind/);
  await fill(noor, 'Close out', no, 'Close out', DONE);
  await ada.waitFor('app', /<@U0NOOR> closed it out/);

  await starts(no + 1, { tenant: 'Contoso' });
  await fill(ada, 'Revoke', no + 1, 'Stop the access', { 'Why?': 'They called and want us out.' });
  await sam.waitFor('app', /<@U0ADA> revoked.*\n> They called/);

  await starts(no + 2);
  await press(noor, 'I didn’t expect this', no + 2, ALERTS);
  await ada.waitFor('app', /<@U0NOOR> did not expect this session/);
  await press(mia, 'I didn’t expect this', no + 2, ALERTS);
  await sam.waitFor('app', /<@U0MIA> revoked the session/);
}

/** Confirmed by a second person, expired and judged; and one that nobody confirmed. */
async function emergencies(no: number): Promise<void> {
  const { sam, noor, ada } = s.cast;
  const declares = async (): Promise<void> => {
    await sam.types('#support', '/tsa emergency contoso');
    await send(sam, 'Emergency access', {
      Scope: '=Support',
      'Allowed actions': 'Stop the runaway import job',
      'What is the emergency?': 'The import job deletes live orders every minute; stop it.',
      'Who reviews it afterwards': '=Ada',
    });
    sam.closes();
  };
  await declares();
  await press(noor, 'Confirm the emergency', no, ALERTS);
  await noor.waitFor(ALERTS, new RegExp(`TSA-${no}\\b.*<@U0SAM> is in Contoso`));
  await s.later(31 * MINUTE);
  await noor.waitFor(ALERTS, new RegExp(`TSA-${no}\\b.*expired by itself`));
  await s.later(s.policy.emergency.reviewWithinMs / 2);
  await ada.waitFor('app', /still owes its review/);
  await fill(ada, 'Justified', no, 'Justified', { 'Your note, for the record': 'Right to go in.' });
  await sam.waitFor('app', /judged the emergency justified/);

  await declares();
  await noor.waitFor(ALERTS, new RegExp(`TSA-${no + 1}\\b`));
  await s.later(s.policy.emergency.confirmWithinMs);
  await sam.waitFor('app', /lapsed: no second person confirmed in time/);
}

const STORY = [
  '1 request.filed, question.asked, question.answered, approval.given, grant.issued, session.started, extension.asked, extension.agreed, extension.approved, session.warned, extension.asked, extension.denied, session.ended, closeout.reminded, closeout.filed, closeout.contested, closeout.filed, closeout.accepted',
  '2 request.filed, approver.reminded, approver.replaced, request.denied',
  '3 request.filed, request.cancelled',
  '4 request.filed, request.lapsed',
  '5 request.filed, approval.given, grant.issued, start.opened, request.lapsed',
  '6 request.filed, approval.given, grant.issued, session.started, owner.offered, owner.changed, session.ended, closeout.filed',
  '7 request.filed, approval.given, grant.issued, session.started, session.ended',
  '8 request.filed, approval.given, grant.issued, session.started, session.reported, session.reported, session.ended',
  '9 emergency.declared, emergency.confirmed, session.started, session.ended, emergency.reviewed',
  '10 emergency.declared, request.lapsed',
];

describe.each<Mode>(['socket', 'http'])('over %s', (mode) => {
  it('every turn of a request’s life is taken by what people see, and the ledger tells just that', async () => {
    s = await testApp(mode, roomy);
    await aWholeLife(1);
    await whatNeverStarts(2);
    await whatIsStopped(6);
    await emergencies(9);
    const { life, refused } = await written(s);
    expect(refused).toEqual([]);
    const reminders = / (?:closeout|review)\.reminded$/;
    for (const line of STORY) {
      const [no = '', ...types] = line.split(/,? /);
      const told = life.filter((one) => one.startsWith(`TSA-${no} `)).map((one) => one.split(' ')[1]);
      // How often time reminds of closeouts and reviews meanwhile is told elsewhere.
      expect(no === '1' ? told : told.filter((type) => !reminders.test(` ${type ?? ''}`)), line).toEqual(
        types,
      );
    }
    expect(s.logged.filter((one) => one.includes('"level":"error"'))).toEqual([]);
  });
});
