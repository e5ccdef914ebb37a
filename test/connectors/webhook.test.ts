import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import type { Access } from '../../src/connectors/connector.ts';
import type { ConnectorDeps } from '../../src/connectors/kind.ts';
import { createWebhook } from '../../src/connectors/webhook/connector.ts';
import {
  ACCESS,
  answer,
  bodyOf,
  clockAt,
  depsOf,
  IMPATIENT_MS,
  ISSUER,
  listen,
  MINUTE,
  NOW,
  nowhere,
} from './fixtures.ts';

/** Every call is checked by the published library of Standard Webhooks, and every statement by jose: neither is ours. */

// Put together here, so that no scanner takes them for real ones.
const [OLD = '', NEW = '', OTHER = ''] = ['old', 'new', 'other'].map(
  (name) => `whsec_${Buffer.from(name.repeat(10)).toString('base64')}`,
);
const TOO_LATE = 6 * MINUTE;

const called = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.looseObject({
    version: z.literal(1),
    access: z.looseObject({ id: z.string(), notAfter: z.string().optional() }).optional(),
    statement: z.string().nullish(),
    cursor: z.string().nullish(),
  }),
});

interface Came {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly said: z.infer<typeof called>;
}

/** A product that answers with what it is told to, and keeps what came. */
async function product(
  respond: (came: Came, n: number) => readonly [status: number, body: object | string],
  secrets: readonly string[] = [NEW],
) {
  const came: Came[] = [];
  const url = `${await listen((request, response) => {
    bodyOf(request).then(
      (body) => {
        const { headers } = request;
        const one = {
          headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
          body,
          said: called.parse(JSON.parse(body)),
        };
        came.push(one);
        answer(response, ...respond(one, came.length));
      },
      () => response.destroy(),
    );
  })}/tsa`;
  const clock = clockAt();
  const deps: ConnectorDeps = await depsOf(clock);
  return { url, came, clock, deps, connector: createWebhook({ name: 'console', url, secrets }, deps) };
}

/** The library knows only the time of the process. */
function at(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: ms });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

