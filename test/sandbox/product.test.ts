import { getRequestListener } from '@hono/node-server';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { createProduct } from '../../sandbox/product/server.ts';
import type { Product, ProductFault } from '../../sandbox/product/server.ts';
import type { Access, Connector } from '../../src/connectors/connector.ts';
import { createCaller } from '../../src/connectors/product-call.ts';
import { createWebhook } from '../../src/connectors/webhook/connector.ts';
import { BASE, testAccessApi, SAMS } from '../access-api/fixtures.ts';
import type { TestAccessApi } from '../access-api/fixtures.ts';
import { ACCESS, IMPATIENT_MS, keyringOf, MINUTE, NOW } from '../connectors/fixtures.ts';

/** The demo's product at the other end of the real connector, and in front of what products really ask. */

// Put together here, so that no scanner takes them for real ones.
const [SECRET = '', OLD = '', OTHER = ''] = ['now', 'old', 'other'].map(
  (name) => `whsec_${Buffer.from(name.repeat(10)).toString('base64')}`,
);
const FREE = { handle: null, neededBy: [] };
const END = ACCESS.notAfter;

interface OpenProduct {
  readonly tsa: TestAccessApi;
  readonly product: Product;
  readonly connector: Connector;
  readonly file: string;
  /** It is that time, for everybody. */
  readonly at: (ms: number) => void;
  /** The program dies. */
  readonly kill: () => Promise<void>;
  readonly revive: () => Promise<void>;
  readonly connect: (how?: How) => Connector;
}

interface How {
  readonly secrets?: readonly string[];
  readonly tsa?: Pick<TestAccessApi, 'keyring' | 'clock'>;
  readonly url?: string;
  readonly issuer?: string;
  readonly withinMs?: number;
}

