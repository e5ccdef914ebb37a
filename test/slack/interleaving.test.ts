import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Command } from '../../src/access/command.ts';
import type { AccessEvent } from '../../src/access/event.ts';
import { createTimers } from '../../src/timers/timers.ts';
import {
  approve,
  cancel,
  declare,
  deny,
  end,
  extend,
  file,
  review,
  revoke,
  start,
} from '../support/access-commands.ts';
import * as f from '../support/access-fixtures.ts';
import type { Roll } from '../support/random-commands.ts';
import { dice, pick } from '../support/random-commands.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** A thousand times clicks and timers meet at a deadline, in whatever order: one outcome, and each fact told once. */

const STORMS = 50;
/** Requests with the same deadline, all tried at once. */
const AT_ONCE = 20;

type Try = readonly [actor: string | typeof f.timer, command: Command];

interface Deadline {
  readonly given: (g: TestLedger, tenantId: string) => Promise<number>;
  readonly at: number;
  readonly tries: readonly Try[];
  /** Exactly one of these comes of it. */
  readonly outcomes: readonly AccessEvent['type'][];
  /** It is settled by then at the latest. */
  readonly settledMs?: number;
  /** Comes of it once, or not at all. */
  readonly decisions?: readonly AccessEvent['type'][];
}

async function told(g: TestLedger, ...steps: readonly Try[]): Promise<number> {
  let no: number | null = null;
  for (const [actor, command] of steps) no = await g.given(actor, command, no);
  return no ?? 0;
}

const requested = (tenantId: string): Try => [f.RITA, file({ tenantId })];
const started = (tenantId: string): readonly Try[] => [
  requested(tenantId),
  [f.ANN, approve()],
  [f.GUS, start],
];
const confirm: Command = { type: 'confirm_emergency' };
const judged = (by: string, justified: boolean): Try => [by, { ...review, justified }];

const DEADLINES: Readonly<Record<string, Deadline>> = {
  'the lapse of a request': {
    given: (g, tenantId) => told(g, requested(tenantId)),
    at: f.T0 + 4 * f.HOUR,
    tries: [
      [f.ANN, approve()],
      [f.ANN, approve()],
      [f.ANN, deny],
      [f.RITA, cancel],
      [f.ANN, { type: 'ask_question', text: 'Since when?' }],
      [f.timer, { type: 'lapse' }],
      [f.timer, { type: 'remind_approver' }],
    ],
    outcomes: ['grant.issued', 'request.denied', 'request.cancelled', 'request.lapsed'],
  },
  'the lapse of a grant': {
    given: (g, tenantId) => told(g, requested(tenantId), [f.ANN, approve()]),
    at: f.T0 + 30 * f.MINUTE,
    tries: [
      [f.GUS, start],
      [f.GUS, start],
      [f.RITA, cancel],
      [f.timer, { type: 'lapse' }],
    ],
    outcomes: ['session.started', 'request.cancelled', 'request.lapsed'],
  },
  'the end of a session': {
    given: (g, tenantId) => told(g, ...started(tenantId)),
    at: f.T0 + f.HOUR,
    tries: [
      [f.GUS, end],
      [f.ADA, revoke],
      [f.ANN, { type: 'report_unexpected' }],
      [f.OTTO, { type: 'report_unexpected' }],
      [f.timer, { type: 'expire' }],
      [f.timer, { type: 'warn' }],
    ],
    outcomes: ['session.ended'],
  },
  'an extension asked for before the end': {
    given: (g, tenantId) => told(g, ...started(tenantId), [f.GUS, extend(30 * f.MINUTE)]),
    at: f.T0 + f.HOUR,
    tries: [
      [f.ANN, { type: 'approve_extension', version: 5, typedTenantId: null }],
      [f.DOT, { type: 'approve_extension', version: 5, typedTenantId: null }],
      [f.ANN, { type: 'deny_extension', reason: 'That is enough for today.' }],
      [f.GUS, end],
      [f.timer, { type: 'expire' }],
    ],
    outcomes: ['session.ended'],
    settledMs: f.HOUR,
    decisions: ['extension.approved', 'extension.denied'],
  },
  'the confirmation of an emergency': {
    given: (g, tenantId) => told(g, [f.EVE, declare({ tenantId })]),
    at: f.T0 + 10 * f.MINUTE,
    tries: [
      [f.EMI, confirm],
      [f.EMI, confirm],
      [f.EVE, confirm],
      [f.EVE, cancel],
      [f.timer, { type: 'lapse' }],
    ],
    outcomes: ['emergency.confirmed', 'request.cancelled', 'request.lapsed'],
  },
  'the review of an emergency': {
    given: (g, tenantId) => told(g, [f.EVE, declare({ tenantId })], [f.EMI, confirm]),
    at: f.T0 + f.DAY,
    tries: [
      judged(f.ANN, true),
      judged(f.DOT, false),
      [f.EVE, review],
      [f.timer, { type: 'remind_review' }],
      [f.timer, { type: 'remind_closeout' }],
    ],
    outcomes: ['emergency.reviewed'],
  },
};

