import { statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { NewKey } from '../../src/access-api/key-book.ts';
import type { World } from '../../src/access/people.ts';
import { certain } from '../../src/access/people.ts';
import { openProductKeys } from '../../src/key-files.ts';
import { openForReading } from '../../src/ledger/open.ts';
import { verifyDatabase } from '../../src/database.ts';
import type { TestApp } from '../support/test-app.ts';
import { PEOPLE, testApp } from '../support/test-app.ts';

/** What products ask, of the whole program, over sockets; keys are made beside it, as the operator makes them. */

const HOUR = 3_600_000;
const URL_OF_IT = 'https://access.example.com';

let s: TestApp;
afterEach(() => s.close());

async function open(port: number | null = null, mode: 'socket' | 'http' = 'socket'): Promise<void> {
  s = await testApp(mode, (policy) => policy, undefined, {
    mail: null,
    publicUrl: null,
    accessApi: { url: URL_OF_IT, port, signingKeys: null },
  });
}

/** With the operator's tool, in a connection of its own. */
function withKeys<T>(work: (keys: ReturnType<typeof openProductKeys>) => T): T {
  const keys = openProductKeys(s.database);
  try {
    return work(keys);
  } finally {
    keys.close();
  }
}

function newKey(what: Partial<NewKey> = {}): { readonly id: string; readonly key: string } {
  const whole = { name: 'the console', tenants: 'any', questions: ['evaluate', 'report_actions'], ...what };
  return withKeys((keys) => keys.make(whole as NewKey, s.clock.now()));
}

function world(): World {
  const members = new Set<string>([PEOPLE.ada.id, PEOPLE.ben.id]);
  return certain(s.policy, { standing: () => 'member', members: () => members, absence: () => undefined });
}

async function post(path: string, key: string, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${s.app.productsPort}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** May they? `null`: it was not answered. */
async function may(
  key: string,
  {
    who = PEOPLE.sam.id,
    what = 'enter',
    where = 'northwind',
  }: Partial<Record<'who' | 'what' | 'where', string>> = {},
): Promise<boolean | null> {
  const { status, body } = await post('/access/v1/evaluation', key, {
    subject: { type: 'user', id: who },
    action: { name: what },
    resource: { type: 'tenant', id: where },
  });
  return status === 200 ? z.object({ decision: z.boolean() }).parse(body).decision : null;
}

async function does(command: 'revoke' | 'end', by: string, no = 1): Promise<void> {
  const { refusal } = await s.app.handler.handle({
    command: { type: command, reason: 'No longer needed.' },
    requestNo: no,
    actor: { kind: 'person', id: by },
    world: world(),
    delivery: null,
  });
  expect(refusal).toBeNull();
}

describe('Whether somebody may be in now', () => {
  it('is answered by Slack id and by address, for the scope of their session and those before it, in its tenant', async () => {
    await open();
    const { key } = newKey();
    expect(await may(key)).toBe(false);
    await s.session(world(), 'northwind');
    const { body } = await post('/access/v1/evaluation', key, {
      subject: { type: 'user', id: 'sam@harbor.example' },
      action: { name: 'read' },
      resource: { type: 'tenant', id: 'northwind' },
    });
    expect(body).toMatchObject({
      decision: true,
      context: {
        session: 'TSA-1',
        scope: 'Read-only',
        badge: expect.stringMatching(/^Support is in: Sam Rivera, until /) as string,
      },
    });
    expect(await may(key, { who: 'SAM@Harbor.example' })).toBe(true);
    expect(await may(key, { what: 'support' })).toBe(false);
    expect(await may(key, { where: 'contoso' })).toBe(false);
    expect(await may(key, { who: PEOPLE.noor.id })).toBe(false);
    expect(await may(key, { who: 'noor@harbor.example' })).toBe(false);
  });

  it('is no at the very next question after a revocation, and at its end with no timer having come by', async () => {
    await open();
    const { key } = newKey();
    await s.session(world(), 'northwind', HOUR);
    expect(await may(key)).toBe(true);
    await does('revoke', PEOPLE.ada.id);
    expect(await may(key)).toBe(false);

    await s.session(world(), 'northwind', HOUR);
    expect(await may(key)).toBe(true);
    s.clock.turn(HOUR);
    expect(await may(key)).toBe(false);
  });

  it('is answered after a restart as before it, and by address as soon as Slack says whose it is', async () => {
    await open();
    const { key } = newKey();
    await s.session(world(), 'northwind');
    await s.restart();
    expect(await may(key, { who: 'sam@harbor.example' })).toBe(true);
    s.sandbox.faults.next('users.info', { kind: 'server_error' }, 1_000);
    await s.restart();
    expect(await may(key)).toBe(true);
    expect(await may(key, { who: 'sam@harbor.example' })).toBe(false);
    s.sandbox.faults.clear();
    s.clock.turn(31_000);
    expect(await may(key, { who: 'sam@harbor.example' })).toBe(true);
  });

  it('is no as soon as Slack says that they left, whatever is revoked', async () => {
    await open();
    const { key } = newKey();
    await s.session(world(), 'northwind');
    expect(await may(key)).toBe(true);
    const sam = s.sandbox.workspace.people.get(PEOPLE.sam.id);
    if (sam === undefined) throw new Error('Sam is not there');
    sam.deleted = true;
    // Where the policy only tells of leavers, the session goes on: the answer is no all the same.
    await s.restart((policy) => ({ ...policy, leavers: 'tell' }));
    expect(await may(key)).toBe(false);
    const ledger = openForReading(s.database);
    expect(ledger.raw.prepare('select phase from request').pluck().get()).toBe('active');
    await ledger.close();
  });

  it('is nothing that a key of another tenant’s product learns', async () => {
    await open();
    const a = newKey({ name: 'A', tenants: ['contoso'] }).key;
    await s.session(world(), 'northwind');
    const nobody = await post('/access/v1/evaluation', a, {
      subject: { type: 'user', id: PEOPLE.sam.id },
      action: { name: 'enter' },
      resource: { type: 'tenant', id: 'nowhere' },
    });
    const others = await post('/access/v1/evaluation', a, {
      subject: { type: 'user', id: PEOPLE.sam.id },
      action: { name: 'enter' },
      resource: { type: 'tenant', id: 'northwind' },
    });
    expect(others).toEqual(nobody);
    const actions = [told('a1')];
    const there = await post('/v1/sessions/TSA-1/actions', a, { actions });
    expect(there).toEqual(await post('/v1/sessions/TSA-7/actions', a, { actions }));
    expect(there.status).toBe(404);
  });

  it('is not told to a key that was revoked, from its very next question on', async () => {
    await open();
    const { id, key } = newKey();
    await s.session(world(), 'northwind');
    expect(await may(key)).toBe(true);
    withKeys((keys) => keys.revoke(id, s.clock.now()));
    expect((await post('/access/v1/evaluation', key, {})).status).toBe(401);
    expect((await post('/v1/sessions/TSA-1/actions', key, {})).status).toBe(401);
  });
});

function told(id: string, change: object = {}): object {
  const at = new Date(s.clock.now()).toISOString();
  return {
    id,
    at,
    what: 'Reset the login cache',
    on: 'login service',
    level: 'change',
    outcome: 'done',
    ...change,
  };
}

describe('What was done', () => {
  it('is shown in the record, newest first, and escaped like everything that others wrote', async () => {
    await open();
    const { key } = newKey({ name: 'the <console>' });
    await s.session(world(), 'northwind');
    const actions = Array.from({ length: 12 }, (_, n) =>
      told(`a${n}`, { at: new Date(s.clock.now() - n).toISOString(), what: `Deed ${n} <!channel>` }),
    );
    const { body } = await post('/v1/sessions/TSA-1/actions', key, { actions });
    expect(body).toEqual({ stored: 12, repeated: 0, after_end: 0 });
    await s.cast.sam.types('#support', '/tsa show TSA-1');
    const shown = s.cast.sam.hears('#support').join('\n');
    expect(shown).toContain('*Support Access* · 12 actions, newest first');
    expect(
      shown.match(/• .* · change · Deed (\d+) &lt;!channel&gt; \(login service\) · the &lt;console&gt;/g),
    ).toHaveLength(10);
    expect(shown.indexOf('Deed 0')).toBeLessThan(shown.indexOf('Deed 9'));
    expect(shown).toContain('… and 2 earlier.');
    const ledger = openForReading(s.database);
    expect(await verifyDatabase(ledger)).toMatchObject({ ok: true });
    await ledger.close();
  });

  it('after the end is an alarm in the channel, with what to do', async () => {
    await open();
    const { key } = newKey();
    await s.session(world(), 'northwind');
    await does('end', PEOPLE.sam.id);
    s.clock.turn(60_000);
    const { body } = await post('/v1/sessions/TSA-1/actions', key, {
      actions: [told('a1', { level: 'danger' })],
    });
    expect(body).toEqual({ stored: 1, repeated: 0, after_end: 1 });
    await s.app.tick();
    await s.cast.ada.waitFor(
      '#support-access-alerts',
      /TSA-1\* · \*Access was still open\.\* the console tells of 1 action .*Northwind Traders.* after it ended/,
    );
    await s.cast.sam.types('#support', '/tsa show TSA-1');
    expect(s.cast.sam.hears('#support').join()).toMatch(
      /danger · Reset the login cache .* \*after the end\*/,
    );
  });
});

describe('Where it is served', () => {
  const paths = [
    '/openapi.json',
    '/openapi',
    '/openapi.css',
    '/.well-known/jwks.json',
    '/.well-known/authzen-configuration',
  ];

  it.each(['socket', 'http'] as const)(
    'is the port of the pages, over %s, which leave it alone',
    async (mode) => {
      await open(null, mode);
      const at = `http://127.0.0.1:${s.app.port}`;
      expect(s.app.productsPort).toBe(s.app.port);
      for (const path of paths) expect((await fetch(at + path)).status).toBe(200);
      const { access_evaluation_endpoint: where } = z
        .object({ access_evaluation_endpoint: z.string() })
        .parse(await (await fetch(`${at}/.well-known/authzen-configuration`)).json());
      expect(where).toBe(`${URL_OF_IT}/access/v1/evaluation`);
      expect((await fetch(`${at}/healthz`)).status).toBe(200);
      expect((await fetch(`${at}/tenants`)).status).toBe(404);
    },
  );

  it('or a port of its own, where there is nothing else but health', async () => {
    await open(0);
    expect(s.app.productsPort).not.toBe(s.app.port);
    for (const path of paths) {
      expect((await fetch(`http://127.0.0.1:${s.app.productsPort}${path}`)).status).toBe(200);
      expect((await fetch(`http://127.0.0.1:${s.app.port}${path}`)).status).toBe(404);
    }
    for (const path of ['/slack/events', '/tenants'])
      expect((await fetch(`http://127.0.0.1:${s.app.productsPort}${path}`)).status).toBe(404);
  });

  it('is nowhere where no address for it is set', async () => {
    s = await testApp();
    for (const path of paths) expect((await fetch(`http://127.0.0.1:${s.app.port}${path}`)).status).toBe(404);
  });

  it('is beside keys that are their owner’s alone, and stay the same after a restart', async () => {
    await open();
    for (const end of ['.signing-keys.json', '.api-keys.sqlite'])
      expect(statSync(s.database + end).mode & 0o777).toBe(0o600);
    const keys = async () => (await fetch(`http://127.0.0.1:${s.app.port}/.well-known/jwks.json`)).text();
    const before = await keys();
    await s.restart();
    expect(await keys()).toBe(before);
  });

  it('answers who sends too much, or none of it, and goes on', async () => {
    await open();
    const { key } = newKey();
    const send = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${s.app.port}/v1/sessions/TSA-1/actions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: 'x'.repeat(2 * 1_024 * 1_024),
      });
    expect((await send({})).status).toBe(401);
    expect((await send({ authorization: `Bearer ${key}` })).status).toBe(413);
    expect(await may(key)).toBe(false);
  });
});
