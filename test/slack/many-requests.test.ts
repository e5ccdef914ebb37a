import { DateTime } from 'luxon';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Player } from '../../sandbox/driver.ts';
import { createHandler, openDatabase } from '../../src/database.ts';
import type { Command } from '../../src/access/command.ts';
import type { People } from '../../src/access/people.ts';
import { certain } from '../../src/access/people.ts';
import type { Policy, Tenant } from '../../src/access/policy.ts';
import { refusals } from '../support/refusals.ts';
import { answer } from '../support/slack-acts.ts';
import type { TestApp, TurnedClock } from '../support/test-app.ts';
import { GOOD, PEOPLE, testApp } from '../support/test-app.ts';

/** 300 requests of one week: a hundred closed, a hundred active, a hundred waiting for one approver. */

const TENANTS = 100;
const { sam, noor, ada } = PEOPLE;
/** As long as the policy lets them be, and every second one from right to left. */
const crowded = (policy: Policy): Policy => {
  const [one] = policy.tenants.values();
  if (one === undefined) throw new Error('the example company has no tenant');
  const tenants = Array.from({ length: TENANTS }, (_, i): [string, Tenant] => {
    const id = `tenant-${i}-${'x'.repeat(60)}`.slice(0, 60);
    const name = `${i} ${(i % 2 === 0 ? 'שלום & <ברוכים> ' : 'Long & <Old> ').repeat(10)}`.slice(0, 120);
    const where = { environment: `production & <${i % 3}>`.padEnd(40, 'e'), region: 'r & '.padEnd(40, 'r') };
    return [id, { ...one, ...where, id, name, channel: null, maxDurationMs: null }];
  });
  return { ...policy, tenants: new Map(tenants), limits: { ...policy.limits, openRequests: 1_000 } };
};

/** Ten minutes before the digest is due, all of that happens, and all of it was told. */
async function happened(database: string, policy: Policy, clock: TurnedClock): Promise<void> {
  const now = DateTime.fromMillis(clock.now(), { zone: policy.timeZone });
  const monday = now.startOf('week').plus({ weeks: 1, hours: 8, minutes: 50 });
  clock.turn(monday.toMillis() - clock.now());
  const ledger = openDatabase(database);
  const handler = createHandler(ledger, clock);
  const members = new Set([ada.id, PEOPLE.ben.id]);
  const people: People = { standing: () => 'member', members: () => members, absence: () => undefined };
  const act = async (id: string, command: Command, requestNo: number | null): Promise<number | null> => {
    const actor = { kind: 'person', id } as const;
    const done = await handler.handle({
      command,
      requestNo,
      actor,
      world: certain(policy, people),
      delivery: null,
    });
    expect(done.refusal).toBeNull();
    return done.requestNo;
  };
  const text = `${GOOD} ${'and & <again> '.repeat(300)}`.slice(0, 2_999);
  const file = (tenantId: string, grantee: string): Promise<number | null> =>
    act(
      grantee,
      {
        type: 'file',
        tenantId,
        scopeId: 'read',
        grantee,
        owner: grantee,
        approvers: [ada.id],
        allowedActions: text.slice(0, 499),
        offLimits: text.slice(0, 499),
        reason: text,
        caseRef: '',
        durationMs: 3_600_000,
        notBefore: null,
        roles: [],
      },
      null,
    );
  const started = async (tenantId: string): Promise<number | null> => {
    const no = await file(tenantId, sam.id);
    await act(ada.id, { type: 'approve', less: null, typedTenantId: null }, no);
    await act(sam.id, { type: 'start' }, no);
    return no;
  };
  const said = {
    changed: text,
    productProblem: text,
    confirmedBy: 'Erika Muster',
    checked: text,
    summary: text,
    notes: text,
    removed: [],
    next: null,
  } as const;
  for (const phase of ['closed', 'active', 'pending'] as const)
    await Promise.all(
      [...policy.tenants].map(async ([id]) => {
        const no = phase === 'pending' ? await file(id, noor.id) : await started(id);
        if (phase !== 'closed') return;
        await act(sam.id, { type: 'end', reason: '' }, no);
        await act(sam.id, { type: 'close_out', fixed: 'yes', ...said }, no);
      }),
    );
  ledger.raw.exec('delete from outbox');
  await handler.close();
  await ledger.close();
}

let s: TestApp;
let refused: () => readonly string[];
beforeAll(async () => {
  s = await testApp('socket', crowded, happened);
  refused = refusals(s);
}, 60_000);
afterAll(() => s.close());

async function tsa(player: Player, words: string): Promise<string> {
  await answer(s, player, () => player.types('#support', `/tsa ${words}`));
  return player.hears('#support').at(-1) ?? '';
}

it('A Home shows the first of a hundred that wait and of a hundred sessions, and counts the rest', async () => {
  const home = await s.cast.ada.opensHome();
  expect(home.size).toBeLessThanOrEqual(100);
  expect(home.text).toMatch(/^Waiting for you \(100\)$/m);
  expect(home.text).toMatch(/… and 94 more/);
  expect(home.text).toMatch(/^In a tenant right now \(100\)$/m);
  expect(home.buttons.filter((text) => text === 'Approve')).toHaveLength(6);
  const sams = await s.cast.sam.opensHome();
  expect(sams.size).toBeLessThanOrEqual(100);
  expect(sams.text).toMatch(/^Your sessions \(100\)$/m);
  expect((await s.cast.otto.opensHome()).text).toContain('Latest in the ledger');
  expect(refused()).toEqual([]);
});

it('Every look-up answers in one message, with its count in the first line', async () => {
  const { sam: engineer, ada: approver } = s.cast;
  expect(await tsa(engineer, 'active')).toMatch(/^100 sessions right now\n\*TSA-\d+\* /);
  expect(await tsa(approver, 'mine')).toMatch(/^100 requests of yours\n/);
  expect(await tsa(engineer, 'mine')).toMatch(/^100 requests of yours\n/);
  const [[id] = ['']] = [...s.policy.tenants];
  expect(await tsa(engineer, `history ${id} 7d`)).toMatch(/^3 requests in 7 days: 0 שלום & <ברוכים>/);
  expect(await tsa(engineer, 'history <@U0SAM|sam>')).toMatch(/^200 requests in 30 days/);
  for (const no of [1, 150, 300]) expect(await tsa(engineer, `show TSA-${no}`)).toContain(`*TSA-${no}* · `);
  expect(refused()).toEqual([]);
});

it('The digest of 300 requests is one message: what needs somebody is in it, and every list says what it leaves out', async () => {
  const review = await tsa(s.cast.sam, 'review');
  await s.later(11 * 60_000);
  const digest = await s.cast.mia.waitFor('#access-review', /Access review, week/);
  for (const text of [review, digest.text]) {
    expect(text).toMatch(/\*Filed\* 300\b/);
    expect(text).toMatch(/\*Active now\* 100\b/);
    expect(text).toMatch(
      /Asked for again and again\*\n• .*3 in 30 days, product problem, owner: <@U0SAM>, who wrote in TSA-\d+/,
    );
    expect(text.match(/who wrote in TSA-/g)).toHaveLength(10);
    expect(text).toContain('and 90 more');
    expect(text).toMatch(/Ledger head: `\d+:[0-9a-f]{64}`/);
  }
  expect(refused()).toEqual([]);
  expect(s.logged.filter((one) => /refused the blocks|"level":"error"/.test(one))).toEqual([]);
});
