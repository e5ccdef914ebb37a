import { describe, expect, it } from 'vitest';
import type { Access, Outcome } from '../../src/connectors/connector.ts';
import { createScim } from '../../src/connectors/scim/connector.ts';
import { ACCESS, clockAt, depsOf, IMPATIENT_MS, listen, nowhere } from './fixtures.ts';
import type { ScimServer } from './scim-server.ts';
import { scimServer } from './scim-server.ts';

const SAM = { id: 'u-sam', userName: 'sam@harbor.example', displayName: 'Sam Rivera' };
const GROUPS = new Map([
  ['support', 'g-support'],
  ['admin', 'g-admin'],
]);
const FREE = { handle: null, neededBy: [] };

async function testLedger() {
  const server = await scimServer();
  const deps = await depsOf(clockAt());
  const connector = createScim({ name: 'idp', base: server.base, token: server.token, groups: GROUPS }, deps);
  return { server, deps, connector };
}

function handleOf(outcome: Outcome): string | null {
  if (outcome.kind !== 'confirmed') throw new Error(outcome.why);
  return outcome.handle;
}

function patches({ calls }: ScimServer) {
  return calls.filter(({ method }) => method === 'PATCH');
}

describe('A user is looked up', () => {
  it.each([
    ['by externalId, their Slack id', { id: 'u1', userName: 'someone', externalId: 'U0SAM' }],
    ['by userName, their e-mail address', { id: 'u1', userName: 'sam@harbor.example' }],
    ['by e-mail address', { id: 'u1', userName: 'srivera', emails: [{ value: 'sam@harbor.example' }] }],
  ])('%s', async (_how, user) => {
    const { server, connector } = await testLedger();
    server.addUser({ id: 'u2', userName: 'noor@harbor.example', externalId: 'U0NOOR' });
    server.addUser(user);
    expect(await connector.open(ACCESS)).toMatchObject({ kind: 'confirmed' });
    expect(server.members('g-support')).toEqual(['u1']);
  });

  it('by externalId before all else', async () => {
    const { server, connector } = await testLedger();
    server.addUser({ id: 'u-wrong', userName: 'sam@harbor.example', externalId: 'U0OTHER' });
    server.addUser({ id: 'u-right', userName: 'srivera', externalId: 'U0SAM' });
    await connector.open(ACCESS);
    expect(server.members('g-support')).toEqual(['u-right']);
  });

  it.each([
    ['no one', []],
    ['only one whose name begins the same', [{ id: 'u1', userName: 'sam@harbor.example.org' }]],
    ['only one whose externalId differs in case', [{ id: 'u1', userName: 'x', externalId: 'u0sam' }]],
  ])('and %s is refused in words before anything is changed', async (_who, users) => {
    const { server, connector } = await testLedger();
    for (const user of users) server.addUser(user);
    expect(await connector.open(ACCESS)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('has no user whose externalId is U0SAM, or whose userName') as string,
    });
    expect(patches(server)).toEqual([]);
  });

  it('and two are refused like none: nobody could tell who is meant', async () => {
    const { server, connector } = await testLedger();
    for (const id of ['u1', 'u2'])
      server.addUser({ id, userName: id, emails: [{ value: 'sam@harbor.example' }] });
    expect(await connector.open(ACCESS)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('2 users with the e-mail address sam@harbor.example') as string,
    });
    expect(patches(server)).toEqual([]);
  });

  it('and whoever is deactivated there gets nothing', async () => {
    const { server, connector } = await testLedger();
    server.addUser({ ...SAM, active: false });
    expect(await connector.open(ACCESS)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('deactivated') as string,
    });
    expect(server.members('g-support')).toEqual([]);
  });

  it('rightly where the service lists everybody whatever is asked, over all its pages', async () => {
    const { server, connector } = await testLedger();
    server.habits.userFilter = 'ignored';
    server.habits.pageMax = 7;
    for (let n = 0; n < 40; n += 1) server.addUser({ id: `u${n}`, userName: `u${n}@harbor.example` });
    server.addUser(SAM);
    await connector.open(ACCESS);
    expect(server.members('g-support')).toEqual(['u-sam']);
    const pages = server.calls.filter(({ path }) => path.includes('/Users?'));
    expect(pages.length).toBeGreaterThan(6);
  });

  it('and where the service cannot be asked, it is known neither that they are there nor that they are not', async () => {
    const { server, connector } = await testLedger();
    server.addUser(SAM);
    server.habits.userFilter = 'refused';
    const why = expect.stringContaining('cannot be asked by externalId or userName or e-mail') as string;
    expect(await connector.open(ACCESS)).toMatchObject({ kind: 'refused', why });
    expect(await connector.close(ACCESS, FREE)).toMatchObject({ kind: 'refused', why });
  });

  it('with whatever stands in their address, which can ask for nothing else', async () => {
    const { server, connector } = await testLedger();
    server.addUser(SAM);
    const email = 'x" or userName sw "sam@harbor.example';
    const grantee = { ...ACCESS.grantee, slackId: 'U0X" or id pr or id eq "', email };
    expect((await connector.open({ ...ACCESS, grantee })).kind).toBe('refused');
    expect(server.members('g-support')).toEqual([]);
  });
});

