import { afterEach, describe, expect, it } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/example-company.ts';
import { answer, hears, written } from '../support/slack-acts.ts';
import type { Player } from '../../sandbox/driver.ts';
import { userElsewhere } from '../../src/access/whose.ts';
import { ANN, ANN_IN_SLACK, HOUR, ISSUE, taking } from '../support/customers.ts';
import type { TestApp } from '../support/test-app.ts';
import { certain } from '../../src/access/people.ts';
import { testApp } from '../support/test-app.ts';

let s: TestApp;
afterEach(async () => {
  await s.close();
});

async function asked(): Promise<void> {
  const { sam, ann } = s.cast;
  await sam.types('#support', '/tsa channel northwind');
  expect(sam.hears('#support').join()).toContain(`<#${CHANNELS.northwind}>`);
  await s.later(0);
  await ann.presses('Ask for help', '#shared-northwind', /Need our team/);
  const modal = await ann.modal('Ask for help');
  await modal.types('What is wrong?', ISSUE);
  await modal.types('What did you already try?', 'We ran the import again.');
  await modal.types('What do you expect to happen?', 'One invoice each.');
  await modal.chooses('How urgent is it?', 'High');
  await modal.attaches('Screenshots, short videos or PDF', {
    name: 'twice.png',
    mimetype: 'image/png',
    size: 120_000,
  });
  await modal.submits();
  expect((await ann.modal()).text).toContain('TSA-1 is with our support team');
  await s.later(0);
}

async function takenOn(): Promise<void> {
  const { noor } = s.cast;
  await noor.presses('Accept', '#support', /TSA-1/);
  const modal = await noor.modal('Take it on');
  await modal.types('Allowed actions', 'Read the import log; delete the doubled invoices.');
  await modal.submits();
  await s.later(0);
}

/** A press of a button that nobody showed them. */
function press({ id }: Player, action: string, value: string): Promise<void> {
  const place = { channel: CHANNELS.northwind, ts: '1.0' };
  return s.sandbox.humans.pressStale(id, place, { type: 'button', action_id: action, block_id: 'b', value });
}