async function openProduct(secrets: readonly string[] = [SECRET]): Promise<OpenProduct> {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const tsa = await testAccessApi();
  tsa.clock.at = NOW;
  const serve = getRequestListener((request) => tsa.app.fetch(request), { overrideGlobalObjects: false });
  let port = 0;
  let server: Server | null = null;
  const revive = async (): Promise<void> => {
    const fresh = createServer((request, response) => {
      serve(request, response).catch(() => response.destroy());
    }).listen(port, '127.0.0.1');
    await once(fresh, 'listening');
    port = z.object({ port: z.number() }).parse(fresh.address()).port;
    server = fresh;
  };
  const kill = async (): Promise<void> => {
    const old = server;
    server = null;
    if (old === null) return;
    old.closeAllConnections();
    old.close();
    await once(old, 'close');
  };
  await revive();
  const folder = mkdtempSync(join(tmpdir(), 'tsa-test-'));
  const file = join(folder, 'console.json');
  const settings = { url: `http://127.0.0.1:${port}`, issuer: BASE, key: tsa.key };
  const product = await createProduct({ secrets, tsa: settings, file });
  onTestFinished(async () => {
    await kill();
    await product.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const connect: OpenProduct['connect'] = (how = {}) => {
    const { keyring, clock } = how.tsa ?? tsa;
    return createWebhook(
      { name: 'console', url: how.url ?? product.webhookUrl, secrets: how.secrets ?? [SECRET] },
      { call: createCaller(how.withinMs), keyring, issuer: how.issuer ?? BASE, clock },
    );
  };
  return {
    tsa,
    product,
    file,
    kill,
    revive,
    connect,
    connector: connect(),
    at: (ms) => {
      vi.setSystemTime(ms);
      tsa.clock.at = ms;
    },
  };
}

/** The product is restarted in some tests: no connection is used twice. */
const ALONE = { connection: 'close' };
const look = async (product: Product, who = 'U0SAM', tenant = 'northwind') => {
  const response = await fetch(`${product.url}/t/${tenant}?as=${who}`, { headers: ALONE });
  return { status: response.status, text: await response.text() };
};
const press = async (product: Product, deed: string, who = 'U0SAM') => {
  const body = new URLSearchParams({ do: deed });
  const response = await fetch(`${product.url}/t/northwind?as=${who}`, {
    method: 'POST',
    headers: ALONE,
    body,
  });
  return response.text();
};

describe('The product', () => {
  it('refuses Sam, lets him in when his session opens, shows it to everybody, and puts him out when it is closed', async () => {
    const { product, connector, tsa } = await openProduct();
    expect((await look(product)).status).toBe(403);
    expect(await connector.open(ACCESS)).toEqual({ kind: 'confirmed', receipt: 'console-1', handle: null });
    const inside = await look(product);
    expect(inside.status).toBe(200);
    expect(inside.text).toContain('Support is in: Sam Rivera, until 13:00 UTC');
    expect((await look(product, 'customer')).text).toContain('Support is in: Sam Rivera, until 13:00 UTC');
    expect((await look(product, 'U0NOOR')).status).toBe(403);
    expect((await look(product, 'U0SAM', 'contoso')).status).toBe(403);
    tsa.sessions.length = 0;
    expect(await connector.close(ACCESS, FREE)).toMatchObject({ kind: 'confirmed' });
    expect((await look(product)).status).toBe(403);
    expect((await look(product, 'customer')).text).not.toContain('Support is in');
  });

  it('holds the end itself: with TSA dead, Sam is in until that very instant and no longer', async () => {
    const { product, connector, kill, at } = await openProduct();
    await connector.open(ACCESS);
    await kill();
    at(END - 1);
    const inside = await look(product);
    expect([inside.status, inside.text.includes('Support is in: Sam Rivera, until 13:00 UTC')]).toEqual([
      200,
      true,
    ]);
    at(END);
    expect((await look(product)).status).toBe(403);
    expect(product.opened()).toEqual([]);
  });

  it('lets nobody do with TSA dead what only TSA can tell that the session covers', async () => {
    const { product, connector, kill } = await openProduct();
    await connector.open(ACCESS);
    expect(await product.mayBeIn('northwind', 'U0SAM', 'support')).toBe(true);
    await kill();
    expect(await product.mayBeIn('northwind', 'U0SAM', 'support')).toBe(false);
    expect(await product.mayBeIn('northwind', 'U0SAM')).toBe(true);
  });

  it('puts Sam out for the very next page when TSA says no, before the call to close has come', async () => {
    const { product, connector, tsa } = await openProduct();
    await connector.open(ACCESS);
    tsa.sessions.length = 0;
    expect((await look(product)).status).toBe(403);
    expect(product.opened()).toHaveLength(1);
  });

  it('lets nobody in by TSA’s word alone, without an access that was opened here', async () => {
    const { product } = await openProduct();
    expect((await look(product)).status).toBe(403);
  });

  it('keeps who is in over a restart, and what was closed, too', async () => {
    const { product, connector } = await openProduct();
    await connector.open(ACCESS);
    await connector.open({ ...ACCESS, id: 'acc_8R' });
    await connector.close({ ...ACCESS, id: 'acc_8R' }, FREE);
    await product.down();
    expect((await connector.close(ACCESS, FREE)).kind).toBe('try_again');
    await product.up();
    expect(product.opened().map(({ id }) => id)).toEqual(['acc_7Q']);
    expect((await connector.open({ ...ACCESS, id: 'acc_8R' })).kind).toBe('refused');
  });

  it('needs less than 150 lines to do so', () => {
    const code = readFileSync(new URL('../../sandbox/product/integration.ts', import.meta.url), 'utf8');
    expect(code.trimEnd().split('\n').length).toBeLessThan(150);
  });
});

describe('A call', () => {
  it('that is told again has one effect and the same receipt', async () => {
    const { product, connector } = await openProduct();
    const [first, second] = [await connector.open(ACCESS), await connector.open(ACCESS)];
    expect(second).toEqual(first);
    expect(product.opened()).toHaveLength(1);
    const closed = [await connector.close(ACCESS, FREE), await connector.close(ACCESS, FREE)];
    expect(closed[1]).toEqual(closed[0]);
  });

  it('to close that overtakes its open leaves the access closed, whatever comes later', async () => {
    const { product, connector } = await openProduct();
    expect((await connector.close(ACCESS, FREE)).kind).toBe('confirmed');
    expect(await connector.open(ACCESS)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('closed, and is not opened again') as string,
    });
    expect((await connector.extend(ACCESS, { handle: null })).kind).toBe('refused');
    expect(product.opened()).toEqual([]);
  });

  it('for more time makes the access longer, and never shorter, in whatever order it comes', async () => {
    const { product, connector, at } = await openProduct();
    await connector.open(ACCESS);
    await connector.extend({ ...ACCESS, notAfter: END + 30 * MINUTE }, { handle: null });
    await connector.extend({ ...ACCESS, notAfter: END + 10 * MINUTE }, { handle: null });
    await connector.open(ACCESS);
    at(END + 30 * MINUTE - 1);
    expect(product.opened()).toHaveLength(1);
    at(END + 30 * MINUTE);
    expect(product.opened()).toHaveLength(0);
  });

  it('for more time for what was never opened is refused', async () => {
    const { connector } = await openProduct();
    expect(await connector.extend(ACCESS, { handle: null })).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('no such access') as string,
    });
  });

  it('about one of two accesses of one person leaves the other alone', async () => {
    const { product, connector } = await openProduct();
    const other: Access = { ...ACCESS, id: 'acc_8R', session: 'TSA-43', notAfter: END + 30 * MINUTE };
    await connector.open(ACCESS);
    await connector.open(other);
    await connector.close(ACCESS, FREE);
    expect(product.opened().map(({ id }) => id)).toEqual(['acc_8R']);
  });

  it.each([
    [
      'a tenant that it does not have',
      { tenant: { ...ACCESS.tenant, id: 'fabrikam' } },
      'no tenant fabrikam',
    ],
    ['a person without a seat', { grantee: { ...ACCESS.grantee, slackId: 'U0GUS' } }, 'no seat'],
    ['an end that is past', { notBefore: NOW - MINUTE, notAfter: NOW }, 'over'],
  ])('for %s is refused in the product’s words', async (_what, change, words) => {
    const { product, connector } = await openProduct();
    expect(await connector.open({ ...ACCESS, ...change })).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(words === 'over' ? /over|statement is not right/ : words) as string,
    });
    expect(product.opened()).toEqual([]);
  });

  it('to list tells all that is open, over several pages', async () => {
    const { connector } = await openProduct();
    for (let n = 0; n < 120; n += 1) await connector.open({ ...ACCESS, id: `acc_${n}` });
    const listing = await connector.list();
    if (listing.kind !== 'listed') throw new Error(listing.why);
    expect(new Set(listing.held.map(({ accessId }) => accessId)).size).toBe(120);
    expect(listing.held[0]).toEqual({
      accessId: 'acc_0',
      handle: null,
      tenantId: 'northwind',
      scopeId: 'support',
      grantee: { slackId: 'U0SAM', email: 'sam@harbor.example', name: 'Sam Rivera' },
      notAfter: END,
    });
    const [orphan] = listing.held;
    if (orphan !== undefined) expect((await connector.remove(orphan)).kind).toBe('confirmed');
    const after = await connector.list();
    expect(after.kind === 'listed' && after.held.length).toBe(119);
  });
});

