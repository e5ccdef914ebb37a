import { describe, expect, it } from 'vitest';
import { approve, file, start } from '../support/access-commands.ts';
import { ANN, GUS, HOUR, OLA, REASON, RITA, TENANTS, worldOf } from '../support/access-fixtures.ts';
import { AT, consenting, openTestPages } from '../support/test-pages.ts';

/** What holds for each page, whatever it says. */

describe('Every answer', () => {
  it('is kept from being framed, stored, guessed at, loaded into, or told on to others', async () => {
    const d = openTestPages();
    const { path } = await d.issue('tenant');
    const paths = [
      path,
      `${path}/record.csv`,
      `${path}/1/actions.csv`,
      `${path}/status.json`,
      '/tenants',
      '/tenants/acme/status',
      '/assets/style.css',
      '/nowhere',
      '/',
      '/r/x',
    ];
    for (const one of paths) {
      const { headers, body } = await d.get(one);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(headers.get('set-cookie')).toBeNull();
      expect(body).not.toMatch(/ style=|<style|<script>|https?:\/\/(?!access\.example)/);
    }
  });

  it('to a form on another site is no', async () => {
    const d = openTestPages(consenting('acme'));
    await d.given(RITA, file());
    const { path, code } = await d.issue('consent');
    const before = d.trace();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-origin', origin: 'https://access.example.com.evil.example' },
    ] as Record<string, string>[])
      expect((await d.post(path, { code, answer: 'approve' }, { headers })).status).toBe(403);
    expect(d.trace()).toBe(before);
    const headers = { 'sec-fetch-site': 'same-origin', origin: AT };
    expect((await d.post(path, { code, answer: 'approve' }, { headers })).status).toBe(200);
  });

  it('to too long a reason says how long it may be, and to what is no form that a code is missing', async () => {
    const d = openTestPages(consenting('acme'));
    await d.given(RITA, file());
    const { path, code } = await d.issue('consent');
    const long = await d.post(path, { code, answer: 'decline', reason: 'x'.repeat(3_001) });
    expect(long.text).toContain('Too long: at most 3000 characters.');
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain', ''])
      expect((await d.post(path, {}, { headers: { 'content-type': type } })).status).toBe(422);
    expect(
      (await d.post('/tenants', {}, { headers: { 'content-type': 'multipart/form-data' } })).status,
    ).toBe(422);
  });

  it('to a failure is a plain sentence, and the log names neither token nor code', async () => {
    const d = openTestPages();
    const { path, token, code } = await d.issue('tenant');
    d.ledger.raw.exec('drop table seat; alter table request rename to gone');
    const { status, text } = await d.get(path);
    expect(status).toBe(500);
    expect(text).toContain('Something went wrong here');
    expect(text).not.toMatch(/gone|SQL|at \w+ \(/);
    await d.post(`${path}/ask`, { code, reason: REASON });
    expect(d.logged.join('')).toContain('a page failed');
    for (const secret of [token, code]) expect(d.logged.join('')).not.toContain(secret);
    d.log.info({ url: `${AT}${path}` }, `somebody looked at ${path}/ask`);
    expect(d.logged.join('')).not.toContain(token);
  });

  it('counts clients by the address that the proxy names, where there is one', async () => {
    const d = openTestPages(worldOf(), { clientHeader: 'X-Forwarded-For' });
    const headers = (last: string) => ({ headers: { 'x-forwarded-for': `10.0.0.1, ${last}` } });
    for (let i = 0; i < 41; i++) await d.get('/r/x', headers('198.51.100.1'));
    expect((await d.get('/r/x', headers('198.51.100.1'))).status).toBe(429);
    expect((await d.get('/r/x', headers('198.51.100.2'))).status).toBe(404);
    expect((await d.get('/r/x')).status).toBe(404);
  });

  it('is told apart by one address for all when the operator forgot to name the header, and the log says so once', async () => {
    const d = openTestPages();
    const headers = { 'x-forwarded-for': '198.51.100.1' };
    for (let i = 0; i < 3; i++) await d.get('/tenants', { headers });
    expect(d.logged.filter((line) => line.includes('set TSA_CLIENT_HEADER'))).toHaveLength(1);
  });
});

describe('What others wrote', () => {
  it('is shown as they wrote it, and does nothing', async () => {
    const bad = `<script>alert(1)</script> "'><img src=x onerror=alert(2)> {{7*7}} \${8*8} javascript:alert(3)`;
    const name = `Acme </title><script>alert(4)</script>`;
    const tenants = TENANTS.map((t) => ({
      ...t,
      name,
      environment: bad,
      region: bad,
      consent: 'required' as const,
      contacts: t.contacts.map((c) => ({ ...c, name: bad })),
    }));
    const scopes = worldOf().policy.scopes.map((s) => ({ ...s, name: bad, allows: bad }));
    const d = openTestPages(worldOf({ tenants, policy: { scopes } }));
    await d.given(
      RITA,
      file({
        reason: `${REASON} ${bad}`,
        allowedActions: bad,
        offLimits: bad,
        caseRef: 'javascript:alert(5)',
      }),
    );
    await d.given(ANN, approve(), 1);
    const consent = await d.issue('consent');
    const shown = [(await d.get(consent.path)).body];
    shown.push((await d.post(consent.path, { code: consent.wrong, answer: 'decline', reason: bad })).body);
    shown.push((await d.post(consent.path, { code: consent.code, answer: 'approve' })).body);
    await d.given(GUS, start, 1);
    await d.given(OLA, { type: 'revoke', reason: bad }, 1);
    const { path, code } = await d.issue('tenant', { expiresAt: d.clock.now() + HOUR });
    await d.post(`${path}/ask`, { code, reason: `${REASON} ${bad}`, tried: bad, expected: bad, form: bad });
    for (const one of [path, `${path}/1`, `${path}/2`, `${path}/ask`]) shown.push((await d.get(one)).body);
    shown.push(
      (await d.post(`${path}/ask`, { code, reason: bad, tried: bad, form: bad, urgency: bad })).body,
    );
    shown.push((await d.post('/tenants', { email: bad })).body);
    for (const body of shown) {
      expect(body).not.toMatch(/<script>|<img|onerror=alert\(2\)>(?!.*&gt;)|href="javascript/);
      expect(body).not.toContain(bad);
    }
    expect(shown.join('')).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});
