import { describe, expect, it } from 'vitest';
import { ask, closeOut, declare, end, file } from '../support/access-commands.ts';
import { ANN, cara, CARA, EMI, EVE, GUS, HOUR, MINUTE, RITA, timer } from '../support/access-fixtures.ts';
import { TWO_PEOPLE } from '../support/access-story.ts';
import type { Post } from '../support/test-mail.ts';
import { inUse, lines, linksIn, post } from '../support/test-mail.ts';

const SCOPE = 'Scope: The support scope (What support allows)';
const READ = { scopeId: 'read', allowedActions: 'Read the log.', offLimits: '', durationMs: HOUR, roles: [] };

/** The last mail's subject and first lines. */
async function says(p: Post, count = 2): Promise<readonly string[]> {
  await p.deliver();
  return [p.last().parsed.subject ?? '', ...lines(p.last()).slice(0, count)];
}

describe('A mail has the facts in its subject and its first two lines', () => {
  it('when a session starts, is extended, and ends', async () => {
    const p = await post();
    await inUse(p);
    expect(await says(p)).toEqual([
      '[TSA-1] Gus Engineer is in Acme Ltd (production) until 10:00 UTC',
      'Gus Engineer is in Acme Ltd (production) until 10:00 UTC on 2 March 2026.',
      `${SCOPE}.`,
    ]);
    await p.does(
      GUS,
      { type: 'ask_extension', durationMs: HOUR, reason: 'The import log is longer than we thought it was.' },
      1,
    );
    await p.does(ANN, { type: 'approve_extension', version: 5, typedTenantId: null }, 1);
    expect(await says(p)).toEqual([
      '[TSA-1] More time: Gus Engineer is in Acme Ltd (production) until 11:00 UTC',
      'More time: Gus Engineer is in Acme Ltd (production) until 11:00 UTC on 2 March 2026.',
      `${SCOPE}.`,
    ]);
    p.clock.turn(32 * MINUTE);
    await p.does(GUS, end, 1);
    expect(await says(p)).toEqual([
      '[TSA-1] Gus Engineer is out of Acme Ltd (production)',
      'Gus Engineer was in Acme Ltd (production) from 09:00 to 09:32 UTC on 2 March 2026 (32 min).',
      `${SCOPE}. The access is over: ended by Gus Engineer.`,
    ]);
  });

  it('when a session expires, and when the customer stops it', async () => {
    const p = await post();
    await inUse(p);
    await p.does(cara, { type: 'report_unexpected' }, 1);
    expect(await says(p)).toEqual([
      '[TSA-1] Stopped: Gus Engineer is out of Acme Ltd (production)',
      'Gus Engineer was in Acme Ltd (production) from 09:00 to 09:00 UTC on 2 March 2026 (0 s).',
      `${SCOPE}. The access is over: stopped by Cara.`,
    ]);
    const q = await post();
    await inUse(q);
    q.clock.turn(HOUR);
    await q.does(timer, { type: 'expire' }, 1);
    expect((await says(q))[2]).toBe(
      `${SCOPE}. The access is over: it ended by itself, when its time was up.`,
    );
  });

  it('when whoever was in left our company: what stopped them, and why', async () => {
    const p = await post();
    await inUse(p);
    p.clock.turn(32 * MINUTE);
    const left = { standing: { [GUS]: 'deactivated' } } as const;
    await p.does(timer, { type: 'call_off', person: GUS }, 1, left);
    expect(await says(p, 5)).toEqual([
      '[TSA-1] Stopped: Gus Engineer is out of Acme Ltd (production)',
      'Gus Engineer was in Acme Ltd (production) from 09:00 to 09:32 UTC on 2 March 2026 (32 min).',
      `${SCOPE}. The access is over: stopped by our program.`,
      '',
      'What was said at the end:',
      '> Whoever held the access may do so no more: their account was deactivated.',
    ]);
  });

  it('when an emergency is declared, and when it starts: it says that nobody waited, and why', async () => {
    const p = await post(TWO_PEOPLE);
    await p.does(EVE, declare());
    expect(await says(p)).toEqual([
      '[TSA-1] EMERGENCY declared for Acme Ltd (production)',
      'EMERGENCY: Eve Oncall wants to enter Acme Ltd (production) without waiting for your consent.',
      'Scope: The admin scope (What admin allows). Nobody is in yet: a second person must confirm by 09:10 UTC on 2 March 2026.',
    ]);
    await p.does(EMI, { type: 'confirm_emergency' }, 1);
    expect(await says(p, 5)).toEqual([
      '[TSA-1] EMERGENCY: Eve Oncall is in Acme Ltd (production) until 10:00 UTC',
      'EMERGENCY: Eve Oncall is in Acme Ltd (production) until 10:00 UTC on 2 March 2026.',
      'Scope: The admin scope (What admin allows).',
      '',
      'They did not wait for your consent, because:',
      expect.stringMatching(/^> Invoices for March/),
    ]);
    expect(p.last().parsed.text).toContain('Confirmed by: Emi Oncall');
  });

  it('when an emergency that waited comes to nothing: who heard of it hears that nobody entered', async () => {
    const p = await post(TWO_PEOPLE);
    await p.does(EVE, declare());
    p.clock.turn(10 * MINUTE);
    await p.does(timer, { type: 'lapse' }, 1);
    expect(await says(p)).toEqual([
      '[TSA-1] Over: the emergency in Acme Ltd (production). Nobody entered',
      'The emergency that Eve Oncall declared for Acme Ltd (production) is over: no second person confirmed it in time.',
      'Scope: The admin scope (What admin allows). Nobody entered, and nobody can do so for it any more.',
    ]);
    await p.does(EVE, declare());
    await p.does(EVE, { type: 'cancel', reason: '' }, 2);
    expect((await says(p))[1]).toMatch(/ is over: cancelled by Eve Oncall\.$/);
  });

  it('when consent is asked for, and for more time: it says what no answer means', async () => {
    const p = await post();
    await p.does(RITA, file({ tenantId: 'bolt' }));
    expect(await says(p)).toEqual([
      '[TSA-1] Gus Engineer asks to enter Bolt Ltd (production)',
      'Gus Engineer asks to enter Bolt Ltd (production) for 1 h. You decide.',
      `${SCOPE}. Over by 14:30 UTC on 2 March 2026 at the latest.`,
    ]);
    expect(lines(p.last()).join(' ')).toContain(
      'Without your yes nobody enters. Unanswered by 13:00 UTC on 2 March 2026, the request lapses.',
    );
    const q = await post();
    await q.does(cara, ask());
    await q.does(GUS, { type: 'accept', ...READ }, 1);
    await q.does(
      GUS,
      { type: 'ask_extension', durationMs: HOUR, reason: 'The import log is longer than we thought it was.' },
      1,
    );
    expect(await says(q)).toEqual([
      '[TSA-1] Gus Engineer asks for more time in Acme Ltd (production)',
      'Gus Engineer asks for 1 h more in Acme Ltd (production), until 11:00 UTC on 2 March 2026. You decide.',
      'Scope: The read scope (What read allows). Without your yes the access ends as planned, at 10:00 UTC on 2 March 2026.',
    ]);
  });

  it('through the life of the customer’s own request', async () => {
    const p = await post();
    await p.does(cara, ask());
    expect(await says(p)).toEqual([
      '[TSA-1] Your request for help with Acme Ltd (production)',
      'Cara asked our support team to look inside Acme Ltd (production).',
      'Support may enter for this issue until 09:00 UTC on 3 March 2026, and not later.',
    ]);
    await p.does(GUS, { type: 'accept', ...READ }, 1);
    await p.does(GUS, end, 1);
    await p.does(GUS, closeOut({ removed: [] }), 1);
    expect(await says(p)).toEqual([
      '[TSA-1] Resolved: Acme Ltd (production)',
      'Resolved: the request for help with Acme Ltd (production), says Gus Engineer.',
      'Gus Engineer was in from 09:00 to 09:00 UTC on 2 March 2026. Scope: The read scope (What read allows).',
    ]);
    await p.does(cara, ask());
    await p.does(cara, { type: 'cancel', reason: 'It works again.' }, 2);
    expect(await says(p)).toEqual([
      '[TSA-2] Cancelled: your request for help with Acme Ltd (production)',
      'The request for help with Acme Ltd (production) was cancelled by Cara.',
      'Support did not enter, and cannot do so for it any more.',
    ]);
    await p.does(cara, ask());
    p.clock.turn(24 * HOUR);
    await p.does(timer, { type: 'lapse' }, 3);
    expect((await says(p))[1]).toBe(
      'Nobody took up the request for help with Acme Ltd (production) in time.',
    );
  });

  it('for the tenant’s page, asked for or shown by our team', async () => {
    const p = await post();
    await p.owes({
      key: 'a',
      destination: `mail:${CARA}`,
      message: { kind: 'tenant_mail', tenantId: 'acme' },
    });
    expect((await says(p))[0]).toBe('Your page for Acme Ltd (production)');
    expect(lines(p.last()).join(' ')).toContain(
      'To stop a session there or to ask for help, the page asks for the code.',
    );
    const [link] = linksIn(p.last());
    expect(await p.links.find(link?.token ?? '')).toMatchObject({
      purpose: 'tenant',
      email: CARA,
      tenantId: 'acme',
      state: 'open',
    });
    p.clock.turn(30 * MINUTE);
    expect(await p.links.find(link?.token ?? '')).toMatchObject({ state: 'expired' });
    await p.owes({
      key: 'b',
      destination: `mail:${CARA}`,
      message: { kind: 'invitation', tenantId: 'acme', by: GUS },
    });
    expect((await says(p))[0]).toBe('Who enters Acme Ltd (production), and why: your page');
  });
});
