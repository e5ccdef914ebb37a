import { afterEach, describe, expect, it } from 'vitest';
import { createHandler, openDatabase } from '../../src/database.ts';
import type { World } from '../../src/access/people.ts';
import { certain } from '../../src/access/people.ts';
import { ANN, ANN_IN_SLACK, HOUR, ISSUE, taking } from '../support/customers.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, GOOD, PEOPLE, testApp } from '../support/test-app.ts';

/** What the customer reads in Slack, and hears: the record, when it happens, and none of our own talk about it. */

let s: TestApp;
afterEach(async () => {
  await s.close();
});

const SHARED = '#shared-northwind';

async function send(
  player: 'ada' | 'sam' | 'noor',
  button: string,
  words: Record<string, string>,
): Promise<void> {
  const who = s.cast[player];
  await who.presses(button, 'app', /TSA-1\b/);
  const modal = await who.modal();
  for (const [label, text] of Object.entries(words))
    await (text.startsWith('=') ? modal.chooses(label, text.slice(1)) : modal.types(label, text));
  await modal.submits();
  expect(modal.errors).toEqual({});
  await s.later(0);
}

describe('Where the customer was asked for consent', () => {
  it.each([
    ['in their channel', {}, SHARED],
    ['in direct messages', { channel: null }, 'app'],
  ])('%s they hear of the start by a message of its own', async (_, over, where) => {
    s = await testApp('socket', taking({ consent: 'required', ...over }));
    const { ada, ann, sam } = s.cast;
    await file(s);
    await s.later(0);
    await ann.presses('Consent', where, /TSA-1.*<@U0SAM> asks for your consent/);
    await ada.presses('Approve', 'app', /TSA-1/);
    await s.later(0);
    await sam.presses('Start session', 'app', /can start the session/);
    await s.later(0);
    const told = await ann.waitFor(where, /<@U0SAM> entered Northwind Traders/);
    expect(told.buttons).toEqual(['I didn’t expect this']);
    expect(s.cast.noor.sees('#support-access-alerts').map((one) => /entered/.test(one.text))).toEqual([
      false,
    ]);
  });

  it('they read neither our questions to each other nor why one of ours said no', async () => {
    s = await testApp('socket', taking({ consent: 'required' }));
    const { ann } = s.cast;
    await file(s);
    await s.later(0);
    s.cast.sam.closes();
    await send('ada', 'Ask a question', { 'What do you need to know?': 'Did they pay at all?' });
    await send('sam', 'Answer', { 'Your answer': 'Never in time, but they did.' });
    await s.cast.ada.waitFor('app', /Never in time/);
    await send('ada', 'Deny', { 'Why not? The requester reads this': 'They are too small for this.' });
    await ann.waitFor(SHARED, /<@U0ADA> denied access/);
    const read = ann
      .sees(SHARED)
      .map((one) => one.text)
      .join('\n');
    expect(read).not.toMatch(/pay at all|Never in time|too small/);
    await s.cast.sam.waitFor('app', /too small for this/);
  });
});

describe('An emergency that needs a second person', () => {
  it('is not the customer’s to confirm, says that nobody is in yet, and is told to be over', async () => {
    s = await testApp('socket', (policy) => {
      const changed = taking({ consent: 'required' })(policy);
      return { ...changed, emergency: { ...changed.emergency, twoPeople: true } };
    });
    const { sam, ann, noor } = s.cast;
    await sam.types('#support', '/tsa emergency northwind');
    const modal = await sam.modal('Emergency access');
    await modal.types(
      'What is the emergency?',
      'All imports fail since 02:00; the queue must be drained by hand.',
    );
    await modal.types('Allowed actions', 'Drain the import queue.');
    await modal.chooses('Scope', 'Support');
    await modal.chooses('Who reviews it afterwards', 'Ada');
    await modal.submits();
    await s.later(0);
    const card = await ann.waitFor(SHARED, /TSA-1/);
    expect(card.text).toContain('nobody is in yet');
    expect(card.text).not.toContain('started without approval');
    expect(card.buttons).toEqual([]);
    expect((await noor.waitFor('#support-access-alerts', /TSA-1/)).buttons).toEqual([
      'Confirm the emergency',
    ]);
    await s.later(s.policy.emergency.confirmWithinMs);
    await ann.waitFor(
      SHARED,
      /lapsed: no second person confirmed in time/,
      (one) => !/EMERGENCY ACCESS/.test(one.text),
    );
    expect((await ann.waitFor(SHARED, /EMERGENCY ACCESS/)).text).toContain('nobody entered');
  });

  it('is told where its card stands already when it starts', async () => {
    s = await testApp('socket', (policy) => {
      const changed = taking()(policy);
      return { ...changed, emergency: { ...changed.emergency, twoPeople: true } };
    });
    const { sam, ann, noor } = s.cast;
    await sam.types('#support', '/tsa emergency northwind');
    const modal = await sam.modal('Emergency access');
    await modal.types(
      'What is the emergency?',
      'All imports fail since 02:00; the queue must be drained by hand.',
    );
    await modal.types('Allowed actions', 'Drain the import queue.');
    await modal.chooses('Scope', 'Support');
    await modal.chooses('Who reviews it afterwards', 'Ada');
    await modal.submits();
    await s.later(0);
    await noor.presses('Confirm the emergency', '#support-access-alerts', /TSA-1/);
    await s.later(0);
    for (const where of [SHARED, '#support-access-alerts'])
      await noor.waitFor(where, /EMERGENCY\* · \*TSA-1\* · <@U0SAM> entered Northwind/);
    await ann.waitFor(SHARED, /EMERGENCY ACCESS.*started without approval/s);
  });
});