describe.each(['socket', 'http'] as const)('A customer’s own request, over %s', (mode) => {
  it('goes from the form to the resolution summary', async () => {
    s = await testApp(mode, taking());
    const { noor, ann, mia } = s.cast;
    await asked();
    const card = await ann.waitFor('app', /TSA-1.*Pending/);
    expect(card.buttons).toEqual(['Cancel request']);
    expect(card.text).toContain('you asked for help in Northwind Traders (production)');
    const offered = await noor.waitFor('#support', /TSA-1.*asks for help/);
    expect(offered.text).toMatch(/Urgency\* high/);
    expect(offered.text).toMatch(/Already tried\*\n> We ran the import again/);
    expect(offered.text).toMatch(/Expected\*\n> One invoice each/);
    expect(offered.text).toMatch(/Files\* <https:\/\/harbor\.example\/files\/[^|]+\|twice\.png>/);

    await takenOn();
    const now = await ann.waitFor('app', /TSA-1.*In progress.*<@U0NOOR> is in Northwind/);
    expect(now.buttons).toEqual(['I didn’t expect this']);
    await noor.waitFor('#shared-northwind', /TSA-1.*is in Northwind Traders/);
    await mia.waitFor('#support-access-alerts', /TSA-1.*is in Northwind Traders/);
    expect((await noor.waitFor('#support', /TSA-1/)).buttons).not.toContain('Accept');
    // Taking it on and going in are one step, of which they hear once.
    const heard = [...s.sandbox.workspace.directMessage(PEOPLE.ann.id).messages.values()];
    expect(heard.filter((one) => one.broadcast).map((one) => one.text)).toEqual([
      expect.stringContaining('entered Northwind'),
    ]);
    const review = await answer(s, noor, () => noor.types('#support', '/tsa review'));
    expect(review).toMatch(/The last 7 days[^]*Filed 1/);
    expect(review).not.toContain('Approved in under 5 seconds');

    await noor.presses('End now', 'app', /TSA-1/);
    await s.later(0);
    await ann.waitFor('app', /TSA-1.*nobody is in Northwind Traders \(production\) any more/);
    await noor.presses('Close out', 'app', /TSA-1/);
    const modal = await noor.modal('Close out');
    await modal.chooses('Can the customer do what failed before?', 'Yes');
    await modal.types('What was changed?', 'Deleted the doubled invoices of October.');
    await modal.types('Who confirmed that?', 'Erika Muster, of their accounting');
    await modal.types('What was checked?', 'The invoices of March, each once.');
    await modal.types('Summary for the customer', 'The import ran twice; it is guarded against that now.');
    await modal.types('A product problem to raise?', 'The importer has no lock.');
    await modal.submits();
    await s.later(0);
    await ann.waitFor('app', /TSA-1.*Resolved/);
    const summary = await ann.waitFor('app', /Changed:\n> Deleted the doubled invoices of October/);
    expect(summary.text).toContain('> The import ran twice');
    expect(summary.text).not.toContain('has no lock');
    expect(summary.text).toMatch(/Does it work\? Please say so\. If we hear nothing by /);

    await ann.presses('It is not fixed', 'app', /TSA-1/);
    const still = await ann.modal('It is not fixed');
    await still.types('What still fails?', 'November shows them twice, too.');
    await still.submits();
    await s.later(0);
    await noor.waitFor('app', /says that it is not fixed:\n> November shows them twice, too/);
    await noor.presses('Close out', 'app', /TSA-1/);
    const again = await noor.modal('Close out');
    await again.chooses('Can the customer do what failed before?', 'Yes');
    await again.types('What was changed?', 'Deleted the doubled invoices of October and November.');
    await again.types('Who confirmed that?', 'Ann');
    await again.types('What was checked?', 'The invoices of both months.');
    await again.types('Summary for the customer', 'November is right now, too.');
    await again.submits();
    await s.later(0);
    await ann.presses('It works', 'app', /TSA-1/);
    await s.later(0);
    await noor.waitFor('app', /<@U0ANN[^>]*> says that it works|says that it works/);

    await ann.presses('Support request history', '#shared-northwind', /Need our team/);
    const history = await ann.modal('Support history');
    expect(history.text).toMatch(/TSA-1\* · \*Resolved/);
    expect(history.text).toMatch(/<@U0NOOR> was given \*Read-only\*/);
    expect(history.text).toContain(
      'Fixed: yes. Changed: Deleted the doubled invoices of October and November.',
    );
    expect((await written(s)).refused).toEqual([]);
  });

  it('is cancelled before anybody accepts, and its Accept button is gone', async () => {
    s = await testApp(mode, taking());
    const { noor, ann } = s.cast;
    await asked();
    await ann.presses('Cancel request', 'app', /TSA-1/);
    await s.later(0);
    await ann.waitFor('app', /TSA-1.*Cancelled.*took it back/);
    const gone = await noor.waitFor('#support', /TSA-1.*cancelled/);
    expect(gone.buttons).toEqual([]);
    expect(await answer(s, noor, () => press(noor, 'tsa_accept', '1'))).toContain('cancelled');
    expect((await written(s)).life).toEqual(['TSA-1 customer_request.filed', 'TSA-1 request.cancelled']);
  });

  it('lapses after 48 hours; the support channel is reminded before, and both sides are told', async () => {
    s = await testApp(mode, taking());
    const { noor, ann } = s.cast;
    await asked();
    await s.later(24 * HOUR);
    await noor.waitFor('#support', /still waits/);
    await s.later(24 * HOUR);
    await noor.waitFor('#support', /TSA-1.*lapsed/);
    await ann.waitFor('app', /TSA-1.*Lapsed.*nobody entered Northwind/);
  });

  it('is reported as unexpected by its contact: revoked at once, security is told, and what to do next is said', async () => {
    s = await testApp(mode, taking());
    const { mia, ann, noor } = s.cast;
    await asked();
    await takenOn();
    await ann.presses('I didn’t expect this', '#shared-northwind', /TSA-1/);
    await s.later(0);
    await hears(s, ann, /What to do next/);
    await mia.waitFor('#support-access-alerts', /<@U0ANN> did not expect this session/);
    await noor.waitFor('app', /<@U0ANN> revoked the session/);
  });
});