describe('Opening', () => {
  it('adds the user to the group of the scope, and believes it when the group shows it', async () => {
    const { server, connector } = await testLedger();
    server.addUser(SAM);
    expect(await connector.open(ACCESS)).toEqual({
      kind: 'confirmed',
      receipt: 'in the group Temporary support',
      handle: 'g-support u-sam',
    });
    expect(patches(server)[0]?.body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'add', path: 'members', value: [{ value: 'u-sam' }] }],
    });
    expect(server.calls.at(-1)?.method).toBe('GET');
    expect(server.members('g-admin')).toEqual([]);
  });

  it('twice has one effect, and so has making it longer', async () => {
    const { server, connector } = await testLedger();
    server.addUser(SAM);
    const handle = handleOf(await connector.open(ACCESS));
    expect((await connector.open(ACCESS)).kind).toBe('confirmed');
    expect((await connector.extend(ACCESS, { handle })).kind).toBe('confirmed');
    expect(patches(server)).toHaveLength(1);
    expect(server.members('g-support')).toEqual(['u-sam']);
  });

  it('is refused where the policy names no group for the scope, or the service has none of that id', async () => {
    const { server, connector, deps } = await testLedger();
    server.addUser(SAM);
    const other: Access = { ...ACCESS, scope: { id: 'read', name: 'Read-only' } };
    expect(await connector.open(other)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('no group of 127.0.0.1') as string,
    });
    const wrong = createScim(
      { name: 'idp', base: server.base, token: server.token, groups: new Map([['support', 'g-none']]) },
      deps,
    );
    expect(await wrong.open(ACCESS)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('no group g-none') as string,
    });
  });

  it('is not confirmed by a service that says yes and does nothing', async () => {
    const { server, connector } = await testLedger();
    server.addUser(SAM);
    server.habits.instead.push({ method: 'PATCH', times: 10, status: 204 });
    expect((await connector.open(ACCESS)).kind).toBe('unknown');
  });

  it('with a token that the service does not know is refused in its words, and the token is not shown', async () => {
    const { server, deps } = await testLedger();
    const stranger = createScim(
      { name: 'idp', base: server.base, token: 'another-token', groups: GROUPS },
      deps,
    );
    const outcome = await stranger.open(ACCESS);
    expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringContaining('HTTP 401') as string });
    expect(JSON.stringify(outcome)).not.toContain('another-token');
  });
});

