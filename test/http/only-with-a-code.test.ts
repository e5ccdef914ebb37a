import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ask, extend, file, takeOn } from '../support/access-commands.ts';
import { cara, GUS, REASON, RITA, TENANTS, worldOf } from '../support/access-fixtures.ts';
import type { TestPages, Mailed } from '../support/test-pages.ts';
import { consenting, openTestPages } from '../support/test-pages.ts';

/** Whatever is tried from outside, by machines and by people: nothing happens that a code was not typed for. */

/** One link of every purpose, each with something to decide. */
async function everyLink(d: TestPages): Promise<readonly Mailed[]> {
  await d.given(RITA, file());
  await d.given(cara, ask());
  await d.given(cara, ask({ tried: 'Twice.' }));
  await d.given(GUS, takeOn(), 3);
  await d.given(GUS, extend(), 3);
  return [
    await d.issue('consent'),
    await d.issue('cancel', { requestNo: 2 }),
    await d.issue('report', { requestNo: 3, version: 3 }),
    await d.issue('extension', { requestNo: 3, version: 4 }),
    await d.issue('tenant'),
  ];
}
const behind = ({ path }: Mailed): readonly string[] =>
  path.startsWith('/t/')
    ? ['', '/status.json', '/record.csv', '/ask', '/1', '/2', '/3', '/3/actions.csv'].map((end) => path + end)
    : [path];

describe('A mail scanner', () => {
  it('that fetches every link a thousand times with GET, HEAD and OPTIONS changes nothing', async () => {
    const d = openTestPages(consenting('acme'));
    const links = await everyLink(d);
    const before = d.trace();
    let client = 0;
    for (const path of links.flatMap(behind))
      for (let i = 0; i < 1_000; i++) {
        // From many places, so that every look reaches the page.
        const from = `198.51.${(client >> 8) & 255}.${client & 255}`;
        if (i % 25 === 0) client++;
        const method = ['GET', 'HEAD', 'OPTIONS'][i % 3] ?? 'GET';
        const { status } = await d.get(path, { method, from });
        if (status !== 200 && status !== 204) throw new Error(`${method} ${path.slice(44)}: ${status}`);
      }
    expect(d.trace()).toBe(before);
    for (const { token } of links) expect((await d.links.find(token))?.state).toBe('open');
  }, 240_000);

  it('that submits every form, with every button and without the code, changes nothing', async () => {
    const d = openTestPages(consenting('acme'));
    const links = await everyLink(d);
    const before = d.trace();
    for (const path of links.flatMap(behind)) {
      const { body } = await d.get(path);
      const forms = [...body.matchAll(/<form[^>]*action="([^"]+)"[^>]*>(.*?)<\/form>/gs)];
      for (const [, action = '', inside = ''] of forms)
        for (const [, answer = ''] of inside.matchAll(/name="answer" value="(\w+)"/g)) {
          const fields: Record<string, string> = {};
          for (const [, name = ''] of inside.matchAll(/<(?:input|textarea)[^>]*name="(\w+)"/g))
            fields[name] = REASON;
          const { status } = await d.post(action, { ...fields, code: '', answer });
          expect([404, 422]).toContain(status);
        }
    }
    for (const { path } of links)
      for (const method of ['PUT', 'PATCH', 'DELETE'])
        expect((await d.post(path, { answer: 'approve' }, { method })).status).toBe(404);
    expect(d.trace()).toBe(before);
    for (const { token } of links) expect((await d.links.find(token))?.state).toBe('open');
  });
});

describe('A hundred thousand guesses', () => {
  it('find no link', async () => {
    const d = openTestPages(consenting('acme'));
    const links = await everyLink(d);
    const before = d.trace();
    for (let i = 0; i < 50_000; i++) {
      const path = `/${i % 2 === 0 ? 'r' : 't'}/${randomBytes(32).toString('base64url')}`;
      const { status } = await d.get(path, {
        from: `2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::1`,
      });
      if (status !== 404) throw new Error(`a guess was answered with ${status}`);
    }
    expect(d.trace()).toBe(before);
    for (const { token } of links) expect((await d.links.find(token))?.state).toBe('open');
  }, 240_000);

  it('find no code: five wrong ones end the link, wherever they come from', async () => {
    const d = openTestPages(consenting('acme'));
    await d.given(RITA, file());
    const { path, code, wrong, token } = await d.issue('consent');
    const before = d.trace();
    for (let i = 0; i < 50_000; i++) {
      const guess = i < 5 ? wrong : String(i * 20).padStart(6, '0');
      const from = `2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::1`;
      const { status } = await d.post(path, { code: guess, answer: 'approve' }, { from });
      if (![410, 422, 429].includes(status)) throw new Error(`a guess was answered with ${status}`);
    }
    expect((await d.post(path, { code, answer: 'approve' }, { from: '198.51.100.9' })).status).not.toBe(200);
    expect((await d.links.find(token))?.state).toBe('locked');
    expect(d.trace()).toBe(before);
  }, 240_000);

  it('from one place are soon not listened to any more, and are told for how long; who has a link still is', async () => {
    const d = openTestPages();
    const { path } = await d.issue('tenant');
    const guess = () => d.get(`/t/${randomBytes(32).toString('base64url')}`);
    for (let i = 0; i < 40; i++) expect((await guess()).status).toBe(404);
    const { status, headers, text } = await guess();
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(text).toMatch(/Please try again in \d+ min/);
    expect((await d.get(path)).status).toBe(200);
  });
});

