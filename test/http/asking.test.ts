import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { declare, takeOn } from '../support/access-commands.ts';
import { CARA, EVE, GUS, perHour, REASON, T0, TENANTS, worldOf } from '../support/access-fixtures.ts';
import { openTestPages, facts, owed } from '../support/test-pages.ts';

describe('Asking for help on the page', () => {
  const told = {
    reason: REASON,
    tried: 'Ran it\r\nagain.',
    expected: 'One invoice each.',
    urgency: 'high',
    form: 'f1',
  };

  it('says what sending it means, and files it in the contact’s name', async () => {
    const d = openTestPages();
    const { path, code } = await d.issue('tenant');
    expect((await d.get(`${path}/ask`)).text).toContain(
      'By sending this you allow our support to enter this tenant for this issue, for at most 24 hours from now.',
    );
    const { text } = await d.post(`${path}/ask`, { ...told, code });
    expect(text).toContain(
      'TSA-1 is on its way to our support Support may enter for this until 3 Mar 2026, 09:00 UTC.',
    );
    expect((await d.views.record(1))?.state).toMatchObject({
      phase: 'unclaimed',
      requester: `customer:${CARA}`,
      reason: REASON,
      origin: {
        kind: 'customer',
        words: { tried: 'Ran it\nagain.', expected: 'One invoice each.', urgency: 'high', files: [] },
      },
    });
    await d.given(GUS, takeOn(), 1);
    expect((await d.get(path)).text).toContain('Gus of our support is in Acme Ltd');
  });

  it('files once what is sent twice, and again what is meant again', async () => {
    const d = openTestPages();
    const { path, code } = await d.issue('tenant');
    await Promise.all([1, 2].map(() => d.post(`${path}/ask`, { ...told, code })));
    await d.post(`${path}/ask`, { ...told, code });
    expect(facts(d)).toHaveLength(1);
    await d.post(`${path}/ask`, { ...told, code, form: 'f2' });
    expect(facts(d)).toHaveLength(2);
  });

  it('keeps what was typed where something is wrong, and says what', async () => {
    const d = openTestPages();
    const { path, code, wrong } = await d.issue('tenant');
    const vague = await d.post(`${path}/ask`, { ...told, reason: 'please help', code });
    expect(vague.status).toBe(422);
    expect(vague.text).toContain('We could not tell from this what is wrong.');
    expect(vague.text).toContain('One invoice each.');
    expect(vague.body).toMatch(/value="high"\s+checked/);
    const coded = await d.post(`${path}/ask`, { ...told, code: wrong });
    expect(coded.text).toContain('This is not the code of this mail.');
    expect(facts(d)).toEqual([]);
    // The same form, mended, is a new try.
    expect((await d.post(`${path}/ask`, { ...told, code })).status).toBe(200);
  });

  it('says so when enough is open, and when nobody can be found to take care of it', async () => {
    const d = openTestPages(worldOf({ limits: { openRequests: 1 } }));
    const { path, code } = await d.issue('tenant');
    await d.post(`${path}/ask`, { ...told, code });
    const more = await d.post(`${path}/ask`, { ...told, code, form: 'f2' });
    expect(more.text).toContain('You already have TSA-1 open, and 1 at a time is the limit.');
    const nobody = openTestPages(worldOf({ standing: { UADA: 'deactivated' } }));
    const link = await nobody.issue('tenant');
    expect((await nobody.post(`${link.path}/ask`, { ...told, code: link.code })).text).toContain(
      'write to your support team',
    );
  });

  it('is there where the tenant has it, and only there', async () => {
    const d = openTestPages(worldOf({ tenants: TENANTS.map((t) => ({ ...t, customerRequests: false })) }));
    const { path, code } = await d.issue('tenant');
    expect((await d.get(path)).text).not.toContain('Ask for help');
    expect((await d.get(`${path}/ask`)).status).toBe(404);
    expect((await d.post(`${path}/ask`, { ...told, code })).status).toBe(404);
    expect(facts(d)).toEqual([]);
  });
});

