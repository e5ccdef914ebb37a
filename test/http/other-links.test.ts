import { describe, expect, it } from 'vitest';
import { approve, ask, deny, end, extend, file, start, takeOn } from '../support/access-commands.ts';
import { ANN, cara, CARA, carl, CARL, GUS, HOUR, MINUTE, RITA, T0 } from '../support/access-fixtures.ts';
import { consenting, openTestPages, facts, owed } from '../support/test-pages.ts';
import type { TestPages } from '../support/test-pages.ts';

/** A request that waits for Ann and for the customer. */
async function asked(): Promise<TestPages> {
  const d = openTestPages(consenting('acme'));
  await d.given(RITA, file());
  return d;
}
/** A session of Gus's in Acme. */
async function running(d = openTestPages()): Promise<TestPages> {
  await d.given(RITA, file());
  await d.given(ANN, approve(), 1);
  await d.given(GUS, start, 1);
  return d;
}

describe('The other links', () => {
  it('stop a session that nobody expected, at once, and say what to do next', async () => {
    const d = await running();
    const { path, code } = await d.issue('report', { version: 4 });
    expect((await d.get(path)).text).toContain('Gus is in Acme Ltd (production)');
    d.clock.turn(MINUTE);
    const { text } = await d.post(path, { code, answer: 'report' });
    expect(text).toContain('Stopped The session of TSA-1 is over: Cara stopped it on 2 Mar 2026, 09:01 UTC.');
    for (const next of ['Write to your support team', 'recent activity', 'change your password'])
      expect(text).toContain(next);
    expect(facts(d, 4)).toEqual([
      `session.reported by customer:${CARA}`,
      `session.ended by customer:${CARA}`,
    ]);
    expect((await d.get(path)).text).toContain('This link has been used already');
  });

  it('say that the session is over when it ended before, by hand or by itself', async () => {
    const d = await running();
    const { path, code } = await d.issue('report', { version: 4, expiresAt: T0 + 9 * HOUR });
    const [first, second] = [await d.issue('report'), { path, code }];
    await d.given(GUS, end, 1);
    expect((await d.post(first.path, { code: first.code, answer: 'report' })).text).toContain(
      'Gus ended it on',
    );
    const other = await running();
    const late = await other.issue('report', { version: 4, expiresAt: T0 + 9 * HOUR });
    other.clock.turn(HOUR);
    expect((await other.get(late.path)).text).toContain('The session has ended by itself.');
    expect((await d.get(second.path)).status).toBe(200);
  });

  it('give more time, or do not, where the customer is the one to decide', async () => {
    for (const answer of ['approve', 'decline']) {
      const d = openTestPages();
      await d.given(cara, ask());
      await d.given(GUS, takeOn(), 1);
      await d.given(GUS, extend(), 1);
      const { path, code } = await d.issue('extension', { version: 4 });
      expect((await d.get(path)).text).toContain('Gus asks for 1 h more, until 2 Mar 2026, 11:00 UTC.');
      const { status } = await d.post(path, { code, answer, reason: 'It works again.' });
      expect(status).toBe(200);
      const last = answer === 'approve' ? 'agreed extension.approved' : 'denied';
      const by = `by customer:${CARA}`;
      expect(facts(d, 4)).toEqual(
        last.split(' ').map((one) => `${one.includes('.') ? one : `extension.${one}`} ${by}`),
      );
    }
  });

  it('give more time together with those of ours who must say yes, too, and with nobody else’s yes', async () => {
    const d = openTestPages();
    await d.given(RITA, file({ tenantId: 'bolt' }));
    await d.given(ANN, approve(), 1);
    await d.given(carl, approve(), 1);
    await d.given(GUS, start, 1);
    await d.given(GUS, extend(), 1);
    const about = { tenantId: 'bolt', version: 6 };
    const { path, code } = await d.issue('extension', about);
    const twice = await d.issue('extension', about);
    const shown = (await d.get(path)).text;
    expect(shown).toContain('May Gus stay longer in Bolt Ltd (production)?');
    expect(shown).toContain('Ann of ours must say yes, too.');
    const { status, text } = await d.post(path, { code, answer: 'approve' });
    expect(status).toBe(200);
    expect(text).toContain('You said yes to more time in TSA-1');
    expect(text).toContain('Gus asks for 1 h more; it waits for Ann.');
    expect(facts(d, 6)).toEqual([`extension.agreed by customer:${CARA}`]);
    for (const page of [
      await d.get(twice.path),
      await d.post(twice.path, { code: twice.code, answer: 'approve' }),
    ])
      expect(page.text).toContain('TSA-1: nothing is left to decide');
    await d.given(ANN, { type: 'approve_extension', version: 6, typedTenantId: null }, 1);
    expect(facts(d, 7)).toEqual([`extension.agreed by ${ANN}`, `extension.approved by ${ANN}`]);
  });

  it('answer only the question that the mail asked: more time asked for again has a newer mail', async () => {
    const d = openTestPages();
    await d.given(cara, ask());
    await d.given(GUS, takeOn(), 1);
    await d.given(GUS, extend(), 1);
    const { path, code } = await d.issue('extension', { version: 4 });
    await d.given(cara, { type: 'deny_extension', reason: 'Not now.' }, 1);
    expect((await d.get(path)).text).toContain('nothing is left to decide');
    await d.given(GUS, extend(30 * MINUTE), 1);
    expect((await d.post(path, { code, answer: 'approve' })).text).toContain(
      'Something else is asked for now',
    );
    expect(facts(d, 6)).toEqual([]);
  });

  it('cancel what the contact asked for, until somebody accepts it', async () => {
    const d = openTestPages();
    await d.given(cara, ask());
    const { path, code } = await d.issue('cancel');
    expect((await d.get(path)).text).toContain('Your request TSA-1 for help in Acme Ltd (production)');
    expect((await d.post(path, { code, answer: 'cancel' })).text).toContain('You cancelled TSA-1');
    expect(facts(d, 1)).toEqual([`request.cancelled by customer:${CARA}`]);
    await d.given(cara, ask({ tried: 'Twice.' }));
    const late = await d.issue('cancel', { requestNo: 2 });
    await d.given(GUS, takeOn(), 2);
    expect((await d.post(late.path, { code: late.code, answer: 'cancel' })).text).toContain(
      'Gus started the session',
    );
  });

  it('cancel what the same contact asked for in Slack', async () => {
    const both = { name: 'Carl', slack: CARL, email: CARA };
    const world = consenting();
    const acme = world.policy.tenants.get('acme');
    if (acme === undefined) throw new Error('there is no acme');
    const tenants = new Map([...world.policy.tenants, ['acme', { ...acme, contacts: [both] }]]);
    const d = openTestPages({ ...world, policy: { ...world.policy, tenants } });
    await d.given(carl, ask());
    const { path, code } = await d.issue('cancel');
    expect((await d.post(path, { code, answer: 'cancel' })).text).toContain('You cancelled TSA-1');
    expect(facts(d, 1)).toEqual([`request.cancelled by customer:${CARA}`]);
  });

  it('take no answer that is not theirs', async () => {
    const d = await running();
    const { path, code } = await d.issue('report', { version: 4 });
    const before = d.trace();
    for (const answer of ['', 'approve', 'cancel', 'decline', 'end', '__proto__'])
      expect((await d.post(path, { code, answer })).status).toBe(422);
    expect(d.trace()).toBe(before);
  });
});

describe('A new mail', () => {
  it('goes to the address that the link was for, as long as there is something to decide', async () => {
    const d = await asked();
    const { path } = await d.issue('consent', { expiresAt: T0 + MINUTE });
    d.clock.turn(MINUTE);
    const { text } = await d.post(`${path}/mail`, { email: 'eve@evil.example' });
    expect(text).toContain('A new mail is on its way');
    expect(owed(d)).toEqual([`later-mail:1:${CARA} consent_mail`]);
    await d.given(ANN, deny, 1);
    const over = await d.post(`${path}/mail`);
    expect(over.text).toContain('Ann declined TSA-1');
    expect(owed(d)).toHaveLength(1);
  });

  it('is not sent more than three times an hour', async () => {
    const d = await asked();
    const { path } = await d.issue('consent', { expiresAt: T0 });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await d.post(`${path}/mail`)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(owed(d)).toHaveLength(3);
  });
});