describe('A customer’s own request', () => {
  async function asked(): Promise<void> {
    const { sam, ann } = s.cast;
    await sam.types('#support', '/tsa channel northwind');
    await s.later(0);
    await ann.presses('Ask for help', SHARED, /Need our team/);
    const modal = await ann.modal('Ask for help');
    await modal.types('What is wrong?', ISSUE);
    await modal.submits();
    await s.later(0);
  }

  it('that lapsed is told without a command that they do not have', async () => {
    s = await testApp('socket', taking({ contacts: [ANN] }));
    const { ann } = s.cast;
    await asked();
    await s.later(48 * HOUR);
    const told = await ann.waitFor('app', /TSA-1.* lapsed/);
    expect(told.text).toContain('it can be asked for again');
    expect(
      ann
        .sees('app')
        .map((one) => one.text)
        .join('\n'),
    ).not.toContain('/tsa request');
  });

  it('that was not solved is neither resolved nor closed, and says who sees to it; nothing is told while a permission is left', async () => {
    s = await testApp('socket', taking());
    const { ann, noor } = s.cast;
    await asked();
    await noor.presses('Accept', '#support', /TSA-1/);
    const modal = await noor.modal('Take it on');
    await modal.types('Allowed actions', 'Read the import log.');
    await modal.types('Extra roles or groups', 'import-admin');
    await modal.submits();
    await s.later(0);
    await noor.presses('End now', 'app', /TSA-1/);
    await s.later(0);
    const words = {
      'Can the customer do what failed before?': '=No',
      'What is next?': 'Tell their partner what to mend.',
      'Who does it?': '=Noor',
      'Until when?': `=${Math.floor(s.clock.now() / 1_000) + 7_200}`,
      'Who confirmed that?': 'Ann',
      'What was checked?': 'The import of today.',
      'What was changed?': 'Nothing was changed.',
      'Summary for the customer': 'The import runs elsewhere; your partner must mend it.',
    };
    await send('noor', 'Close out', { ...words, 'Is it gone: import-admin?': '=Not yet' });
    expect(
      ann
        .sees('app')
        .map((one) => one.text)
        .join('\n'),
    ).not.toContain('your partner must mend it');
    const gone = {
      ...words,
      'Is it gone: import-admin?': '=Yes, gone',
      'Who made sure?': '=Noor',
      'How did they look?': 'Opened the list of members.',
    };
    await send('noor', 'Close out', gone);
    expect((await ann.waitFor('app', /your partner must mend it/)).text).toContain('so far: not fixed');
    await ann.waitFor('app', /\*Not fixed\*: <@U0NOOR> sees to it, until/);
    await ann.presses('Support request history', SHARED, /Need our team/);
    expect((await ann.modal('Support history')).text).toMatch(/TSA-1\* · \*Not fixed yet\*/);
  });
});

describe('The history', () => {
  it('goes back to the very first request, however many there were', async () => {
    const MANY = 220;
    s = await testApp('socket', taking(), async (database, policy, clock) => {
      const ledger = openDatabase(database);
      const handler = createHandler(ledger, clock);
      const people: World['people'] = {
        standing: () => 'member',
        members: () => new Set(),
        absence: () => undefined,
      };
      const to = {
        actor: { kind: 'person', id: ANN_IN_SLACK },
        world: certain(policy, people),
        delivery: null,
      } as const;
      for (let no = 1; no <= MANY; no += 1) {
        const asked = {
          type: 'file_customer_request',
          tenantId: 'northwind',
          owner: PEOPLE.mia.id,
          reason: GOOD,
          tried: '',
          expected: '',
          urgency: 'low',
          files: [],
          caseRef: '',
        } as const;
        await handler.handle({ ...to, command: asked, requestNo: null });
        await handler.handle({ ...to, command: { type: 'cancel', reason: '' }, requestNo: no });
      }
      ledger.raw.exec('delete from outbox');
      await ledger.close();
    });
    const { sam, ann } = s.cast;
    await sam.types('#support', '/tsa channel northwind');
    await s.later(0);
    await ann.presses('Support request history', SHARED, /Need our team/);
    for (let page = 1; page * 8 < MANY; page += 1)
      await (await ann.modal('Support history')).presses('Older');
    const last = await ann.modal('Support history');
    expect(last.text).toMatch(/TSA-1\*/);
    await last.presses('Newest');
    expect((await ann.modal('Support history')).text).toContain(`TSA-${MANY}*`);
  });
});