describe('The way to the page', () => {
  it('is mailed to a contact’s address, in any case of letters, for each of their tenants', async () => {
    const d = openTestPages();
    expect((await d.post('/tenants', { email: ' Cara@ACME.example ' })).status).toBe(200);
    await d.settled();
    expect(owed(d)).toEqual([`mail:${CARA} tenant_mail`, `mail:${CARA} tenant_mail`]);
  });

  it('answers the same for addresses that it knows and that it does not', async () => {
    const d = openTestPages();
    const known = await d.post('/tenants', { email: CARA });
    const unknown = await d.post('/tenants', { email: 'eve@evil.example' });
    await d.settled();
    expect(unknown.status).toBe(known.status);
    expect(unknown.body).toBe(known.body);
    expect([...unknown.headers]).toEqual([...known.headers]);
    expect(owed(d)).toHaveLength(2);
    for (const email of [CARA, 'eve@evil.example']) {
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++) statuses.push((await d.post('/tenants', { email })).status);
      expect(statuses).toEqual([200, 200, 429]);
    }
  });

  it('takes an address, and nothing that is none', async () => {
    const d = openTestPages();
    for (const email of [
      '',
      'x',
      `${CARA}, eve@evil.example`,
      `${CARA}\r\nBcc: eve@evil.example`,
      'x'.repeat(300),
    ])
      expect((await d.post('/tenants', { email })).status).toBe(422);
    await d.settled();
    expect(owed(d)).toEqual([]);
    expect((await openTestPages(worldOf(), { mail: false }).get('/tenants')).text).toContain(
      'please ask your support team',
    );
  });

  it('is mailed again to the address that an old link was for', async () => {
    const d = openTestPages();
    const { path } = await d.issue('tenant', { expiresAt: T0 });
    expect((await d.get(path)).text).toContain('A link to this page works for half an hour.');
    await d.post(`${path}/mail`);
    expect(owed(d)).toEqual([`mail:${CARA} tenant_mail`]);
  });

  it('is mailed as often within an hour as the policy lets it, and the page says when it is again', async () => {
    const d = openTestPages(worldOf({ limits: { perHour: perHour(1, 9) } }));
    const { path } = await d.issue('tenant');
    expect((await d.post(`${path}/mail`)).status).toBe(200);
    const { status, text } = await d.post(`${path}/mail`);
    expect(status).toBe(409);
    expect(text).toContain(
      'No mail was sent Nothing was changed: 1 mails with a link an hour is the limit for one person. It goes again on 2 Mar 10:00 UTC.',
    );
    await d.post('/tenants', { email: CARA });
    await d.settled();
    expect(owed(d)).toHaveLength(1);
  });
});

describe('A product’s own banner', () => {
  const KEY = 'k'.repeat(64);
  const statusKeySha256 = createHash('sha256').update(KEY).digest('hex');
  const world = worldOf({ tenants: TENANTS.map((t) => (t.id === 'acme' ? { ...t, statusKeySha256 } : t)) });
  const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

  it('hears whether support is in, who, with what, since when and until when', async () => {
    const d = openTestPages(world);
    expect(JSON.parse((await d.get('/tenants/acme/status', bearer(KEY))).body)).toEqual({
      tenant: 'acme',
      now: '2026-03-02T09:00:00.000Z',
      support_is_in: false,
      sessions: [],
    });
    await d.given(EVE, declare());
    await d.given(EVE, declare({ tenantId: 'bolt' }));
    expect(JSON.parse((await d.get('/tenants/acme/status', bearer(KEY))).body)).toMatchObject({
      support_is_in: true,
      sessions: [
        {
          request: 'TSA-1',
          who: 'Eve',
          scope: 'The admin scope',
          emergency: true,
          since: '2026-03-02T09:00:00.000Z',
          until: '2026-03-02T10:00:00.000Z',
        },
      ],
    });
  });

  it('is answered however often it asks, with its key', async () => {
    const d = openTestPages(world);
    for (let i = 0; i < 2_000; i++)
      expect((await d.get('/tenants/acme/status', bearer(KEY))).status).toBe(200);
  });

  it('hears the same no without a key, with a wrong one, and for a tenant that there is not', async () => {
    const d = openTestPages(world);
    const answers = [
      await d.get('/tenants/acme/status'),
      await d.get('/tenants/acme/status', bearer('')),
      await d.get('/tenants/acme/status', bearer(statusKeySha256)),
      await d.get('/tenants/acme/status', { headers: { authorization: `Basic ${KEY}` } }),
      await d.get('/tenants/bolt/status', bearer(KEY)),
      await d.get('/tenants/nowhere/status', bearer(KEY)),
      await d.get('/tenants/__proto__/status', bearer(KEY)),
    ];
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(401);
    for (let i = 0; i < 40; i++) await d.get('/tenants/acme/status', bearer('guess'));
    expect((await d.get('/tenants/acme/status', bearer('guess'))).status).toBe(429);
    expect((await d.get('/tenants/acme/status', bearer(KEY))).status).toBe(200);
  });
});