function worldWith(tenants: number): ReturnType<typeof f.worldOf> {
  const [like] = f.TENANTS;
  if (like === undefined) throw new Error('there are no tenants');
  return f.worldOf({
    tenants: Array.from({ length: tenants }, (_, i) => ({ ...like, id: `t${i}`, channel: `CT${i}` })),
    limits: { openRequests: tenants, coolDownMs: 0, closeoutOverdueMs: null },
    emergency: { twoPeople: true },
  });
}

/** In an order that nobody chose. */
function shuffled<T>(list: readonly T[], roll: Roll): readonly T[] {
  return list
    .map((one) => ({ one, at: roll(1_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

const arrived = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** All at once, with the deadline passing somewhere in between. */
async function storm(
  g: TestLedger,
  { at, tries, settledMs = f.MINUTE }: Deadline,
  numbers: readonly number[],
  roll: Roll,
): Promise<void> {
  const { handler, views, clock, log } = g;
  const world = worldWith(AT_ONCE);
  const two = [0, 1].map(() => createTimers({ handler, views, clock, log, world: () => world }));
  const clicks = numbers.flatMap((no) =>
    Array.from({ length: 3 + roll(4) }, (_, i) => {
      const [actor, command] = pick(roll, tries);
      // Now and then Slack delivers the same click twice.
      const delivery = roll(3) === 0 ? { delivery: `Ev${no}-${i}` } : {};
      const click = () => g.when(actor, command, no, { world, ...delivery });
      return 'delivery' in delivery ? [click, click] : [click];
    }).flat(),
  );
  const rings = two.flatMap((timers) => [() => timers.tick(), () => timers.tick()]);
  const all = shuffled<() => Promise<unknown>>([...clicks, ...rings], roll);
  const passes = roll(all.length);
  clock.set(at - 1);
  if (roll(2) === 0) await two[0]?.tick();
  const running: Promise<unknown>[] = [];
  for (const [i, act] of all.entries()) {
    if (i === passes) clock.set(at + roll(2));
    running.push(act());
    if (roll(8) === 0) await arrived();
  }
  await Promise.all(running);
  // Whoever comes last finds it settled; an emergency is reviewed by then.
  clock.set(at + settledMs);
  await Promise.all(two.map((timers) => timers.tick()));
  if (tries.some(([, { type }]) => type === 'review_emergency'))
    await Promise.all(numbers.map((no) => g.when(f.ANN, review, no, { world })));
}

const owed = z.array(z.object({ key: z.string(), destination: z.string(), body: z.string() }));

/** One outcome, on the right side of the deadline, and the requester told of it once. Gives what came of it. */
async function isSettled(
  g: TestLedger,
  { at, outcomes, decisions = [] }: Deadline,
  no: number,
): Promise<readonly string[]> {
  const record = await g.views.record(no);
  const facts = record?.events ?? [];
  const what = JSON.stringify(facts.map(({ actor, at: when, event }) => [event.type, actor, when - at]));
  const came = facts.filter(({ event }) => outcomes.includes(event.type));
  const last = came.map(({ event }) => event.type);
  // A grant can be taken back like the request.
  const takenBack = last.join() === 'grant.issued,request.cancelled';
  expect(last.length, what).toBe(takenBack ? 2 : 1);
  expect(facts.filter(({ event }) => decisions.includes(event.type)).length, what).toBeLessThan(2);

  const more = facts.find(({ event }) => event.type === 'extension.approved')?.event;
  const over = more?.type === 'extension.approved' ? more.newExpiresAt : at;
  for (const { event, actor, at: when } of facts) {
    const byTime = actor === 'system:timer';
    if (event.type === 'session.ended' && outcomes.includes(event.type)) {
      expect(event.how === 'expired', what).toBe(byTime);
      expect(byTime ? event.endedAt === over && when >= over : event.endedAt < over, what).toBe(true);
    } else if (event.type === 'request.lapsed') expect(when, what).toBeGreaterThanOrEqual(at);
    else if (event.type !== 'emergency.reviewed' && [...outcomes, ...decisions].includes(event.type))
      expect(takenBack || when < at, what).toBe(true);
  }
  const reviewedAt = facts.findIndex(({ event }) => event.type === 'emergency.reviewed');
  const late = facts.filter(({ event }) => event.type === 'review.reminded' && event.at >= at);
  expect(late.length, what).toBeLessThan(2);
  expect(
    facts.slice(reviewedAt + 1).some(({ event }) => event.type === 'review.reminded') && reviewedAt >= 0,
    what,
  ).toBe(false);

  const requester = `person:${record?.state.requester ?? ''}`;
  for (const { version, event } of came) {
    const notices = g.count(
      `select count(*) from outbox where key in ('notice:${no}:${event.type}:${requester}', 'notice:${no}:${version}:${event.type}:${requester}') and destination = '${requester}'`,
    );
    expect(notices, `${event.type} ${what}`).toBe(1);
  }
  const decided = facts.map(({ event }) => event.type).filter((type) => decisions.includes(type));
  return [...last, ...decided];
}

/** One message for each fact and place, whatever its key says. */
function isToldOnce(g: TestLedger): void {
  const rows = owed.parse(g.ledger.raw.prepare('select key, destination, body from outbox').all());
  const facts = rows.map(({ key, destination, body }) => {
    const [kind, no, version] = key.split(':');
    return [kind, no, version, destination, body].join(' ');
  });
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  expect(new Set(facts).size).toBe(rows.length);
}

describe('clicks and timers at once, as random lives', () => {
  it.each(Object.entries(DEADLINES))('%s: one outcome each, told once', async (_, deadline) => {
    const seeds = Array.from({ length: Math.ceil(STORMS / Object.keys(DEADLINES).length) }, (__, i) => i);
    const seen = new Set<string>();
    for (const seed of seeds) {
      const roll = dice(deadline.at + 7_919 * seed);
      const world = worldWith(AT_ONCE);
      const g = testLedger(world);
      const numbers = await Promise.all(
        Array.from({ length: AT_ONCE }, (__, i) => deadline.given(g, `t${i}`)),
      );
      await storm(g, deadline, numbers, roll);
      for (const no of numbers) for (const type of await isSettled(g, deadline, no)) seen.add(type);
      isToldOnce(g);
      expect(g.logged.filter((line) => /"level":(?:"error"|50)/.test(line))).toEqual([]);
      expect(await g.verify()).toMatchObject({ ok: true, requests: AT_ONCE });
    }
    // The deadline did pass in between: each of the possible outcomes came.
    expect([...seen].sort()).toEqual([...deadline.outcomes, ...(deadline.decisions ?? [])].sort());
  });
});
