import { afterEach, describe, expect, it } from 'vitest';
import { ANN_IN_SLACK, ISSUE, taking } from '../support/customers.ts';
import { answer } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, GOOD, PEOPLE, requestForm, testApp } from '../support/test-app.ts';
import { lines, testAppWithMail, withContacts } from '../support/test-app-with-mail.ts';

/** People call themselves what they like in Slack: a name that misleads is shown as one that does. */

let s: TestApp;
afterEach(() => s.close());

function called(who: keyof typeof PEOPLE, name: string): void {
  const person = s.sandbox.workspace.people.get(PEOPLE[who].id);
  if (person === undefined) throw new Error(`${who} is gone`);
  person.name = name;
}

describe('A name that misleads', () => {
  it('by letters of another alphabet is pointed out on the card, and to those who look it up', async () => {
    s = await testApp('socket');
    called('sam', 'Аda Okafor');
    await file(s);
    const twice =
      '*Look twice:* <@U0SAM> is `U0SAM`, goes by “Аda Okafor [А: Cyrillic]”, and is not <@U0ADA>.';
    const card = await s.cast.ada.waitFor('app', /asks for your approval/);
    expect(card.text).toContain(twice);
    expect(card.buttons).toContain('Approve');
    expect(await answer(s, s.cast.mia, () => s.cast.mia.types('#support', '/tsa show TSA-1'))).toContain(
      'TSA-1',
    );
    expect(s.cast.mia.sees('#support').at(-1)?.text).toContain(twice);
    expect((await s.cast.ada.opensHome()).text).toContain(twice);
    await s.cast.ada.presses('Approve', 'app', /TSA-1/);
    const told = await s.cast.sam.waitFor('app', /can start the session/);
    expect(told.text).toContain(twice);
  });

  it('by what nobody sees is shown with it', async () => {
    s = await testApp('socket');
    called('sam', 'Ada\u200b Okafor');
    await file(s);
    const card = await s.cast.ada.waitFor('app', /asks for your approval/);
    expect(card.text).toContain('goes by “Ada⟨U+200B⟩ Okafor”, and is not <@U0ADA>.');
  });

  it('of a customer, who goes by the name of one of ours, is shown beside the policy’s', async () => {
    s = await testApp('socket', taking());
    called('ann', 'Ada Okafor');
    const { sam, ann, noor } = s.cast;
    await sam.types('#support', '/tsa channel northwind');
    await s.later(0);
    await ann.presses('Ask for help', '#shared-northwind', /Need our team/);
    const modal = await ann.modal('Ask for help');
    await modal.types('What is wrong?', ISSUE);
    await modal.submits();
    const card = await noor.waitFor('#support', /TSA-1/);
    expect(card.text).toContain(
      `*Look twice:* <@U0ANN> is \`${ANN_IN_SLACK}\`, goes by “Ada Okafor”, and is not <@U0ADA>. The policy calls them Ann Customer.`,
    );
  });

  it('is told apart in a list by the id beside it', async () => {
    s = await testApp('socket');
    called('ben', 'Αda Okafοr');
    await s.restart();
    const modal = await requestForm(s, s.cast.sam, 'northwind');
    await modal.chooses('Scope', 'Read-only');
    const offered = (await modal.options('Approver')).map((option) => option.text);
    expect(offered.toSorted()).toEqual(['Ada Okafor [U0ADA]', 'Αda Okafοr [Α ο: Greek] [U0BEN]']);
  });

  it('is nobody’s whose name is what it seems', async () => {
    s = await testApp('socket');
    await file(s);
    const card = await s.cast.ada.waitFor('app', /asks for your approval/);
    expect(card.text).not.toContain('Look twice');
  });
});

describe('What the customer reads of us', () => {
  it('names an engineer of odd letters as such, in the mail too', async () => {
    const m = await testAppWithMail(withContacts());
    s = m;
    called('sam', 'Sаm Rivera');
    await file(s);
    await s.cast.ada.presses('Approve', 'app', /TSA-1/);
    await s.cast.sam.presses('Start session', 'app', /can start the session/);
    await s.later(0);
    const [mail] = m.to('ann@northwind.example');
    if (mail === undefined) throw new Error('no mail came');
    expect(lines(mail)[0]).toContain('Sаm Rivera [а: Cyrillic] is in Northwind Traders');
  });
});

describe('What is typed', () => {
  it('with characters that nobody sees is refused at its field, and emoji and joiners are not', async () => {
    s = await testApp('socket');
    const modal = await requestForm(s, s.cast.sam, 'northwind');
    await modal.chooses('Scope', 'Read-only');
    await modal.types('Allowed actions', 'Look at the import\u200b log');
    await modal.types('Reason', `${GOOD}\u2060`);
    await modal.chooses('For how long', '1 h');
    await modal.chooses('Approver', 'Ada');
    await modal.submits();
    const problem =
      'There are characters in this text that nobody sees, or that reorder it. Please type it again as plain text.';
    expect(modal.errors).toEqual({ 'Allowed actions': problem, Reason: problem });
    await modal.types('Allowed actions', 'Look at the import log 🧑‍💻');
    await modal.types('Reason', `${GOOD} می‌خواهم`);
    await modal.submits();
    await s.cast.ada.waitFor('app', /asks for your approval/);
  });

  it('is proposed from a message without them', async () => {
    s = await testApp('socket');
    await s.cast.noor.types('#support', `Invoices\u200b show twice\u00ad since Monday. 🧑‍💻`);
    const message = await s.cast.sam.waitFor('#support', /show twice/);
    await s.cast.sam.messageShortcut('request_access_for_message', message);
    const modal = await s.cast.sam.modal('Request access');
    expect(modal.value('Reason')).toBe('Invoices show twice since Monday. 🧑‍💻');
  });
});