describe('A contact of one tenant', () => {
  it('learns nothing of another, and does nothing there, in whatever way they ask', async () => {
    const tenants = TENANTS.map((t) => {
      const contacts =
        t.id === 'bolt' ? [{ name: 'Bob', slack: null, email: 'bob@bolt.example' }] : t.contacts;
      return { ...t, consent: 'required' as const, contacts };
    });
    const d = openTestPages(worldOf({ tenants }));
    const secret = 'Payroll of the Bolt board fails since the merger with Initech; look at the job.';
    await d.given(RITA, file());
    await d.given(RITA, file({ tenantId: 'bolt', reason: secret }));
    await d.given({ kind: 'contact', email: 'bob@bolt.example' }, ask({ tenantId: 'bolt', reason: secret }));
    await d.given(
      { kind: 'contact', email: 'bob@bolt.example' },
      ask({ tenantId: 'bolt', reason: secret, tried: '2' }),
    );
    await d.given(GUS, takeOn(), 4);
    const page = await d.issue('tenant');
    const consent = await d.issue('consent');
    // What was mailed for a tenant of which they are no contact, by mistake or by a policy of before.
    const strays = [
      await d.issue('consent', { tenantId: 'bolt', requestNo: 2 }),
      await d.issue('cancel', { tenantId: 'bolt', requestNo: 3 }),
      await d.issue('report', { tenantId: 'bolt', requestNo: 4, version: 3 }),
      await d.issue('tenant', { tenantId: 'bolt' }),
    ];
    const before = d.trace();
    const { code, path } = page;
    const looks = [
      `${path}/2`,
      `${path}/3`,
      `${path}/4`,
      `${path}/2?tenant=bolt`,
      `${path}/02`,
      `${path}/2/../4`,
      `${path}/%32`,
      `${path}?tenant=bolt`,
      `${path}?before=9999999999999.999`,
      `${path}/record.csv?tenant=bolt`,
      `${path}/status.json?tenant=bolt`,
      `${consent.path}?no=2`,
      `/r/${page.token}`,
      `/t/${consent.token}`,
      `/t/${consent.token}/2`,
      '/tenants/bolt/status',
      ...strays.flatMap((stray) => behind(stray)),
    ];
    for (const [i, look] of looks.entries()) {
      const seen = await d.get(look, {
        from: `198.51.100.${i}`,
        headers: { authorization: `Bearer ${page.token}` },
      });
      expect(seen.body).not.toMatch(/Payroll|Initech|Bolt|TSA-[234]/);
    }
    const acts = [
      [`${path}/2`, { answer: 'cancel' }],
      [`${path}/3`, { answer: 'cancel' }],
      [`${path}/4`, { answer: 'report' }],
      [`${path}/4?tenant=bolt`, { answer: 'report', tenantId: 'bolt' }],
      [`${consent.path}?no=2`, { answer: 'deny', no: '2', requestNo: '2' }],
      [`/r/${page.token}`, { answer: 'approve' }],
      [`/t/${consent.token}/ask`, { reason: REASON, tenantId: 'bolt' }],
      ...strays.map((stray) => [stray.path, { answer: 'approve', code: stray.code }]),
      ...strays.map((stray) => [`${stray.path}/mail`, {}]),
      ...strays.map((stray) => [`${stray.path}/4`, { answer: 'report', code: stray.code }]),
    ] as const;
    for (const [i, [where, form]] of acts.entries()) {
      const told = await d.post(where as string, { code, ...(form as object) }, { from: `203.0.113.${i}` });
      expect(told.status).toBeGreaterThanOrEqual(400);
      expect(told.body).not.toMatch(/Payroll|Initech|Bolt|TSA-[234]/);
    }
    expect(d.trace()).toBe(before);
    const asked = await d.post(`${path}/ask`, { code, reason: REASON, tenantId: 'bolt', form: 'f' });
    expect(asked.status).toBe(200);
    expect((await d.views.record(5))?.state.tenant.id).toBe('acme');
  });
});