describe('The customer’s form', () => {
  it('says at each field what is wrong, changes nothing, and keeps what was typed', async () => {
    s = await testApp('socket', taking());
    const { sam, ann } = s.cast;
    await sam.types('#support', '/tsa channel northwind');
    await s.later(0);
    await ann.presses('Ask for help', '#shared-northwind', /Need our team/);
    const modal = await ann.modal('Ask for help');
    expect(modal.text).toContain('2 d from now');
    await modal.types('What is wrong?', 'please help');
    await modal.types('What did you already try?', '<!channel> we tried it all');
    const files = 'Screenshots, short videos or PDF';
    await modal.attaches(files, { name: 'run.exe', mimetype: 'application/x-msdownload', size: 10 });
    await modal.submits();
    expect(modal.errors).toEqual({
      'What is wrong?': expect.stringContaining('For example') as string,
      [files]: expect.stringContaining('run.exe: only pictures') as string,
    });
    await modal.types('What is wrong?', ISSUE);
    await modal.attaches(files, { name: 'a.mp4', mimetype: 'video/mp4', size: 10 * 1024 * 1024 + 1 });
    await modal.submits();
    expect(modal.errors).toEqual({ [files]: expect.stringContaining('at most 10 MB') as string });
    expect(modal.value('What did you already try?')).toBe('<!channel> we tried it all');
    await modal.attaches(files, { name: 'a|b <c>.mp4', mimetype: 'video/mp4', size: 10 });
    await modal.submits();
    await s.later(0);
    const offered = await sam.waitFor('#support', /TSA-1/);
    expect(sam.sees('#support-access-alerts')).toEqual([]);
    expect(offered.text).toContain('&lt;!channel&gt; we tried it all');
    expect(offered.text).toContain('|a b &lt;c&gt;.mp4>');
    expect((await written(s)).life).toEqual(['TSA-1 customer_request.filed']);
  });
});

describe('More time', () => {
  it('is the customer’s to give where the customer asked, and never goes past what they agreed to', async () => {
    s = await testApp('socket', taking());
    const { noor, ann, sam } = s.cast;
    await asked();
    await takenOn();
    await noor.types('#support', '/tsa extend TSA-1');
    const modal = await noor.modal('Ask for more time');
    await modal.types('How much more', '30m');
    await modal.types('Why is it not enough?', 'The second import of October must be checked as well.');
    await modal.submits();
    await s.later(0);
    await sam.presses('Give the time', '#shared-northwind', /asks for 30 min more/);
    expect((await written(s)).refused).toEqual(['U0SAM approve_extension not_allowed']);
    await ann.presses('Give the time', 'app', /asks for 30 min more/);
    await s.later(0);
    await noor.waitFor('app', /<@U0ANN> gave more time/);
  });
});