describe('Whoever is not TSA', () => {
  it('cannot call: without the secret nothing is changed', async () => {
    const { product, connect } = await openProduct();
    const stranger = connect({ secrets: [OTHER] });
    for (const outcome of [
      await stranger.open(ACCESS),
      await stranger.close(ACCESS, FREE),
      await stranger.list(),
    ])
      expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringContaining('HTTP 401') as string });
    expect([product.opened(), product.isClosed(ACCESS.id)]).toEqual([[], false]);
  });

  it('cannot open with the secret alone: the statement must be TSA’s', async () => {
    const { product, connect, tsa } = await openProduct();
    const forger = { ...tsa, keyring: await keyringOf(tsa.clock) };
    // A key that TSA does not publish may be one that is to come: that is no refusal for good.
    expect((await connect({ tsa: forger }).open(ACCESS)).kind).toBe('try_again');
    expect((await connect({ issuer: 'https://other.example.com' }).open(ACCESS)).kind).toBe('refused');
    expect(product.opened()).toEqual([]);
  });

  it('cannot use what TSA said to another product', async () => {
    const { product, connect } = await openProduct();
    const said: string[] = [];
    const wire = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => said.push(chunk.toString()));
      request.on('end', () => response.end('{"receipt":"x"}'));
    }).listen(0, '127.0.0.1');
    await once(wire, 'listening');
    const { port } = z.object({ port: z.number() }).parse(wire.address());
    await connect({ url: `http://127.0.0.1:${port}/tsa`, secrets: [OTHER] }).open(ACCESS);
    wire.close();
    wire.closeAllConnections();
    // Signed anew with our own secret, but about a statement that was made for the other one.
    const body = said.join('');
    const response = await fetch(product.webhookUrl, { method: 'POST', body, headers: signed(body, NOW) });
    expect([response.status, await response.json()]).toEqual([
      403,
      { detail: 'The statement is not right.' },
    ]);
    expect(product.opened()).toEqual([]);
  });

  it('cannot say again after six minutes what TSA said, nor change a letter of it', async () => {
    const { product, connector, at } = await openProduct();
    const said = await heard(product, () => connector.open(ACCESS));
    await connector.close(ACCESS, FREE);
    at(NOW + 6 * MINUTE);
    expect(await again(product, said)).toBe(401);
    at(NOW + MINUTE);
    // Within the five minutes it is TSA's own word: told again, it changes nothing.
    expect(await again(product, said)).toBe(409);
    expect(await again(product, { ...said, body: said.body.replace('acc_7Q', 'acc_8R') })).toBe(401);
    expect(product.opened()).toEqual([]);
  });

  it('cannot sign a statement with no key, or with another kind of one', async () => {
    const { product } = await openProduct();
    const none = `${btoa('{"alg":"none","typ":"tsa-access+jwt"}')}.${btoa('{"exp":9999999999}')}.`.replaceAll(
      '=',
      '',
    );
    for (const statement of [none, '', 'a.b.c', null]) {
      const body = JSON.stringify({
        type: 'access.open',
        data: { version: 1, access: { id: 'acc_7Q' }, statement },
      });
      const response = await fetch(product.webhookUrl, { method: 'POST', body, headers: signed(body, NOW) });
      expect(response.status).toBe(403);
    }
    expect(product.opened()).toEqual([]);
  });
});

