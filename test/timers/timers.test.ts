import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Tenant } from '../../src/access/policy.ts';
import type { World } from '../../src/access/people.ts';
import type { Views } from '../../src/ledger/views.ts';
import type { Timers } from '../../src/timers/timers.ts';
import { createTimers } from '../../src/timers/timers.ts';
import { approve, file, start } from '../support/access-commands.ts';
import { ANN, DAY, GUS, HOUR, MINUTE, RITA, T0, TENANTS, worldOf } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** As many tenants as are asked for, all alike. */
function worldWith(tenants: number): World {
  const [like] = TENANTS;
  if (like === undefined) throw new Error('there are no tenants');
  const all = Array.from({ length: tenants }, (_, i): Tenant => ({
    ...like,
    id: `t${i}`,
    name: `Number ${i} Ltd`,
  }));
  return worldOf({ tenants: all, limits: { openRequests: 100, closeoutOverdueMs: null } });
}

/** Sessions of one hour in t0, t1, …, all begun at this instant. */
async function sessions(g: TestLedger, count: number): Promise<void> {
  const lanes = 32;
  const lane = async (first: number): Promise<void> => {
    for (let i = first; i < count; i += lanes) {
      const no = await g.given(RITA, file({ tenantId: `t${i}` }));
      await g.given(ANN, approve(), no);
      await g.given(GUS, start, no);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, i) => lane(i)));
}

function timersOf(g: TestLedger, world: World, views: Views = g.views): Timers {
  const { handler, clock, log } = g;
  return createTimers({ handler, views, clock, log, world: () => world });
}

const ACTIVE = "select count(*) from request where phase = 'active'";

afterEach(() => {
  vi.useRealTimers();
});

describe('Time', () => {
  it('ends two thousand sessions that are due at one instant, none of them early and all of them at their end', async () => {
    const many = 2_000;
    const world = worldWith(many);
    const g = testLedger(world);
    await sessions(g, many);
    const timers = timersOf(g, world);
    g.clock.set(T0 + HOUR - 1);
    await timers.tick();
    expect(g.count(ACTIVE)).toBe(many);
    expect(g.count("select count(*) from ledger_event where type = 'session.warned'")).toBe(many);
    g.clock.set(T0 + HOUR);
    await timers.tick();
    expect(g.count(ACTIVE)).toBe(0);
    const ends = g.ledger.raw.prepare('select distinct ended_at, end_how from request').all();
    expect(ends).toEqual([{ ended_at: T0 + HOUR, end_how: 'expired' }]);
    expect(g.count("select count(*) from ledger_event where type = 'session.ended'")).toBe(many);
    expect(await g.verify()).toMatchObject({ ok: true, requests: many });
  }, 240_000);

  it('makes up for days in which the program did not run: what ended then ended then, and it says how late it was told', async () => {
    const world = worldWith(40);
    const before = testLedger(world);
    await sessions(before, 30);
    const waiting = await before.given(RITA, file({ tenantId: 't30' }));
    const unused = await before.given(RITA, file({ tenantId: 't31' }));
    await before.given(ANN, approve(), unused);
    before.clock.turn(5 * DAY);
    const g = await before.reopened();
    await timersOf(g, world).tick();
    expect(g.count(ACTIVE)).toBe(0);
    expect(g.count(`select count(*) from request where ended_at = ${T0 + HOUR}`)).toBe(30);
    const record = await g.views.record(1);
    expect(record?.events.find(({ event }) => event.type === 'session.ended')).toMatchObject({
      actor: 'system:timer',
      at: T0 + 5 * DAY,
      event: { how: 'expired', endedAt: T0 + HOUR },
    });
    // Nobody is warned of an end that is past.
    expect(g.count("select count(*) from ledger_event where type = 'session.warned'")).toBe(0);
    for (const no of [waiting, unused]) expect((await g.views.record(no))?.state.phase).toBe('lapsed');
    expect(await g.views.overdue(g.clock.now())).toBe(0);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('lets no broken request hold up another, and tries it again a minute later', async () => {
    const world = worldWith(5);
    const g = testLedger(world);
    await sessions(g, 5);
    g.ledger.raw.exec('drop trigger ledger_event_no_update');
    g.ledger.raw.exec(
      "update ledger_event set body = cast('{}' as blob) where request_no = 1 and version = 1",
    );
    g.ledger.raw.exec(
      "create trigger broken before update on request when new.request_no = 2 begin select raise(abort, 'broken'); end",
    );
    g.clock.turn(HOUR);
    const timers = timersOf(g, world);
    await timers.tick();
    const active = (): unknown[] =>
      g.ledger.raw.prepare("select request_no from request where phase = 'active'").pluck().all();
    expect(active()).toEqual([1, 2]);
    expect(g.logged.filter((line) => line.includes('could not be done'))).toHaveLength(2);
    g.ledger.raw.exec('drop trigger broken');
    g.clock.turn(MINUTE - 1);
    await timers.tick();
    expect(active()).toEqual([1, 2]);
    g.clock.turn(1);
    await timers.tick();
    expect(active()).toEqual([1]);
    expect((await g.views.record(2))?.state).toMatchObject({ ending: { endedAt: T0 + HOUR } });
  });

  it('does not run in circles round a request that it had to put aside', async () => {
    const world = worldWith(1);
    const g = testLedger(world);
    await sessions(g, 1);
    g.ledger.raw.exec(
      "create trigger broken before update on request begin select raise(abort, 'broken'); end",
    );
    g.clock.turn(HOUR);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let looks = 0;
    const timers = timersOf(g, world, {
      ...g.views,
      due: (...args) => {
        looks += 1;
        return g.views.due(...args);
      },
    });
    timers.start();
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(10_000);
    await timers.stop();
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(5);
  });

  it('sleeps through no change that arrives while it reads when to wake', async () => {
    const world = worldWith(1);
    const g = testLedger(world);
    await sessions(g, 1);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let reads = 0;
    const done = Promise.withResolvers<undefined>();
    const timers = timersOf(g, world, {
      ...g.views,
      async nextDueAt(after) {
        const next = await g.views.nextDueAt(after);
        reads += 1;
        if (reads === 1) {
          g.clock.turn(HOUR);
          timers.wake();
        } else done.resolve(undefined);
        return next;
      },
    });
    timers.start();
    await done.promise;
    await timers.stop();
    expect(g.count(ACTIVE)).toBe(0);
  });

  it('wakes by itself at the very moment, and does nothing once it is stopped', async () => {
    const world = worldWith(2);
    const g = testLedger(world);
    await sessions(g, 2);
    g.clock.turn(HOUR - 10 * MINUTE);
    const timers = timersOf(g, world);
    await timers.tick();
    g.clock.set(T0 + HOUR - 1);
    const over = Promise.withResolvers<undefined>();
    g.handler.onCommitted(() => {
      if (g.count(ACTIVE) === 0) over.resolve(undefined);
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    timers.start();
    for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(g.count(ACTIVE)).toBe(2);
    g.clock.turn(1);
    await vi.advanceTimersByTimeAsync(1);
    await over.promise;
    await timers.stop();
    const events = g.count('select count(*) from ledger_event');
    g.clock.turn(30 * DAY);
    timers.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(g.count('select count(*) from ledger_event')).toBe(events);
  });
});