describe('The customer’s card and history', () => {
  it('are for the contacts of that tenant by user and workspace, and for nobody else', async () => {
    s = await testApp(
      'socket',
      taking({ contacts: [{ ...ANN, slack: userElsewhere(PEOPLE.ann.id, 'T0OTHER') }] }),
    );
    const { sam, ann } = s.cast;
    await sam.types('#support', '/tsa channel northwind');
    await s.later(0);
    const tries = (player: Player, button: string): Promise<string> =>
      answer(s, player, () => player.presses(button, '#shared-northwind', /Need our team/));
    expect(await tries(ann, 'Ask for help')).toContain('named as contacts');
    expect(await tries(ann, 'Support request history')).toContain('named as contacts');
    expect(await tries(sam, 'Ask for help')).toContain('/tsa request');
    expect((await written(s)).life).toEqual([]);
  });

  it('never lead to another tenant, whatever the button or the form says', async () => {
    s = await testApp('socket', taking());
    const { ann, sam } = s.cast;
    await sam.types('#support', '/tsa channel northwind');
    await s.later(0);
    for (const value of ['contoso', 'northwind-test', '', 'northwind ', 'NORTHWIND', '../contoso', '*']) {
      for (const action of ['tsa_customer_ask', 'tsa_customer_history'])
        expect(await answer(s, ann, () => press(ann, action, value))).toMatch(/contacts|not in the policy/);
    }
    expect(await answer(s, ann, () => press(ann, 'tsa_show', '1'))).toContain(
      'There is no TSA-1 that you can see',
    );
    expect((await written(s)).life).toEqual([]);
  });

  it('are pinned in the channel, and shown to contacts in person when they are invited', async () => {
    s = await testApp('socket', (policy) => {
      const { limits, ...rest } = taking()(policy);
      const perHour = { ...limits.perHour, invitations: { person: 20, tenant: 3 } };
      return { ...rest, limits: { ...limits, perHour } };
    });
    const { sam, ann, gus } = s.cast;
    await sam.types('#support', '/tsa channel northwind');
    await s.later(0);
    expect(s.sandbox.workspace.conversations.get(CHANNELS.northwind)?.pins.size).toBe(1);
    await sam.types('#support', '/tsa invite northwind');
    await s.later(0);
    await ann.waitFor('app', /Need our team/);
    await sam.types('#support', '/tsa invite contoso');
    expect(sam.hears('#support').join()).toContain('Nobody to write to');
    await sam.types('#support', '/tsa channel contoso');
    expect(sam.hears('#support').join()).toContain('has no channel');
    await gus.types('#support', '/tsa channel northwind');
    expect(gus.hears('#support').join()).toContain('people whom the policy lists');
    // So often within an hour that nobody takes it for news any more.
    await sam.types('#support', '/tsa invite northwind');
    await s.later(0);
    const before = ann.sees('app').length;
    await sam.types('#support', '/tsa invite northwind');
    await s.later(0);
    expect(sam.hears('#support').at(-1)).toContain(
      'Nothing was changed: 3 invitations an hour is the limit for one tenant, by everybody together. It goes again',
    );
    expect(ann.sees('app')).toHaveLength(before);
  });

  it('page through a long history, newest first', async () => {
    s = await testApp('socket', taking());
    const { sam, ann } = s.cast;
    const world = certain(s.policy, {
      standing: (user) => (user === PEOPLE.ann.id ? 'external' : 'member'),
      members: () => new Set(),
      absence: () => undefined,
    });
    const actor = { kind: 'person', id: ANN_IN_SLACK } as const;
    for (let i = 0; i < 10; i += 1) {
      const command = {
        type: 'file_customer_request',
        tenantId: 'northwind',
        owner: PEOPLE.mia.id,
        reason: `${ISSUE} (${i})`,
        tried: '',
        expected: '',
        urgency: 'low',
        files: [],
        caseRef: '',
      } as const;
      const { requestNo, refusal } = await s.app.handler.handle({
        command,
        requestNo: null,
        actor,
        world,
        delivery: null,
      });
      expect(refusal).toBeNull();
      await s.app.handler.handle({
        command: { type: 'cancel', reason: '' },
        requestNo,
        actor,
        world,
        delivery: null,
      });
    }
    await sam.types('#support', '/tsa channel northwind');
    await s.later(0);
    await ann.presses('Support request history', '#shared-northwind', /Need our team/);
    const first = await ann.modal('Support history');
    expect(first.text).toMatch(/TSA-10[^]*TSA-3/);
    expect(first.text).not.toMatch(/TSA-2\b/);
    await first.presses('Older');
    expect((await ann.modal('Support history')).text).toMatch(/TSA-2\*[^]*TSA-1\*/);
  });
});
