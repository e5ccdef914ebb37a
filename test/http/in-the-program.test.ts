import { afterEach, describe, expect, it } from 'vitest';
import { certain } from '../../src/access/people.ts';
import { openForReading } from '../../src/ledger/open.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, GOOD, PEOPLE, testApp } from '../support/test-app.ts';
import type { Customer } from '../support/browser.ts';
import { ANN, CARLOS, customer } from '../support/browser.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function opened(mode?: 'socket' | 'http'): Promise<Customer> {
  const c = await customer(mode);
  open.push(c);
  return c;
}

async function life({ database }: TestApp): Promise<readonly unknown[]> {
  const ledger = openForReading(database);
  const rows = ledger.raw
    .prepare("select type || ' by ' || actor from ledger_event where request_no is not null order by seq")
    .pluck()
    .all();
  await ledger.close();
  return rows;
}

async function send(url: string, form: Record<string, string>): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  return `${response.status} ${await response.text()}`;
}

describe.each(['socket', 'http'] as const)('Over %s', (mode) => {
  it('the pages are served beside health and Slack, which stay as they are', async () => {
    const c = await opened(mode);
    expect((await fetch(`${c.at}/healthz`)).headers.get('content-type')).toBe('application/json');
    expect((await fetch(`${c.at}/readyz`)).status).toBe(200);
    expect((await fetch(`${c.at}/slack/events`, { method: 'POST' })).status).toBe(
      mode === 'http' ? 401 : 404,
    );
    const way = await fetch(`${c.at}/tenants`);
    expect([way.status, way.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
    expect((await fetch(`${c.at}/nowhere`)).status).toBe(404);
    expect((await fetch(`${c.at}/assets/style.css`)).headers.get('content-type')).toBe(
      'text/css; charset=utf-8',
    );
  });
});

describe('In the whole program', () => {
  it('there are no pages where none are to be published', async () => {
    const s = await testApp();
    open.push(s);
    const answer = await fetch(`http://127.0.0.1:${s.app.port}/tenants`);
    expect([answer.status, await answer.text()]).toEqual([404, '']);
  });

  it('a contact consents, stops a session and asks for help through a proxy that streams, while Slack is down', async () => {
    const c = await opened();
    const { s } = c;
    await file(s, { tenant: 'Contoso Retail · production' });
    await c.mail(CARLOS, /asks to enter/);
    s.sandbox.faults.next('*', { kind: 'reset' }, 1_000_000);

    const asked = await c.mail(CARLOS, /asks to enter/);
    expect(await send(asked.link, { code: asked.code, answer: 'approve' })).toMatch(
      /^200 .*You approved TSA-1/s,
    );

    const members = new Set<string>([PEOPLE.ada.id, PEOPLE.ben.id]);
    const world = certain(s.policy, {
      standing: () => 'member',
      members: () => members,
      absence: () => undefined,
    });
    await s.session(world, 'northwind');
    const told = await c.mail(ANN, /Sam Rivera is in Northwind/);
    expect(await send(told.link, { code: told.code, answer: 'report' })).toMatch(/^200 .*Stopped/s);

    await send(`${c.at}/tenants`, { email: ANN });
    const way = await c.mail(ANN, /^(?!.*TSA-)/);
    expect(await (await fetch(way.link)).text()).toContain('Nobody of our support is in your tenant now.');
    expect(await send(`${way.link}/ask`, { code: way.code, reason: GOOD, form: 'f' })).toMatch(
      /^200 .*TSA-3/s,
    );

    expect(await life(s)).toEqual([
      'request.filed by U0SAM',
      `approval.given by customer:${CARLOS}`,
      'request.filed by U0SAM',
      'approval.given by U0ADA',
      'grant.issued by U0ADA',
      'session.started by U0SAM',
      `session.reported by customer:${ANN}`,
      `session.ended by customer:${ANN}`,
      `customer_request.filed by customer:${ANN}`,
    ]);
    for (const { link, code } of [asked, told, way]) {
      expect(s.logged.join('')).not.toContain(link.split('/').at(-1));
      expect(s.logged.join('')).not.toContain(`"${code}"`);
    }
    s.sandbox.faults.clear();
  });
});