describe('Closing', () => {
  async function inside() {
    const all = await testLedger();
    all.server.addUser(SAM);
    all.server.groups.get('g-support')?.members.push({ value: 'u-other' });
    const handle = handleOf(await all.connector.open(ACCESS));
    return { ...all, known: { handle, neededBy: [] } };
  }

  it('takes out this user alone, by a filter, and believes it when the group shows it', async () => {
    const { server, connector, known } = await inside();
    expect(await connector.close(ACCESS, known)).toMatchObject({
      kind: 'confirmed',
      receipt: 'not in the group Temporary support',
    });
    expect(patches(server).at(-1)?.body).toMatchObject({
      Operations: [{ op: 'remove', path: 'members[value eq "u-sam"]' }],
    });
    expect(server.members('g-support')).toEqual(['u-other']);
  });

  it.each(['refused', 'ignored'] as const)(
    'writes out who stays where the filter is %s, so that nobody else is put out',
    async (habit) => {
      const { server, connector, known } = await inside();
      server.habits.filteredRemoval = habit;
      expect((await connector.close(ACCESS, known)).kind).toBe('confirmed');
      expect(server.members('g-support')).toEqual(['u-other']);
      // A removal with a value but no filter puts everybody out, by the standard.
      for (const { body } of patches(server))
        expect(JSON.stringify(body)).not.toMatch(/"op":"remove","path":"members"/);
    },
  );

  it('twice is as good as once', async () => {
    const { server, connector, known } = await inside();
    await connector.close(ACCESS, known);
    expect((await connector.close(ACCESS, known)).kind).toBe('confirmed');
    expect(server.members('g-support')).toEqual(['u-other']);
  });

  it('leaves the user in while another of their sessions needs it: the last one out removes', async () => {
    const { server, connector, known } = await inside();
    expect(await connector.close(ACCESS, { ...known, neededBy: ['acc_8R'] })).toMatchObject({
      kind: 'confirmed',
      receipt: expect.stringContaining('acc_8R') as string,
    });
    expect(server.members('g-support')).toContain('u-sam');
    await connector.close({ ...ACCESS, id: 'acc_8R' }, known);
    expect(server.members('g-support')).toEqual(['u-other']);
  });

  it('finds whom it opened for, though they were renamed since and the policy names another group', async () => {
    const { server, deps, known } = await inside();
    server.addUser({ id: 'u-sam', userName: 'samantha@harbor.example' });
    const changed = createScim(
      { name: 'idp', base: server.base, token: server.token, groups: new Map([['support', 'g-admin']]) },
      deps,
    );
    expect((await changed.close(ACCESS, known)).kind).toBe('confirmed');
    expect(server.members('g-support')).toEqual(['u-other']);
  });

  it('what may never have been opened looks the user up; deactivated, they are taken out all the same', async () => {
    const { server, connector } = await inside();
    server.addUser({ ...SAM, active: false });
    expect((await connector.close(ACCESS, FREE)).kind).toBe('confirmed');
    expect(server.members('g-support')).toEqual(['u-other']);
  });

  it('is confirmed where there is no such user: nobody is in', async () => {
    const { server, connector } = await testLedger();
    expect((await connector.close(ACCESS, FREE)).kind).toBe('confirmed');
    expect(patches(server)).toEqual([]);
  });

  it('is not confirmed where the group is not there, or is not shown any more', async () => {
    const { server, connector, known } = await inside();
    server.groups.delete('g-support');
    expect((await connector.close(ACCESS, known)).kind).toBe('refused');
  });

  it('is not confirmed by a service that says yes and does nothing', async () => {
    const { server, connector, known } = await inside();
    server.habits.instead.push({ method: 'PATCH', times: 10, status: 200 });
    expect(await connector.close(ACCESS, known)).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('still in the group') as string,
    });
  });

  it('is not confirmed by a service that is down, hangs, breaks, fails or sends us away for now', async () => {
    const { server, connector, deps, known } = await inside();
    const at = (base: string, how = deps) =>
      createScim({ name: 'idp', base, token: 't0ken-abc', groups: GROUPS }, how);
    const hangs = await listen(() => undefined);
    const breaks = await listen((request) => {
      request.socket.destroy();
    });
    const garbage = await listen((_request, response) => {
      response.end('<html>hello</html>');
    });
    expect((await at(await nowhere()).close(ACCESS, known)).kind).toBe('try_again');
    const impatient = await depsOf(clockAt(), IMPATIENT_MS);
    expect((await at(hangs, impatient).close(ACCESS, known)).kind).toBe('unknown');
    expect((await at(breaks).close(ACCESS, known)).kind).toBe('unknown');
    expect((await at(garbage).close(ACCESS, known)).kind).toBe('unknown');
    for (const method of ['GET', 'PATCH']) {
      server.habits.instead.push({ method, times: 1, status: 429, headers: { 'retry-after': '12' } });
      expect(await connector.close(ACCESS, known)).toMatchObject({ kind: 'try_again', afterMs: 12_000 });
      server.habits.instead.push({ method, times: 1, status: 500 });
      expect((await connector.close(ACCESS, known)).kind).toBe('unknown');
    }
    expect(server.members('g-support')).toContain('u-sam');
    expect((await connector.close(ACCESS, known)).kind).toBe('confirmed');
  });
});