function verified({ headers, body }: Came, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

describe('A call', () => {
  it('is signed so that the product can check it, and nobody can make, change or keep it', async () => {
    const { came, connector } = await product(() => [200, { receipt: 'r1' }]);
    await connector.open(ACCESS);
    const [call] = came;
    if (call === undefined) throw new Error('nothing came');
    at(NOW);
    expect(verified(call, NEW)).toBe(true);
    expect(verified(call, OTHER)).toBe(false);
    expect(verified({ ...call, body: call.body.replace('northwind', 'contoso') }, NEW)).toBe(false);
    expect(verified({ ...call, headers: { ...call.headers, 'webhook-id': 'open_other' } }, NEW)).toBe(false);
    at(NOW + TOO_LATE);
    expect(verified(call, NEW)).toBe(false);
  });

  it('is signed with every secret while they are changed: the product may know the old one, the new one, or both', async () => {
    const { came, connector } = await product(() => [200, { receipt: 'r1' }], [NEW, OLD]);
    await connector.open(ACCESS);
    const [call] = came;
    if (call === undefined) throw new Error('nothing came');
    at(NOW);
    expect([NEW, OLD, OTHER].map((secret) => verified(call, secret))).toEqual([true, true, false]);
  });

  it('told again is the same call, at its own time; another access or another end is another', async () => {
    const { came, connector, clock } = await product(() => [503, '']);
    const longer: Access = { ...ACCESS, notAfter: ACCESS.notAfter + MINUTE };
    await connector.open(ACCESS);
    clock.at += 10 * MINUTE;
    await connector.open(ACCESS);
    await connector.open({ ...ACCESS, id: 'acc_8R' });
    await connector.extend(longer, { handle: null });
    await connector.extend({ ...longer, notAfter: longer.notAfter + MINUTE }, { handle: null });
    await connector.close(ACCESS, { handle: null, neededBy: [] });
    const ids = came.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(id).not.toContain('.');
    expect(came.map(({ headers }) => headers['webhook-timestamp']).slice(0, 2)).toEqual([
      String(NOW / 1_000),
      String(NOW / 1_000 + 600),
    ]);
  });

  it.each([
    ['open', 'access.open'],
    ['extend', 'access.extend'],
    ['close', 'access.close'],
  ] as const)('to %s says all that was approved', async (act, type) => {
    const { came, connector } = await product(() => [200, { receipt: 'r1' }]);
    await connector[act](ACCESS, { handle: null, neededBy: [] });
    expect(came[0]?.said).toMatchObject({
      type,
      timestamp: '2026-03-02T12:00:00.000Z',
      data: {
        version: 1,
        access: {
          id: 'acc_7Q',
          session: 'TSA-42',
          tenant: { id: 'northwind', name: 'Northwind Traders', environment: 'production' },
          scope: { id: 'support', name: 'Support' },
          grantee: { slack_id: 'U0SAM', email: 'sam@harbor.example', name: 'Sam Rivera' },
          allowed_actions: 'Reset the login cache',
          off_limits: 'User data',
          reason: 'Login fails for all users since 16:00; reset the login cache.',
          case: 'SUP-4211',
          notBefore: '2026-03-02T12:00:00.000Z',
          notAfter: '2026-03-02T13:00:00.000Z',
        },
      },
    });
  });
});

describe('The statement', () => {
  async function stated(access: Access = ACCESS) {
    const made = await product(() => [200, { receipt: 'r1' }]);
    await made.connector.open(access);
    const statement = made.came[0]?.said.data.statement ?? '';
    const keys = createLocalJWKSet({ keys: [...made.deps.keyring.published().keys] });
    const check = (now: number, audience = made.url) =>
      jwtVerify(statement, keys, {
        issuer: ISSUER,
        audience,
        typ: 'tsa-access+jwt',
        algorithms: ['EdDSA'],
        currentDate: new Date(now),
      });
    return { ...made, statement, check };
  }

  it('says the same as the call, to whoever has our public keys, and to the product it was made for alone', async () => {
    const { check, came } = await stated();
    const { payload } = await check(NOW);
    expect(payload['access']).toEqual(came[0]?.said.data.access);
    expect(payload).toMatchObject({ iss: ISSUER, sub: 'sam@harbor.example', iat: NOW / 1_000 });
    await expect(check(NOW, 'https://another.example/tsa')).rejects.toThrow('aud');
  });

  it('holds from the start on and no longer than the end, half-open', async () => {
    const { check } = await stated();
    await expect(check(ACCESS.notBefore - 1_000)).rejects.toThrow('nbf');
    await expect(check(ACCESS.notBefore)).resolves.toBeDefined();
    await expect(check(ACCESS.notAfter - 1_000)).resolves.toBeDefined();
    await expect(check(ACCESS.notAfter)).rejects.toThrow('exp');
  });

  it('of an end between two seconds is over in the earlier one', async () => {
    const { statement } = await stated({ ...ACCESS, notAfter: ACCESS.notAfter + 999 });
    expect(decodeJwt(statement).exp).toBe(ACCESS.notAfter / 1_000);
  });

  it('names the grantee by their Slack id where no address is known', async () => {
    const { statement } = await stated({ ...ACCESS, grantee: { ...ACCESS.grantee, email: null } });
    expect(decodeJwt(statement).sub).toBe('U0SAM');
  });

  it('goes with the new end when the access is made longer, and with no close', async () => {
    const { came, connector } = await product(() => [200, { receipt: 'r1' }]);
    await connector.extend({ ...ACCESS, notAfter: ACCESS.notAfter + MINUTE }, { handle: null });
    await connector.close(ACCESS, { handle: null, neededBy: [] });
    expect(decodeJwt(came[0]?.said.data.statement ?? '').exp).toBe((ACCESS.notAfter + MINUTE) / 1_000);
    expect(came[1]?.said.data.statement).toBeNull();
  });
});

describe('A confirmation', () => {
  it.each([
    [200, { receipt: 'console-17' }],
    [201, { receipt: 'console-17', more: true }],
    [202, { receipt: ' console-17\n' }],
  ])('is HTTP %i with a receipt', async (status, body) => {
    const { connector } = await product(() => [status, body]);
    for (const outcome of [
      await connector.open(ACCESS),
      await connector.extend(ACCESS, { handle: null }),
      await connector.close(ACCESS, { handle: null, neededBy: [] }),
    ])
      expect(outcome).toEqual({ kind: 'confirmed', receipt: 'console-17', handle: null });
  });

  it.each([
    [200, ''],
    [200, 'OK'],
    [200, {}],
    [200, { receipt: '' }],
    [200, { receipt: '  ' }],
    [200, { receipt: 7 }],
    [200, { receipt: null }],
    [200, [{ receipt: 'console-17' }]],
    [204, ''],
    [500, { receipt: 'console-17' }],
    [400, { receipt: 'console-17' }],
    [302, { receipt: 'console-17' }],
  ])('is not HTTP %i with %j', async (status, body) => {
    const { connector } = await product(() => [status, body]);
    for (const outcome of [
      await connector.open(ACCESS),
      await connector.extend(ACCESS, { handle: null }),
      await connector.close(ACCESS, { handle: null, neededBy: [] }),
    ])
      expect(outcome.kind).not.toBe('confirmed');
  });

  it.each([404, 410])('of a close is HTTP %i too: what is not there, nobody is in with', async (status) => {
    const { connector } = await product(() => [status, '']);
    expect(await connector.close(ACCESS, { handle: null, neededBy: [] })).toMatchObject({
      kind: 'confirmed',
    });
    expect(await connector.open(ACCESS)).toMatchObject({ kind: 'refused' });
    expect(await connector.extend(ACCESS, { handle: null })).toMatchObject({ kind: 'refused' });
  });

  it('is none from a product that is down, hangs, resets or turns us away for now', async () => {
    const patient = await depsOf(clockAt());
    const ask = (url: string, deps = patient) =>
      createWebhook({ name: 'console', url, secrets: [NEW] }, deps).close(ACCESS, {
        handle: null,
        neededBy: [],
      });
    const hangs = await listen(() => undefined);
    const resets = await listen((request) => {
      request.socket.destroy();
    });
    const busy = await listen((_request, response) => {
      response.writeHead(429, { 'retry-after': '30' }).end();
    });
    expect((await ask(await nowhere())).kind).toBe('try_again');
    expect((await ask(hangs, await depsOf(clockAt(), IMPATIENT_MS))).kind).toBe('unknown');
    expect((await ask(resets)).kind).toBe('unknown');
    expect(await ask(busy)).toMatchObject({ kind: 'try_again', afterMs: 30_000 });
  });

  it('that is withheld says why, in the product’s words', async () => {
    const { connector } = await product(() => [403, { detail: 'Sam has no seat in the console.' }]);
    expect(await connector.open(ACCESS)).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/answered HTTP 403: Sam has no seat in the console\.$/) as string,
    });
  });
});

