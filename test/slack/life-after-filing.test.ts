import { afterEach, describe, expect, it } from 'vitest';
import type { Modal } from '../../sandbox/driver.ts';
import { until } from '../../sandbox/driver.ts';
import { answer } from '../support/slack-acts.ts';
import { file, GOOD, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

let s: TestApp;
afterEach(async () => {
  await s.close();
});

/** A session of Sam's in Northwind, approved by Ada. */
async function running(): Promise<void> {
  s = await testApp();
  await file(s);
  await s.cast.ada.presses('Approve', 'app', /TSA-1/);
  await s.cast.sam.presses('Start session', 'app', /Approved by/);
  await s.cast.sam.waitFor('#support-access-alerts', /is in Northwind/);
}

describe('deciding', () => {
  it('an approver can approve less, and the requester sees what is left', async () => {
    s = await testApp();
    await file(s, { scope: 'Support' });
    await s.cast.ada.presses('Approve less', 'app', /TSA-1/);
    const modal = await s.cast.ada.modal('Approve less');
    await modal.types('For how long', '3h');
    await modal.submits();
    expect(modal.errors['For how long']).toMatch(/At most 1 h, as asked for/);
    await modal.types('For how long', '20m');
    await modal.chooses('Scope', 'Read-only');
    await modal.submits();
    const told = await s.cast.sam.waitFor('app', /Approved by <@U0ADA>.*20 min/);
    expect(told.buttons).toContain('Start session');
    expect(told.text).toContain('*Less than was asked for:* Read-only; allowed: ');
    expect((await s.cast.sam.waitFor('app', /approved, not started yet/)).text).toMatch(/Scope\* Read-only/);
  });

  it('an approver can leave lines out, and name more that is off limits, but write nothing in their place', async () => {
    s = await testApp();
    const look =
      'Look at the import log of March and April, and at those of all invoices that it names by number';
    await file(s, {
      scope: 'Support',
      allowed: `${look}\nRepair single invoices\nRestart the importer`,
      offLimits: 'Users',
    });
    const asked = await s.cast.ada.waitFor('app', /asks for your approval/);
    expect(asked.text).toContain(`*Allowed* \n• ${look}\n• Repair single invoices\n• Restart the importer`);
    await s.cast.ada.presses('Approve less', 'app', /TSA-1/);
    const modal = await s.cast.ada.modal('Approve less');
    // What has no room in a box stands above it.
    expect(modal.text).toContain(`• ${look}`);
    expect(modal.labels).toEqual(['Scope', 'For how long', 'What stays allowed', 'What else is off limits']);
    await modal.ticks('What stays allowed');
    await modal.submits();
    expect(modal.errors).toEqual({ 'What stays allowed': 'Please complete this required field.' });
    await modal.ticks('What stays allowed', 'Look at', 'Restart');
    await modal.types('What else is off limits', 'Invoices before 2025');
    await modal.submits();
    const told = await s.cast.sam.waitFor('app', /Less than was asked for/);
    expect(told.text).toContain(
      `allowed: ${look}; Restart the importer; off limits: Users; Invoices before 2025.`,
    );
    const card = await s.cast.sam.waitFor('app', /approved, not started yet/);
    expect(card.text).toContain(`*Allowed* \n• ${look}\n• Restart the importer`);
    expect(card.text).toContain('*Off limits* \n• Users\n• Invoices before 2025');
  });

  it('a question is asked and answered, and both stand in the record', async () => {
    s = await testApp();
    await file(s);
    await s.cast.ada.presses('Ask a question', 'app', /TSA-1/);
    const ask = await s.cast.ada.modal('Ask a question');
    await ask.types('What do you need to know?', 'Which invoices?');
    await ask.submits();
    await s.cast.sam.presses('Answer', 'app', /Which invoices/);
    const answer = await s.cast.sam.modal('Answer');
    await answer.types('Your answer', 'Those of March 3 and 4.');
    await answer.submits();
    await s.cast.ada.waitFor('app', /Those of March 3 and 4/);
    await s.cast.sam.types('#support', '/tsa show TSA-1');
    expect(s.cast.sam.hears('#support').join()).toMatch(/Which invoices[\s\S]*Those of March/);
  });

  it('a silent approver is reminded, then somebody else can be asked, and the first can no longer decide', async () => {
    s = await testApp();
    await file(s);
    const old = await s.cast.ada.waitFor('app', /asks for your approval/);
    await s.later(16 * 60_000);
    await s.cast.ada.waitFor('app', /still waits for your decision/);
    await s.cast.sam.presses('Ask somebody else', 'app', /<@U0ADA> has not answered yet, and was reminded/);
    const modal = await s.cast.sam.modal('Ask somebody else');
    await modal.chooses('Who decides instead', 'Ben');
    await modal.submits();
    await s.cast.ben.waitFor('app', /asks for your approval/);
    await s.cast.ada.waitFor('app', /decides now, in place of/);
    await s.cast.ada.pressesOld('Approve', old);
    expect((await s.cast.ada.waitFor('app', /you do not decide about TSA-1/)).buttons).toEqual([]);
    await s.cast.ben.presses('Approve', 'app', /asks for your approval/);
    await s.cast.sam.waitFor('app', /Approved by <@U0BEN>/);
  });

  it('an undecided request lapses, is told, and can be filed again with everything in it', async () => {
    s = await testApp();
    await file(s);
    await s.cast.ada.waitFor('app', /asks for your approval/);
    s.cast.sam.closes();
    await s.later(24 * 3_600_000);
    await s.cast.sam.presses('File again', 'app', /lapsed/);
    const modal = await s.cast.sam.modal('Request access');
    expect(modal.value('Reason')).toBe(GOOD);
    expect(modal.value('Tenant')).toContain('Northwind');
  });
});

describe('running', () => {
  it('more time is asked for and given; the new end stands on the card and in the channel', async () => {
    await running();
    await s.cast.sam.presses('Ask for more time', 'app', /TSA-1/);
    const modal = await s.cast.sam.modal('Ask for more time');
    await modal.types('How much more', '9h');
    await modal.types('Why is it not enough?', 'The import of April has the same duplicates as March.');
    await modal.submits();
    expect(modal.errors['How much more']).toMatch(/At most 2 h more/);
    await modal.types('How much more', '30m');
    await modal.submits();
    await s.cast.ada.presses('Give the time', 'app', /asks for 30 min more/);
    await s.cast.sam.waitFor('#support-access-alerts', /gave more time/);
    await s.later(61 * 60_000);
    expect(s.cast.sam.sees('#support-access-alerts').some((m) => m.text.includes('expired'))).toBe(false);
    await s.later(30 * 60_000);
    await s.cast.sam.waitFor('#support-access-alerts', /expired by itself/);
  });

  it('the approver revokes with a reason, and grantee and channel are told who and why at once', async () => {
    await running();
    await s.cast.ada.presses('Revoke', 'app', /TSA-1/);
    const modal = await s.cast.ada.modal('Stop the access');
    await modal.types('Why?', 'The customer called and wants us out.');
    await modal.submits();
    await s.cast.sam.waitFor('app', /<@U0ADA> revoked.*\n> The customer called/);
    await s.cast.sam.waitFor('#support-access-alerts', /revoked/);
  });

  it('“I didn’t expect this” of somebody with a say stops the session; of anybody else it is passed on', async () => {
    await running();
    await s.cast.noor.presses('I didn’t expect this', '#support-access-alerts', /TSA-1/);
    await s.cast.noor.waitFor('#support-access-alerts', /You cannot stop TSA-1 yourself/);
    await s.cast.ada.waitFor('app', /<@U0NOOR> did not expect this session/);
    await s.cast.mia.presses('I didn’t expect this', '#support-access-alerts', /TSA-1/);
    await s.cast.mia.waitFor('#support-access-alerts', /was stopped at once/);
    await s.cast.sam.waitFor('app', /<@U0MIA> revoked the session/);
  });
});

/** Says what is next, in the form that closes out. */
async function next(modal: Modal): Promise<void> {
  await modal.types('What is next?', 'The import team ships 2.15');
  await modal.chooses('Who does it?', 'Noor');
  await modal.chooses('Until when?', String(Math.floor(s.clock.now() / 1_000) + 7_200));
}

describe('closing out', () => {
  it('the owner closes out, the approver contests, it opens again, and is accepted at last', async () => {
    await running();
    await s.cast.sam.types('#support', '/tsa end');
    await s.cast.sam.types('#support', '/tsa closeout');
    const modal = await s.cast.sam.modal('Close out');
    await modal.chooses('Can the customer do what failed before?', 'Yes');
    await modal.types('What was changed?', 'Removed the duplicates of March.');
    await modal.types('Who confirmed that?', 'Erika Muster, of their accounting');
    await modal.types('What was checked?', 'The invoices of March, each once.');
    await modal.submits();
    await s.cast.ada.presses('Contest', 'app', /closed it out/);
    const contest = await s.cast.ada.modal('Contest the closeout');
    await contest.types('What is missing or wrong?', 'Did you tell the customer?');
    await contest.submits();
    await s.cast.sam.presses('Close out', 'app', /contests the closeout/);
    const again = await s.cast.sam.modal('Close out');
    expect(again.text).toContain('Did you tell the customer?');
    await again.chooses('Can the customer do what failed before?', 'Yes');
    await again.types('What was changed?', 'Removed the duplicates of March, and told them.');
    await again.types('Who confirmed that?', 'Erika Muster, of their accounting');
    await again.types('What was checked?', 'The invoices of March, each once.');
    await again.submits();
    await s.cast.ada.presses('Accept closeout', 'app', /and told them/);
    await s.cast.sam.types('#support', '/tsa show TSA-1');
    expect(s.cast.sam.hears('#support').join()).toContain('accepted the closeout');
  });

  it('shows the notes of the session, by button and by command', async () => {
    await running();
    const { sam } = s.cast;
    await sam.presses('Note', 'app', /TSA-1/);
    const form = await sam.modal('Take a note');
    await form.types('What do you want to remember?', 'Restarted the importer.');
    await form.submits();
    await sam.types('#support', '/tsa note TSA-1 Removed 14 duplicates');
    await sam.waitFor('#support', /Noted for the closeout of TSA-1/);
    await sam.types('#support', '/tsa note The log is clean now');
    await sam.types('#support', '/tsa end');
    await sam.types('#support', '/tsa closeout');
    expect((await sam.modal('Close out')).text).toMatch(
      /Restarted the importer\.[^]*Removed 14 duplicates[^]*The log is clean now/,
    );
  });

  it('what is not fixed stays open: what is next, who, until when; the approver sees it, and they are reminded then', async () => {
    await running();
    const { sam, ada, noor } = s.cast;
    await sam.types('#support', '/tsa end');
    await sam.types('#support', '/tsa closeout');
    const modal = await sam.modal('Close out');
    expect(modal.labels).not.toContain('What is next?');
    await modal.types('What was changed?', 'Nothing yet.');
    await modal.types('Who confirmed that?', 'Erika Muster, of their accounting');
    await modal.types('What was checked?', 'The invoices of March, each once.');
    await modal.chooses('Can the customer do what failed before?', 'Not yet');
    await modal.submits();
    expect(Object.keys(modal.errors).sort()).toEqual(['Until when?', 'What is next?']);
    await next(modal);
    await modal.submits();
    const NEXT = /\*Not fixed yet\*: <@U0NOOR> does what is next: The import team ships 2\.15, until /;
    await ada.waitFor('app', new RegExp(`TSA-1\\b.*is over.*${NEXT.source}`));
    await noor.waitFor('app', NEXT);
    await s.later(2 * 3_600_000);
    for (const who of [sam, noor]) await who.waitFor('app', /not closed out yet.*Is it fixed now\?/);
    await sam.types('#support', '/tsa closeout');
    expect((await sam.modal('Close out')).text).toMatch(NEXT);
    sam.closes();
    await ada.presses('Leave it at that', 'app', /TSA-1/);
    await sam.waitFor('app', /accepted the closeout/);
  });

  it('an open closeout is reminded after four hours', async () => {
    await running();
    await s.cast.sam.types('#support', '/tsa end');
    await s.later(4 * 3_600_000 + 1_000);
    await s.cast.sam.waitFor('app', /over but not closed out yet/);
  });
});

describe('emergency', () => {
  it('starts at once, is loud, and is judged by the named reviewer', async () => {
    s = await testApp();
    await s.cast.sam.types('#support', '/tsa emergency contoso');
    const modal = await s.cast.sam.modal('Emergency access');
    expect(modal.text).toContain('starts now');
    await modal.chooses('Scope', 'Support');
    await modal.types('Allowed actions', 'Stop the runaway import job');
    await modal.types('What is the emergency?', 'The import job deletes live orders every minute; stop it.');
    await modal.chooses('Who reviews it afterwards', 'Ada');
    await modal.submits();
    const alert = await s.cast.noor.waitFor('#support-access-alerts', /EMERGENCY ACCESS/);
    expect(alert.text).toMatch(/<@U0SAM> is in Contoso Retail/);
    expect(alert.text).toMatch(/owes a review by <@U0ADA> until /);
    expect(alert.text).toMatch(/; started <!date[^>]*>, ends </);
    expect((await s.cast.ada.opensHome()).text).toMatch(
      /\*EMERGENCY\*, to be reviewed until .*deletes live orders/,
    );
    await s.later(31 * 60_000);
    await s.cast.noor.waitFor('#support-access-alerts', /expired by itself/);
    await s.cast.ada.presses('Justified', 'app', /TSA-1/);
    const judged = await s.cast.ada.modal('Justified');
    await judged.types('Your note, for the record', 'Orders were lost every minute; right to go in.');
    await judged.submits();
    await s.cast.sam.waitFor('app', /judged the emergency justified/);
  });

  it('is refused, in words, to whoever the policy does not list', async () => {
    s = await testApp();
    await s.cast.ada.types('#support', '/tsa emergency contoso');
    await s.cast.ada.waitFor('#support', /Emergencies are for .* lists for them: <@U0SAM>.*`\/tsa request`/);
  });
});

describe('handing over', () => {
  it('the old owner stays until the new one accepts', async () => {
    await running();
    await s.cast.sam.presses('Hand over', 'app', /TSA-1/);
    const modal = await s.cast.sam.modal('Hand over');
    await modal.chooses('Who sees it through from now on?', 'Noor');
    await modal.submits();
    await s.cast.noor.presses('Take over', 'app', /asks <@U0NOOR> to take over/);
    await s.cast.sam.waitFor('app', /<@U0NOOR> is the owner now/);
    const card = await s.cast.noor.waitFor('app', /owner <@U0NOOR>/);
    expect(card.text).not.toContain('The requester is the owner');
  });

  it('an admin, who has no part in it, does it from the record that they look up', async () => {
    await running();
    await s.cast.mia.types('#support', '/tsa show TSA-1');
    await s.cast.mia.presses('Hand over', '#support', /is in Northwind/);
    const modal = await s.cast.mia.modal('Hand over');
    await modal.chooses('Who sees it through from now on?', 'Noor');
    await modal.submits();
    await s.cast.noor.presses('Take over', 'app', /asks <@U0NOOR> to take over/);
    await s.cast.sam.waitFor('app', /<@U0NOOR> is the owner now/);
  });
});

describe('the tenant’s channel', () => {
  it('carries a bookmark while support is in, with the new end after an extension, and none afterwards', async () => {
    await running();
    const channel = s.sandbox.workspace.conversations.get('C0NORTHWIND');
    const titles = (): readonly string[] => channel?.bookmarks.map((one) => one.title) ?? [];
    await until(
      s.sandbox.workspace,
      () => (titles().length === 1 ? true : undefined),
      () => 'no bookmark came',
    );
    expect(titles()).toEqual([
      expect.stringMatching(/^Support access in progress until \d\d:\d\d .*\(TSA-1\)$/),
    ]);
    await s.restart();
    expect(titles()).toHaveLength(1);
    await s.cast.sam.types('#support', '/tsa end');
    await until(
      s.sandbox.workspace,
      () => (titles().length === 0 ? true : undefined),
      () => 'the bookmark stayed',
    );
  });

  it('is greeted once with what will be posted there', async () => {
    s = await testApp();
    await s.sandbox.humans.invite('C0REVIEW');
    await s.cast.mia.waitFor('#access-review', /Here I will post the weekly review/);
  });
});

describe('an overdue closeout', () => {
  it('keeps its owner from filing, and the refusal opens it', async () => {
    s = await testApp('socket', (policy) => ({
      ...policy,
      limits: { ...policy.limits, closeoutOverdueMs: 3_600_000 },
    }));
    await file(s);
    await s.cast.ada.presses('Approve', 'app', /TSA-1/);
    await s.cast.sam.presses('Start session', 'app', /Approved by/);
    await s.cast.sam.types('#support', '/tsa end');
    s.cast.sam.closes();
    await s.later(3_700_000);
    await file(s, { tenant: 'Contoso' });
    const modal = await s.cast.sam.modal('Close out');
    expect(modal.text).toContain('TSA-1');
    await modal.chooses('Can the customer do what failed before?', 'No');
    await modal.types('What was changed?', 'Nothing.');
    await modal.types('Who confirmed that?', 'Erika Muster, of their accounting');
    await modal.types('What was checked?', 'The invoices of March, each once.');
    await next(modal);
    await modal.submits();
    await s.cast.ada.waitFor('app', /closed it out. Fixed: no/);
    // Until then it is no reason to keep anybody from filing.
    await file(s, { tenant: 'Contoso' });
    await s.cast.ada.waitFor('app', /TSA-2.*asks for your approval/);
  });
});

describe('the same trouble for the third time', () => {
  it('is called a product problem on the card, in the closeout and in the review, with an owner to name', async () => {
    s = await testApp();
    const { sam, ada } = s.cast;
    for (const no of [1, 2, 3]) {
      await file(s);
      const card = await ada.waitFor('app', new RegExp(`TSA-${no}\\b.*asks for your approval`));
      expect(card.text.includes('a product problem? Name somebody who owns it')).toBe(no === 3);
      if (no === 3) break;
      await sam.presses('Cancel request', 'app', new RegExp(`TSA-${no}\\b`));
      await sam.waitFor('app', new RegExp(`TSA-${no}\\b.*cancelled`));
    }
    const review = async (): Promise<string> => {
      await answer(s, sam, () => sam.types('#support', '/tsa review'));
      return sam.hears('#support').at(-1) ?? '';
    };
    expect(await review()).toMatch(
      /Asked for again and again\*\n• Northwind Traders \(production\): 3 in 30 days, product problem, owner: \*name one\* \(<@U0SAM> has the last request\) · TSA-1, TSA-2, TSA-3/,
    );
    await ada.presses('Approve', 'app', /TSA-3/);
    await sam.presses('Start session', 'app', /TSA-3.*Approved by/);
    await sam.waitFor('#support-access-alerts', /TSA-3/);
    await sam.types('#support', '/tsa end');
    await sam.types('#support', '/tsa closeout');
    const modal = await sam.modal('Close out');
    expect(modal.text).toContain('Number 3 like this in 30 days: say what is wrong, and who owns it.');
    await modal.chooses('Can the customer do what failed before?', 'Yes');
    await modal.types('What was changed?', 'Removed the duplicates.');
    await modal.types('Who confirmed that?', 'Erika Muster, of their accounting');
    await modal.types('What was checked?', 'The invoices of March, each once.');
    await modal.types('A product problem to raise?', 'The import runs twice <!channel>; Noor owns it.');
    await modal.submits();
    expect(await review()).toContain(
      'product problem, owner: <@U0SAM>, who wrote in TSA-3: The import runs twice &lt;!channel&gt;; Noor owns it.',
    );
  });
});
