import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { badge, covering } from '../../src/access-api/covering.ts';
import type { Session } from '../../src/access-api/covering.ts';
import { MINUTE, NOW } from '../keys/fixtures.ts';
import type { TestAccessApi } from './fixtures.ts';
import { ENTER, testAccessApi, NORTHWIND, SAM, SAMS } from './fixtures.ts';

const ONE = '/access/v1/evaluation';
const answer = z.object({ decision: z.boolean(), context: z.record(z.string(), z.unknown()).optional() });

async function ask(
  { post }: TestAccessApi,
  change: object = {},
  how: Parameters<TestAccessApi['post']>[2] = {},
): Promise<z.infer<typeof answer>> {
  const response = await post(ONE, { subject: SAM, action: ENTER, resource: NORTHWIND, ...change }, how);
  expect(response.status).toBe(200);
  return answer.parse(await response.json());
}

describe('Somebody may be in', () => {
  it.each([
    ['by e-mail address', { type: 'user', id: 'sam@harbor.example' }],
    ['by e-mail address, however it is written', { type: 'user', id: 'Sam@Harbor.Example' }],
    ['by Slack id', { type: 'user', id: 'U0SAM' }],
  ])('%s', async (_how, subject) => {
    expect((await ask(await testAccessApi(), { subject })).decision).toBe(true);
  });

  it.each(['enter', 'read', 'support'])('to %s, which their session covers', async (name) => {
    expect((await ask(await testAccessApi(), { action: { name } })).decision).toBe(true);
  });

  it('and the product learns of which session, until when, why, and what to show', async () => {
    expect(await ask(await testAccessApi())).toEqual({
      decision: true,
      context: {
        session: 'TSA-42',
        scope: 'Support',
        reason: 'Login fails for all users since 16:00; reset the login cache.',
        notAfter: '2026-03-02T13:00:00.000Z',
        badge: 'Support is in: Sam Rivera, until 13:00 UTC',
      },
    });
  });

  it('by the longest of several sessions', async () => {
    const g = await testAccessApi();
    g.sessions.push({ ...SAMS, no: 43, expiresAt: SAMS.expiresAt + MINUTE });
    expect((await ask(g)).context).toMatchObject({ session: 'TSA-43' });
  });
});

describe('Nobody else may, and learns nothing but that', () => {
  it.each([
    ['another person', { subject: { type: 'user', id: 'noor@harbor.example' } }],
    ['an address that only begins the same', { subject: { type: 'user', id: 'sam@harbor.example.org' } }],
    ['a Slack id in small letters', { subject: { type: 'user', id: 'u0sam' } }],
    ['nobody', { subject: { type: 'user', id: '' } }],
    ['a machine', { subject: { type: 'service', id: 'sam@harbor.example' } }],
    ['another tenant', { resource: { type: 'tenant', id: 'contoso' } }],
    ['an unknown tenant', { resource: { type: 'tenant', id: 'no-such-tenant' } }],
    ['what is no tenant', { resource: { type: 'record', id: 'northwind' } }],
    ['more than the session covers', { action: { name: 'admin' } }],
    ['an unknown action', { action: { name: 'fly' } }],
    ['no action', { action: { name: '' } }],
  ])('%s', async (_who, change) => {
    expect(await ask(await testAccessApi(), change)).toEqual({ decision: false });
  });

  it('where the key is not for that tenant, as if there were no such tenant', async () => {
    const g = await testAccessApi();
    const { key } = g.newKey({ tenants: ['contoso'] });
    expect(await ask(g, {}, { key })).toEqual({ decision: false });
    expect(await ask(g, { resource: { type: 'tenant', id: 'no-such-tenant' } }, { key })).toEqual({
      decision: false,
    });
  });

  it('where the ledger cannot be read: that is no, with what went wrong, and the log knows more', async () => {
    const g = await testAccessApi();
    g.breaks();
    expect(await ask(g)).toMatchObject({ decision: false, context: { error: { status: 500 } } });
    expect(g.lines.join('')).toContain('the disk is gone');
  });
});

describe('At every instant', () => {
  it.each([
    [SAMS.startedAt - 1, false],
    [SAMS.startedAt, true],
    [SAMS.expiresAt - 1, true],
    [SAMS.expiresAt, false],
  ])('the session covers from its start on and no more at its end: at %i %s', async (at, decision) => {
    const g = await testAccessApi();
    g.clock.at = at;
    expect((await ask(g)).decision).toBe(decision);
  });

  it('a session that was revoked is over for the very next question', async () => {
    const g = await testAccessApi();
    expect((await ask(g)).decision).toBe(true);
    g.sessions.length = 0;
    expect((await ask(g)).decision).toBe(false);
  });

  it('whatever the sessions, somebody is in exactly while one of theirs is on', () => {
    const session = fc.record({
      no: fc.integer({ min: 1, max: 9 }),
      tenantId: fc.constantFrom('a', 'b'),
      grantee: fc.constantFrom(
        { slackId: 'U1', email: 'one@x.example', name: 'One' },
        { slackId: 'U2', email: null, name: 'Two' },
      ),
      scopeName: fc.constant('Support'),
      covers: fc.subarray(['read', 'support', 'admin']),
      reason: fc.constant(''),
      startedAt: fc.integer({ min: 0, max: 20 }),
      expiresAt: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(
        fc.array(session, { maxLength: 6 }),
        fc.constantFrom('a', 'b'),
        fc.constantFrom('U1', 'ONE@x.example', 'U2', 'two@x.example'),
        fc.constantFrom('enter', 'read', 'admin'),
        fc.integer({ min: 0, max: 21 }),
        (sessions: readonly Session[], tenantId, subject, action, now) => {
          const who = subject === 'U2' ? 'U2' : subject === 'two@x.example' ? 'nobody' : 'U1';
          let expected = false;
          for (const one of sessions)
            for (let at = one.startedAt; at < one.expiresAt; at += 1)
              if (at === now && one.tenantId === tenantId && one.grantee.slackId === who)
                if (action === 'enter' || one.covers.includes(action)) expected = true;
          expect(covering(sessions, { tenantId, subject, action }, now) !== null).toBe(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

it('The badge names the day where it is another one', () => {
  const session = { ...SAMS, expiresAt: Date.parse('2026-03-03T00:30:00Z') };
  expect(badge(session, NOW)).toBe('Support is in: Sam Rivera, until 2026-03-03 00:30 UTC');
});