describe('A list', () => {
  const one = (id: string) => ({
    id,
    tenant: 'northwind',
    scope: 'support',
    grantee: { slack_id: 'U0SAM', email: 'sam@harbor.example', name: 'Sam Rivera' },
    notAfter: '2026-03-02T13:00:00.000Z',
  });

  it('is read page after page, until the product says that it ends', async () => {
    const { connector, came } = await product(({ said }) => {
      const at = Number(said.data.cursor ?? '0');
      return [200, { accesses: [one(`acc_${at}`)], next: at < 2 ? String(at + 1) : null }];
    });
    const listing = await connector.list();
    expect(listing).toMatchObject({ kind: 'listed' });
    expect(listing.kind === 'listed' && listing.held.map(({ accessId }) => accessId)).toEqual([
      'acc_0',
      'acc_1',
      'acc_2',
    ]);
    expect(listing.kind === 'listed' && listing.held[0]).toEqual({
      accessId: 'acc_0',
      handle: null,
      tenantId: 'northwind',
      scopeId: 'support',
      grantee: { slackId: 'U0SAM', email: 'sam@harbor.example', name: 'Sam Rivera' },
      notAfter: Date.parse('2026-03-02T13:00:00.000Z'),
    });
    expect(new Set(came.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  });

  it('may know little of what it lists', async () => {
    const { connector } = await product(() => [200, { accesses: [{ id: null }, {}] }]);
    const listing = await connector.list();
    expect(listing).toMatchObject({
      kind: 'listed',
      held: [
        { accessId: null, tenantId: null, notAfter: null, grantee: { name: 'somebody' } },
        { accessId: null },
      ],
    });
  });

  it('of which a page is missing is none', async () => {
    const { connector } = await product((_came, n) =>
      n === 1 ? [200, { accesses: [one('acc_0')], next: '1' }] : [500, ''],
    );
    expect((await connector.list()).kind).toBe('unknown');
  });

  it.each([
    [200, ''],
    [200, {}],
    [200, { accesses: 'none' }],
    [200, { receipt: 'r' }],
    [404, { accesses: [] }],
  ])('is not HTTP %i with %j', async (status, body) => {
    const { connector } = await product(() => [status, body]);
    expect((await connector.list()).kind).not.toBe('listed');
  });

  it('without end is given up', async () => {
    const { connector } = await product(() => [200, { accesses: [], next: 'again' }]);
    expect(await connector.list()).toMatchObject({ kind: 'unknown' });
  });

  it('shows what can be removed by its id, and what has none cannot', async () => {
    const { connector, came } = await product(({ said }) =>
      said.type === 'access.list'
        ? [200, { accesses: [one('acc_9'), { id: null }] }]
        : [200, { receipt: 'gone' }],
    );
    const listing = await connector.list();
    if (listing.kind !== 'listed') throw new Error(listing.why);
    const outcomes = [];
    for (const held of listing.held) outcomes.push(await connector.remove(held));
    expect(outcomes).toMatchObject([{ kind: 'confirmed', receipt: 'gone' }, { kind: 'refused' }]);
    expect(came.at(-1)?.said).toMatchObject({ type: 'access.close', data: { access: { id: 'acc_9' } } });
  });
});

it('The webhook’s connector says what it is: the product holds the end, and each access is a lane of its own', async () => {
  const { connector } = await product(() => [200, {}]);
  expect(connector).toMatchObject({ name: 'console', kind: 'webhook', holdsTheEnd: true });
  expect(connector.lane(ACCESS)).not.toBe(connector.lane({ ...ACCESS, id: 'acc_8R' }));
});

it('No outcome holds a secret', async () => {
  const deps = await depsOf(clockAt());
  const urls = [
    await nowhere(),
    await listen((request) => {
      request.socket.destroy();
    }),
  ];
  for (const url of urls) {
    const outcome = await createWebhook({ name: 'c', url, secrets: [NEW, OLD] }, deps).open(ACCESS);
    expect(JSON.stringify(outcome)).not.toMatch(/whsec_|eyJ/);
  }
});