describe('Where the service offers ETags', () => {
  it('a change names what it is based on, and begins anew when somebody else was quicker', async () => {
    const { server, connector } = await testLedger();
    server.addUser(SAM);
    server.habits.etags = true;
    server.habits.meddling = 2;
    const opened = await connector.open(ACCESS);
    expect(opened).toMatchObject({
      kind: 'confirmed',
      receipt: expect.stringMatching(/^in the group Temporary support \(W\/"/) as string,
    });
    expect(patches(server)).toHaveLength(3);
    for (const { ifMatch } of patches(server)) expect(ifMatch).toMatch(/^W\/"/);
    server.habits.meddling = 1;
    server.habits.filteredRemoval = 'refused';
    await connector.close(ACCESS, { handle: handleOf(opened), neededBy: [] });
    // Whom the other one added in between stays: no list was written over theirs.
    expect(server.members('g-support')).toEqual(['u-other-0', 'u-other-1', 'u-other-3']);
  });

  it('a group that never stops changing is left for later', async () => {
    const { server, connector } = await testLedger();
    server.addUser(SAM);
    server.habits.etags = true;
    server.habits.meddling = 99;
    expect((await connector.open(ACCESS)).kind).toBe('unknown');
    expect(server.members('g-support')).not.toContain('u-sam');
  });
});

describe('Many at once', () => {
  it('come and go in one group without losing anybody', async () => {
    const { server, connector } = await testLedger();
    server.habits.etags = true;
    server.habits.filteredRemoval = 'refused';
    const people = Array.from({ length: 12 }, (_one, n) => `p${n}`);
    for (const id of people) server.addUser({ id, userName: id, externalId: id });
    const of = (id: string): Access => ({ ...ACCESS, id, grantee: { ...ACCESS.grantee, slackId: id } });
    await Promise.all(people.map((id) => connector.open(of(id))));
    expect(server.members('g-support').toSorted()).toEqual(people.toSorted());
    const out = await Promise.all(people.slice(0, 6).map((id) => connector.close(of(id), FREE)));
    expect(out.map(({ kind }) => kind)).toEqual(Array(6).fill('confirmed'));
    expect(server.members('g-support').toSorted()).toEqual(people.slice(6).toSorted());
  });

  it('share a lane only when they are of one person in one group', async () => {
    const { connector } = await testLedger();
    const noor: Access = { ...ACCESS, grantee: { ...ACCESS.grantee, slackId: 'U0NOOR' } };
    const admin: Access = { ...ACCESS, scope: { id: 'admin', name: 'Admin' } };
    expect(connector.lane({ ...ACCESS, id: 'acc_8R' })).toBe(connector.lane(ACCESS));
    expect(new Set([ACCESS, noor, admin].map((access) => connector.lane(access))).size).toBe(3);
    expect(connector).toMatchObject({ name: 'idp', kind: 'scim', holdsTheEnd: false });
  });
});

describe('A list', () => {
  it('tells who is in each group, by name, over all pages', async () => {
    const { server, connector } = await testLedger();
    server.habits.pageMax = 9;
    for (let n = 0; n < 45; n += 1) {
      server.addUser({ id: `u${n}`, userName: `u${n}`, emails: [{ value: `u${n}@harbor.example` }] });
      server.groups.get('g-support')?.members.push({ value: `u${n}` });
    }
    server.addUser(SAM);
    server.groups.get('g-admin')?.members.push({ value: 'u-sam' }, { value: 'u-gone' });
    const listing = await connector.list();
    if (listing.kind !== 'listed') throw new Error(listing.why);
    expect(listing.held).toHaveLength(47);
    expect(listing.held[44]).toEqual({
      accessId: null,
      handle: 'g-support u44',
      tenantId: null,
      scopeId: 'support',
      grantee: { slackId: null, email: 'u44@harbor.example', name: 'u44' },
      notAfter: null,
    });
    expect(listing.held.slice(45)).toMatchObject([
      { handle: 'g-admin u-sam', scopeId: 'admin', grantee: { name: 'Sam Rivera' } },
      { handle: 'g-admin u-gone', grantee: { name: 'u-gone' } },
    ]);
  });

  it('shows what can be removed, and whoever was opened for by the same handle', async () => {
    const { server, connector } = await testLedger();
    server.addUser(SAM);
    const handle = handleOf(await connector.open(ACCESS));
    const listing = await connector.list();
    if (listing.kind !== 'listed') throw new Error(listing.why);
    const [held] = listing.held;
    if (held === undefined) throw new Error('nobody is listed');
    expect(held.handle).toBe(handle);
    expect((await connector.remove(held)).kind).toBe('confirmed');
    expect(server.members('g-support')).toEqual([]);
    expect((await connector.remove({ ...held, handle: null })).kind).toBe('refused');
  });

  it('of which a part cannot be read is none', async () => {
    const { server, connector } = await testLedger();
    server.groups.delete('g-admin');
    expect((await connector.list()).kind).toBe('refused');
    const again = await testLedger();
    again.server.addUser(SAM);
    again.server.groups.get('g-support')?.members.push({ value: 'u-sam' });
    again.server.habits.instead.push({ method: 'GET', times: 1, status: 503 });
    expect((await again.connector.list()).kind).toBe('try_again');
  });

  it('of a group that holds more than 64 KiB of members is none: such a group is not for this', async () => {
    const { server, connector } = await testLedger();
    for (let n = 0; n < 2_000; n += 1)
      server.groups.get('g-support')?.members.push({ value: `user-with-a-long-id-${n}-of-many-letters` });
    expect(await connector.list()).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('more than 64 KiB') as string,
    });
  });
});