describe('Secrets can be changed', () => {
  it('on one side after the other, while calls go on', async () => {
    const { connect } = await openProduct([OLD, SECRET]);
    for (const secrets of [[OLD], [SECRET, OLD], [SECRET]])
      expect((await connect({ secrets }).open(ACCESS)).kind).toBe('confirmed');
  });
});

describe('On its bad days', () => {
  const faults: readonly (readonly [string, ProductFault, string])[] = [
    ['answers 500', { kind: 'status', status: 500 }, 'unknown'],
    ['answers 429', { kind: 'status', status: 429, retryAfterS: 7 }, 'try_again'],
    ['answers garbage', { kind: 'status', status: 200, body: '<html>' }, 'unknown'],
    ['hangs', { kind: 'hang' }, 'unknown'],
    ['resets', { kind: 'reset' }, 'unknown'],
    ['loses its answer', { kind: 'lost_answer' }, 'unknown'],
  ];

  it.each(faults)(
    'when it %s, nothing is confirmed, and the next try settles it',
    async (_how, fault, kind) => {
      const { product, connector, connect } = await openProduct();
      const unlucky = fault.kind === 'hang' ? connect({ withinMs: IMPATIENT_MS }) : connector;
      product.misbehave(fault, 1);
      expect((await unlucky.open(ACCESS)).kind).toBe(kind);
      expect((await connector.open(ACCESS)).kind).toBe('confirmed');
      product.misbehave(fault);
      expect((await unlucky.close(ACCESS, FREE)).kind).toBe(kind);
      product.misbehave(null);
      expect((await connector.close(ACCESS, FREE)).kind).toBe('confirmed');
      expect(product.opened()).toEqual([]);
    },
  );

  it('TSA’s keys cannot be had: an open is put off, and a close is not', async () => {
    const { product, connector, kill } = await openProduct();
    await kill();
    expect((await connector.open(ACCESS)).kind).toBe('try_again');
    expect((await connector.close(ACCESS, FREE)).kind).toBe('confirmed');
    expect(product.opened()).toEqual([]);
  });
});

