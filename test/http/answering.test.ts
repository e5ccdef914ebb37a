import { describe, expect, it } from 'vitest';
import { approve, file, start } from '../support/access-commands.ts';
import { ANN, CARA, carl, CARL, GUS, HOUR, MINUTE, RITA, T0 } from '../support/access-fixtures.ts';
import { consenting, openTestPages, facts, withoutCara } from '../support/test-pages.ts';
import type { TestPages } from '../support/test-pages.ts';

/** A request that waits for Ann and for the customer. */
async function asked(): Promise<TestPages> {
  const d = openTestPages(consenting('acme'));
  await d.given(RITA, file());
  return d;
}
describe('A link that asks for consent', () => {
  it('shows who asks, for whom, where, for what, why and until when, in names and in UTC', async () => {
    const d = await asked();
    const { path } = await d.issue('consent');
    const { status, text, body } = await d.get(path);
    expect(status).toBe(200);
    expect(text).toContain('May Gus enter Acme Ltd (production)?');
    for (const fact of [
      'Request TSA-1',
      'Asked by Rita, 2 Mar 2026, 09:00 UTC',
      'Who enters Gus',
      'Acme Ltd · production · eu-west-1',
      'The support scope – What support allows.',
      'Allowed Read the import log.',
      'Off limits Payment data.',
      'Case CASE-7',
      'For how long 1 h',
      'Over at the latest 2 Mar 2026, 14:30 UTC',
      'Invoices for March show twice',
      'The 6-digit code from the mail',
    ])
      expect(text).toContain(fact);
    expect(body).toContain('inputmode="numeric"');
    expect(body).toContain('autocomplete="one-time-code"');
    expect(text).not.toMatch(/\bU[A-Z]{3}\b/);
  });

  it('approves with its code, beside the approver in Slack, and says what comes next', async () => {
    const d = await asked();
    await d.given(ANN, approve(), 1);
    const { path, code } = await d.issue('consent', { version: 2 });
    const { status, text } = await d.post(path, { code, answer: 'approve' });
    expect(status).toBe(200);
    expect(text).toContain('You approved TSA-1');
    expect(text).toContain('Ann and Cara approved TSA-1; Gus has not started the session yet.');
    expect(facts(d, 2)).toEqual([`approval.given by customer:${CARA}`, `grant.issued by customer:${CARA}`]);
    await d.given(GUS, start, 1);
    expect((await d.views.record(1))?.state.phase).toBe('active');
  });

  it('takes the code as people copy it, and names who is still waited for', async () => {
    const d = await asked();
    const { path, code } = await d.issue('consent');
    const { text } = await d.post(path, { code: ` ${code.slice(0, 3)} ${code.slice(3)}`, answer: 'approve' });
    expect(text).toContain(
      'Cara approved TSA-1 on 2 Mar 2026, 09:00 UTC. It waits for Ann; nobody has access yet.',
    );
  });

  it('declines with a reason, which whoever asked reads', async () => {
    const d = await asked();
    const { path, code } = await d.issue('consent');
    const missing = await d.post(path, { code, answer: 'decline', reason: '  ' });
    expect(missing.status).toBe(422);
    expect(missing.text).toContain('Please say why');
    const { text } = await d.post(path, { code, answer: 'decline', reason: 'Not\r\nthis week.' });
    expect(text).toContain('You declined');
    expect((await d.views.record(1))?.state).toMatchObject({
      phase: 'denied',
      verdict: { by: `customer:${CARA}`, reason: 'Not\nthis week.' },
    });
  });

  it('keeps what was typed when the code is wrong, and does nothing', async () => {
    const d = await asked();
    const { path, wrong } = await d.issue('consent');
    const before = d.trace();
    const { status, text, body } = await d.post(path, {
      code: wrong,
      answer: 'decline',
      reason: 'Not "now" <b>',
    });
    expect(status).toBe(422);
    expect(text).toContain('This is not the code of this mail.');
    expect(body).toContain('Not &quot;now&quot; &lt;b&gt;');
    for (const code of ['', '12345', '1234567', 'abcdef'])
      expect((await d.post(path, { code, answer: 'approve' })).status).toBe(422);
    expect(d.trace()).toBe(before);
  });

  it('is over after five wrong codes, also for the right one', async () => {
    const d = await asked();
    const { path, code, wrong } = await d.issue('consent');
    const before = d.trace();
    for (let i = 0; i < 5; i++) await d.post(path, { code: wrong, answer: 'approve' });
    const { status, text } = await d.post(path, { code, answer: 'approve' });
    expect(status).toBe(410);
    expect(text).toContain('This link is closed: the code was wrong five times');
    expect(d.trace()).toBe(before);
  });

  it('takes no more than five codes, also when many come at once', async () => {
    const d = await asked();
    const { path, code, wrong, token } = await d.issue('consent');
    const before = d.trace();
    const guesses = [...Array<string>(24).fill(wrong), code];
    const pages = await Promise.all(guesses.map((one) => d.post(path, { code: one, answer: 'approve' })));
    expect(pages.at(-1)?.status).toBe(410);
    expect((await d.links.find(token))?.state).toBe('locked');
    expect(d.trace()).toBe(before);
  });

  it('has one effect when it is sent twice, one after the other or at once', async () => {
    const d = await asked();
    const { path, code } = await d.issue('consent');
    const both = await Promise.all([1, 2].map(() => d.post(path, { code, answer: 'approve' })));
    expect(both.map((page) => page.status)).toEqual([200, 200]);
    const third = await d.post(path, { code, answer: 'decline', reason: 'On second thoughts, no.' });
    expect(third.status).toBe(410);
    expect(third.text).toContain('This link has been used already');
    expect(facts(d, 1)).toEqual([`approval.given by customer:${CARA}`]);
  });

  it('lets one of two answers at once win, and tells the other what happened', async () => {
    const d = await asked();
    const { path, code } = await d.issue('consent');
    const pages = await Promise.all([
      d.post(path, { code, answer: 'approve' }),
      d.post(path, { code, answer: 'decline', reason: 'Not this week.' }),
    ]);
    expect(pages.map((page) => page.status).sort()).toEqual([200, 410]);
    expect(facts(d, 1)).toHaveLength(1);
    expect(pages.find((page) => page.status === 410)?.text).toContain('This link has been used already');
  });

  it('says who was quicker when another contact answered in Slack', async () => {
    const d = await asked();
    const { path, code } = await d.issue('consent');
    await d.given(carl, approve(), 1);
    for (const page of [await d.get(path), await d.post(path, { code, answer: 'approve' })]) {
      expect(page.text).toContain('TSA-1: nothing is left to decide');
      expect(page.text).toContain('Carl approved TSA-1');
    }
    expect(facts(d, 1)).toEqual([`approval.given by ${CARL}`]);
  });

  it('asks for a newer mail when less is asked for now than the mail said', async () => {
    const d = await asked();
    const { path, code } = await d.issue('consent');
    const less = {
      scopeId: 'read',
      allowedActions: ['Read the import log.'],
      moreOffLimits: 'Logs.',
      durationMs: HOUR,
    };
    await d.given(ANN, approve(less), 1);
    const { status, text } = await d.post(path, { code, answer: 'approve' });
    expect(status).toBe(410);
    expect(text).toContain('Something else is asked for now');
    expect(text).toContain('Please use the link in the newer mail.');
    const newer = await d.issue('consent', { version: 2 });
    expect((await d.get(newer.path)).text).toContain('The read scope');
    expect((await d.post(newer.path, { code: newer.code, answer: 'approve' })).status).toBe(200);
  });

  it('opens nothing for whoever is no contact any more, of this tenant or of any', async () => {
    const d = await asked();
    const own = await d.issue('consent');
    const others = await d.issue('consent', { tenantId: 'corp' });
    const before = d.trace();
    d.world = withoutCara();
    for (const { path, code } of [own, others])
      for (const page of [
        await d.get(path),
        await d.post(path, { code, answer: 'approve' }),
        await d.post(`${path}/mail`),
      ]) {
        expect(page.status).toBe(410);
        expect(page.text).toContain('is not listed as a contact any more');
        expect(page.text).not.toContain('Invoices');
      }
    expect(d.trace()).toBe(before);
  });

  it('is too old after its time, and after the request’s: nobody is asked any more', async () => {
    const d = await asked();
    const { path, code } = await d.issue('consent', { expiresAt: T0 + MINUTE });
    const longer = await d.issue('consent', { expiresAt: T0 + 100 * HOUR });
    d.clock.turn(MINUTE);
    const old = await d.post(path, { code, answer: 'approve' });
    expect(old.status).toBe(410);
    expect(old.text).toContain('This link is too old');
    expect(old.text).toContain('Send me a new mail');
    d.clock.set(T0 + 4 * HOUR);
    const lapsed = await d.post(longer.path, { code: longer.code, answer: 'approve' });
    expect(lapsed.text).toContain('its time is over');
    expect(facts(d, 1)).toEqual([]);
  });
});
