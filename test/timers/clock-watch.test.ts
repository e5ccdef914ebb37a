import { describe, expect, it } from 'vitest';
import type { ClockWatch } from '../../src/timers/clock-watch.ts';
import { createClockWatch } from '../../src/timers/clock-watch.ts';
import { file } from '../support/access-commands.ts';
import { DAY, HOUR, MINUTE, RITA, T0, worldOf } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { folder, testLedger, setClock } from '../support/test-ledger.ts';
import { join } from 'node:path';

const SECOND = 1_000;

function watchOf({ clock, handler, log }: TestLedger): ClockWatch {
  return createClockWatch({ clock, handler, log, policy: worldOf().policy });
}

function said(g: TestLedger): unknown[] {
  return g.ledger.raw
    .prepare("select cast(body as text) from ledger_event where type like 'clock.%' order by seq")
    .pluck()
    .all()
    .map((body) => JSON.parse(String(body)) as unknown);
}

function owed(g: TestLedger): unknown[] {
  return g.ledger.raw
    .prepare("select key, destination from outbox where key like 'clock:%' order by id")
    .all();
}

const warnings = (g: TestLedger): number =>
  g.logged.filter((line) => line.includes('clock of this machine')).length;

describe('A jump of the machine’s clock', () => {
  it('is a fact in the ledger, told in the alert channel once, and logged, whichever way it goes', async () => {
    const g = testLedger();
    await g.given(RITA, file());
    const watch = watchOf(g);
    await watch.tick();
    for (const by of [-HOUR, HOUR, 20 * SECOND]) {
      g.clock.machine.isSet(by);
      await watch.tick();
      await watch.tick();
    }
    expect(said(g)).toEqual([
      { type: 'clock.jumped', byMs: -HOUR, aheadMs: HOUR },
      { type: 'clock.jumped', byMs: HOUR, aheadMs: 0 },
      { type: 'clock.jumped', byMs: 20 * SECOND, aheadMs: 0 },
    ]);
    expect(owed(g)).toEqual([2, 3, 4].map((seq) => ({ key: `clock:${seq}`, destination: 'channel:CALERT' })));
    expect(warnings(g)).toBe(3);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('of five seconds or less is none: clocks are kept right like that', async () => {
    const g = testLedger();
    const watch = watchOf(g);
    for (const by of [-5 * SECOND, 5 * SECOND, 4 * SECOND]) {
      g.clock.machine.isSet(by);
      await watch.tick();
    }
    expect([said(g), owed(g), warnings(g)]).toEqual([[], [], 0]);
  });

  it('is recorded and told six times an hour at most, and again an hour later', async () => {
    const g = testLedger();
    const watch = watchOf(g);
    for (let i = 0; i < 40; i += 1) {
      g.clock.machine.isSet(i % 2 === 0 ? -MINUTE : MINUTE);
      g.clock.turn(SECOND);
      await watch.tick();
    }
    expect(said(g)).toHaveLength(6);
    expect(warnings(g)).toBeGreaterThan(0);
    g.clock.turn(HOUR);
    g.clock.machine.isSet(-MINUTE);
    await watch.tick();
    expect(owed(g)).toHaveLength(7);
  });

  it('is not forgotten while nothing can be written', async () => {
    const g = testLedger();
    const watch = watchOf(g);
    g.ledger.raw.pragma('query_only = on');
    g.clock.machine.isSet(-HOUR);
    await expect(watch.tick()).rejects.toThrow(/readonly/);
    await expect(watch.tick()).rejects.toThrow(/readonly/);
    g.ledger.raw.pragma('query_only = off');
    await watch.tick();
    expect(said(g)).toEqual([{ type: 'clock.jumped', byMs: -HOUR, aheadMs: HOUR }]);
  });
});

describe('A ledger whose last event is ahead of the machine’s clock', () => {
  it('takes nothing from before it, goes on from there, and says so at each start, to the team once a day', async () => {
    const path = join(folder(), 'tsa.sqlite');
    let g = testLedger(worldOf(), path, setClock(T0 + 30 * DAY));
    await g.given(RITA, file());
    await g.ledger.close();
    const clock = setClock(T0);
    g = testLedger(worldOf(), path, clock);
    for (let starts = 0; starts < 3; starts += 1) {
      g = await g.reopened();
      const watch = watchOf(g);
      watch.start();
      await watch.stop();
    }
    expect(said(g)).toEqual(Array.from({ length: 3 }, () => ({ type: 'clock.behind', aheadMs: 30 * DAY })));
    expect(owed(g)).toEqual([{ key: 'clock:behind:2026-04-01', destination: 'channel:CALERT' }]);
    clock.turn(DAY);
    const watch = watchOf(g);
    watch.start();
    await watch.stop();
    expect(owed(g)).toHaveLength(2);
    await g.given(RITA, file({ tenantId: 'corp' }));
    expect(g.count('select max(at) from ledger_event')).toBe(T0 + 31 * DAY);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('says nothing where the two are in step', async () => {
    const g = testLedger();
    await g.given(RITA, file());
    const watch = watchOf(g);
    watch.start();
    await watch.stop();
    expect([said(g), owed(g), warnings(g)]).toEqual([[], [], 0]);
  });
});