describe('What is done', () => {
  it('is told to TSA: how far it went, and that it was denied', async () => {
    const { product, connector, tsa } = await openProduct();
    await connector.open(ACCESS);
    expect(await press(product, 'look')).toContain('Done: Looked at the login log.');
    expect(await press(product, 'reset')).toContain('Done: Reset the login cache.');
    expect(await press(product, 'remove')).toContain('does not cover that: Removed a user.');
    expect(tsa.recorded.get(42)?.map(({ what, level, outcome }) => [what, level, outcome])).toEqual([
      ['Looked at the login log', 'read', 'done'],
      ['Reset the login cache', 'change', 'done'],
      ['Removed a user', 'danger', 'denied'],
    ]);
  });

  it('while TSA is down is told when it is back, each once, also over a restart of the product', async () => {
    const { product, connector, tsa, kill, revive } = await openProduct();
    await connector.open(ACCESS);
    await kill();
    await press(product, 'look');
    await press(product, 'look');
    await product.down();
    await product.up();
    expect(tsa.recorded.size).toBe(0);
    await revive();
    await press(product, 'reset');
    expect(tsa.recorded.get(42)?.map(({ level }) => level)).toEqual(['read', 'read', 'change']);
    await press(product, 'look');
    expect(tsa.recorded.get(42)).toHaveLength(4);
  });

  it('at the same time is told whole, each once', async () => {
    const { product, connector, tsa } = await openProduct();
    await connector.open(ACCESS);
    await Promise.all(Array.from({ length: 12 }, () => press(product, 'look')));
    expect(tsa.recorded.get(42)).toHaveLength(12);
  });

  it('by somebody who is not in is not done', async () => {
    const { product, tsa } = await openProduct();
    expect(await press(product, 'look')).toContain('You have no access');
    expect(tsa.recorded.size).toBe(0);
  });
});

/** The headers of a call that somebody makes who has the secret. */
function signed(body: string, at: number): Record<string, string> {
  return {
    'webhook-id': 'msg_forged',
    'webhook-timestamp': String(Math.floor(at / 1_000)),
    'webhook-signature': new Webhook(SECRET).sign('msg_forged', new Date(at), body),
  };
}

interface Heard {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** What was really said to the product while that was done. */
async function heard(product: Product, act: () => Promise<unknown>): Promise<Heard> {
  const real = globalThis.fetch;
  const said: Heard[] = [];
  const spy = vi.spyOn(globalThis, 'fetch').mockImplementation((to, how) => {
    if (to === product.webhookUrl)
      said.push({
        headers: z.record(z.string(), z.string()).parse(how?.headers),
        body: z.string().parse(how?.body),
      });
    return real(to, how);
  });
  await act();
  spy.mockRestore();
  const [first] = said;
  if (first === undefined) throw new Error('nothing was said');
  return first;
}

async function again(product: Product, { headers, body }: Heard): Promise<number> {
  return (await fetch(product.webhookUrl, { method: 'POST', headers, body })).status;
}

it('The session of these tests is the one that TSA is asked about', () => {
  expect([SAMS.startedAt, SAMS.expiresAt]).toEqual([ACCESS.notBefore, END]);
});
