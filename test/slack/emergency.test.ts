import { afterEach, describe, expect, it } from 'vitest';
import type { Player } from '../../sandbox/driver.ts';
import type { Policy } from '../../src/access/policy.ts';
import { answer, written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { testApp } from '../support/test-app.ts';

/** Emergencies one after the other, and who judges them. */

let s: TestApp;
afterEach(() => s.close());

const WHY = 'The import job deletes live orders every minute; stop it.';

/** Fills in the form as it stands; what it says first, and what is said when it is sent. */
async function declares(
  player: Player,
  tenant: string,
  reviewer = 'Ada',
): Promise<{ before: string; after: string }> {
  await player.types('#support', `/tsa emergency ${tenant}`);
  const modal = await player.modal('Emergency access');
  const before = modal.text;
  await modal.chooses('Scope', 'Support');
  await modal.types('Allowed actions', 'Stop the runaway import job');
  await modal.types('What is the emergency?', WHY);
  await modal.chooses('Who reviews it afterwards', reviewer);
  await modal.submits();
  expect(modal.errors).toEqual({});
  const after = modal.text;
  s.sandbox.workspace.stackOf(player.id).length = 0;
  return { before, after };
}

async function judges(player: Player, where = 'app'): Promise<void> {
  await player.presses('Justified', where, /TSA-1/);
  const modal = await player.modal('Justified');
  await modal.types('Your note, for the record', 'Orders were lost every minute; right to go in.');
  await modal.submits();
}

describe('a second emergency of the same person', () => {
  it('says in the form, in its card and when it is sent that somebody else must confirm it, and why', async () => {
    s = await testApp();
    const { sam, noor, ann } = s.cast;
    expect((await declares(sam, 'contoso')).before).toContain('It starts now, before anybody approves.');
    const { before, after } = await declares(sam, 'northwind');
    const why = 'because TSA-1 of yours is not reviewed and closed out yet';
    expect(before).toContain(`as soon as a second listed person confirms it, within 5 min, ${why}.`);
    expect(after).toContain(`waits for a second person*, ${why}`);
    expect(after).toContain('nobody is in until then');
    const alert = await noor.waitFor('#support-access-alerts', /nobody is in yet/);
    expect(alert.text).toContain('because TSA-1 of <@U0SAM> is not reviewed and closed out yet');
    // The customer is told what is so, and nothing of what happened in the tenant of another.
    const theirs = await ann.waitFor('#shared-northwind', /nobody is in yet/);
    expect(theirs.text).toContain('as soon as a second person confirms it.');
    expect(theirs.text).not.toContain('TSA-1');
    expect(theirs.buttons).toEqual([]);
    expect(
      await answer(s, sam, () => sam.presses('Confirm the emergency', '#support-access-alerts', /TSA-2/)),
    ).toMatch(/a second listed person must confirm: neither who declared it nor who reviews it/);
    await noor.presses('Confirm the emergency', '#support-access-alerts', /TSA-2/);
    const running = await ann.waitFor(
      '#shared-northwind',
      /started without approval, confirmed by <@U0NOOR>/,
    );
    expect(running.text).toMatch(/owes a review by <@U0ADA>/);
  });

  it('starts at once when the first is reviewed and closed out, and not before both', async () => {
    s = await testApp();
    const { sam, ada } = s.cast;
    await declares(sam, 'contoso');
    await sam.types('#support', '/tsa end');
    await judges(ada);
    await sam.waitFor('app', /judged the emergency justified/);
    expect((await declares(sam, 'northwind')).after).toContain('waits for a second person');
    await sam.types('#support', '/tsa cancel TSA-2');
    await sam.types('#support', '/tsa closeout TSA-1');
    const modal = await sam.modal('Close out');
    await modal.chooses('Can the customer do what failed before?', 'Yes');
    await modal.types('What was changed?', 'Stopped the import job');
    await modal.types('Who confirmed that?', 'Erika Muster, of their accounting');
    await modal.types('What was checked?', 'The invoices of March, each once.');
    await modal.submits();
    await sam.waitFor('app', /closed it out/);
    expect((await declares(sam, 'northwind')).before).toContain('It starts now');
    await sam.waitFor('app', /TSA-3.*<@U0SAM> is in Northwind/);
  });

  it('is refused, in words, where nobody else is listed who could confirm it', async () => {
    s = await testApp('socket', (policy) => ({
      ...policy,
      emergency: { ...policy.emergency, people: ['U0SAM'] },
    }));
    await declares(s.cast.sam, 'contoso');
    expect((await declares(s.cast.sam, 'northwind')).after).toMatch(
      /Not declared: .* because TSA-1 of yours is not reviewed and closed out yet, and nobody else is listed/,
    );
    expect((await written(s)).life.filter((one) => one.startsWith('TSA-2'))).toEqual([]);
  });
});

describe('an emergency is judged', () => {
  const dropsAda = (policy: Policy): Policy => ({
    ...policy,
    approvers: [{ people: ['U0BEN'], scopes: 'any', tenants: 'any' }],
  });

  it('by nobody whom the policy does not let decide there, though the reviewer leaves it to them', async () => {
    s = await testApp();
    const { sam, ada, otto } = s.cast;
    await declares(sam, 'contoso');
    await (await ada.opensHome()).presses('I’m away …');
    const away = await ada.modal('Away');
    await away.chooses('Who answers for you?', 'Otto');
    await away.submits();
    expect(away.errors).toEqual({});
    expect((await otto.opensHome()).text).not.toContain('to be reviewed');
    await otto.types('#support', '/tsa show TSA-1');
    const shown = await otto.waitFor('#support', /TSA-1/);
    expect(shown.buttons).not.toContain('Justified');
    // The reviewer is still asked, as nobody who could stands in for them.
    await s.later(12 * 3_600_000);
    await ada.waitFor('app', /still owes its review by <@U0ADA>/);
    await s.later(0);
    expect(otto.sees('app').map((message) => message.text)).toEqual([]);
  });

  it('by no reviewer whom the policy names no more: an admin is reminded, and judges instead', async () => {
    s = await testApp();
    const { sam, ada, mia } = s.cast;
    await declares(sam, 'contoso');
    await ada.presses('Justified', 'app', /TSA-1/);
    const open = await ada.modal('Justified');
    await s.restart(dropsAda);
    await open.types('Your note, for the record', 'It was right to go in.');
    await open.submits();
    expect(open.text).toMatch(/by the current policy you do not decide about TSA-1/);
    await s.later(12 * 3_600_000);
    const reminder = await mia.waitFor('app', /still owes its review by <@U0MIA>/);
    expect(reminder.buttons).toEqual(['Justified', 'Not justified']);
    expect(ada.sees('app').flatMap((message) => message.buttons)).not.toContain('Justified');
    await judges(mia);
    await sam.waitFor('app', /<@U0MIA> judged the emergency justified/);
  });
});
