import { describe, expect, it } from 'vitest';
import { createKeptFigures } from '../../src/ledger/kept-figures.ts';
import { ALL_MAX, createPresses, EACH_MAX } from '../../src/ledger/presses.ts';
import { createTimers } from '../../src/timers/timers.ts';
import { approve, file, revoke } from '../support/access-commands.ts';
import { ANN, EVE, GUS, HOUR, MINUTE, OTTO, person, RITA, worldOf } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

interface Written {
  readonly by: string;
  readonly reason: string;
  readonly about: number | null;
  readonly times: number;
}

function written(g: TestLedger): readonly Written[] {
  const rows = g.ledger.raw
    .prepare("select actor, body from ledger_event where type = 'attempt.refused' order by seq")
    .all() as { actor: string; body: Buffer }[];
  return rows.map(({ actor, body }) => {
    const { reason, about, times } = JSON.parse(body.toString('utf8')) as Omit<Written, 'by'>;
    return { by: actor, reason, about, times };
  });
}
const timesOf = (g: TestLedger): number => written(g).reduce((sum, { times }) => sum + times, 0);
const timersOf = ({ handler, views, clock, log }: TestLedger) =>
  createTimers({ handler, views, clock, log, world: () => worldOf() });

async function press(g: TestLedger, who: string, no: number, times = 1): Promise<void> {
  for (let i = 0; i < times; i += 1) expect((await g.when(who, approve(), no)).refusal).not.toBeNull();
}

describe('Of refused attempts there is one row in a minute for a person, a request and a reason, with a count', () => {
  it('the first is written at once, what is repeated as one event when the minute is over', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    const refused = { by: OTTO, reason: 'not_allowed', about: no };
    await press(g, OTTO, no);
    expect(written(g)).toEqual([{ ...refused, times: 1 }]);
    await press(g, OTTO, no, 6);
    g.clock.turn(MINUTE - 1);
    await timersOf(g).tick();
    expect(written(g)).toHaveLength(1);
    g.clock.turn(1);
    await timersOf(g).tick();
    expect(written(g)).toEqual([
      { ...refused, times: 1 },
      { ...refused, times: 6 },
    ]);
    await press(g, OTTO, no);
    expect(written(g)).toHaveLength(3);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('another person, another request and another reason have each their own', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    const other = await g.given(RITA, file({ tenantId: 'corp', durationMs: 30 * MINUTE }));
    for (const who of [OTTO, EVE]) for (const about of [no, other]) await press(g, who, about, 3);
    await press(g, RITA, no, 3);
    expect((await g.when(OTTO, revoke, no)).refusal).not.toBeNull();
    expect(written(g)).toMatchObject([
      { by: OTTO, about: no },
      { by: OTTO, about: other },
      { by: EVE, about: no },
      { by: EVE, about: other },
      { by: RITA, about: no, reason: 'self_approval' },
      { by: OTTO, about: no, reason: 'wrong_phase' },
    ]);
  });

  it('who presses on after the minute, before the timers come by, is written with what was counted', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    await press(g, OTTO, no, 4);
    g.clock.turn(MINUTE);
    await press(g, OTTO, no);
    expect(written(g).map(({ times }) => times)).toEqual([1, 3, 1]);
  });

  it('what was counted is written when the program closes, and lost only where it is killed', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    await press(g, OTTO, no, 9);
    const again = await g.reopened();
    expect(timesOf(again)).toBe(9);
    // What stands in the file is what is left after a kill.
    await press(again, OTTO, no, 9);
    expect(timesOf(again)).toBe(9 + 1);
  });

  it('what could not be written is not taken for written: the next one is the first', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    g.ledger.raw.exec(
      "create trigger full before insert on ledger_event begin select raise(abort, 'full'); end",
    );
    await expect(g.when(OTTO, approve(), no)).rejects.toThrow('full');
    g.ledger.raw.exec('drop trigger full');
    await press(g, OTTO, no);
    expect(written(g)).toHaveLength(1);
    await press(g, OTTO, no, 2);
    g.clock.turn(MINUTE);
    g.ledger.raw.exec(
      "create trigger full before insert on ledger_event begin select raise(abort, 'full'); end",
    );
    await expect(g.handler.settleRefused()).rejects.toThrow('full');
    g.ledger.raw.exec('drop trigger full');
    await g.handler.settleRefused();
    await g.handler.settleRefused();
    expect(timesOf(g)).toBe(3);
  });

  it('the digest adds it up, and so does the history of a person and of a tenant', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    await press(g, OTTO, no, 40);
    await press(g, EVE, no, 2);
    g.clock.turn(MINUTE);
    await timersOf(g).tick();
    const until = g.clock.now() + 1;
    const { refused } = await createKeptFigures(g.ledger).of(until - HOUR, until);
    expect([...refused]).toMatchObject([
      ['approve · not_allowed', { count: 42, actors: [OTTO, EVE], requests: [no] }],
    ]);
    expect(await g.views.refused({ person: OTTO }, 0, until)).toBe(40);
    expect(await g.views.refused({ tenantId: 'acme' }, 0, until)).toBe(42);
    expect(await g.views.refused({ tenantId: 'corp' }, 0, until)).toBe(0);
  });
});

describe('Whoever has no part in a request makes the ledger grow no faster', () => {
  it('by 10,000 presses on one of them within a minute', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    const before = g.count('select count(*) from ledger_event');
    for (let i = 0; i < 100; i += 1)
      await Promise.all(Array.from({ length: 100 }, () => g.when(OTTO, approve(), no)));
    g.clock.turn(MINUTE);
    await g.handler.settleRefused();
    expect(g.count('select count(*) from ledger_event') - before).toBe(2);
    expect(timesOf(g)).toBe(10_000);
  });

  it('by 10,000 presses on as many requests, there or not, with whatever they find to press', async () => {
    const g = testLedger();
    await g.given(RITA, file());
    await g.given(GUS, file({ tenantId: 'corp', durationMs: 30 * MINUTE }));
    const before = g.count('select count(*) from ledger_event');
    const all = [approve(), revoke, { type: 'start' }, { type: 'accept_closeout' }] as const;
    for (let i = 0; i < 100; i += 1)
      await Promise.all(
        Array.from({ length: 100 }, (_, j) => g.when(OTTO, all[j % 4] ?? approve(), 1 + ((i * 100 + j) % 9))),
      );
    g.clock.turn(MINUTE);
    await g.handler.settleRefused();
    expect(g.count('select count(*) from ledger_event') - before).toBeLessThanOrEqual(2 * (EACH_MAX + 1));
    expect(timesOf(g)).toBe(10_000);
  });

  it('by trying more things than are told apart: the rest is counted as several', () => {
    const presses = createPresses();
    const of = (actor: string, about: number) =>
      ({
        actor,
        event: { type: 'attempt.refused', command: 'approve', reason: 'x', about, times: 1 },
      }) as const;
    let rows = 0;
    let times = 0;
    const take = (write: readonly { event: { times: number } }[]): void => {
      rows += write.length;
      for (const { event } of write) times += event.times;
    };
    for (let i = 1; i <= 10_000; i += 1) take(presses.press(of(OTTO, i), i).write);
    expect(rows).toBe(EACH_MAX + 1);
    // Of as many people as nobody has, all are counted; what is kept in memory has a bound.
    for (let i = 1; i <= 2 * ALL_MAX; i += 1) take(presses.press(of(`U${i}`, 1), 20_000).write);
    take(presses.counted(MINUTE + 20_000).write);
    expect(times).toBe(10_000 + 2 * ALL_MAX);
    expect(presses.isDue(Infinity)).toBe(false);
  });
});

it('Whoever presses twice is told the same twice', async () => {
  const g = testLedger();
  const no = await g.given(RITA, file());
  const first = await g.when(person(OTTO), approve(), no);
  expect(await g.when(person(OTTO), approve(), no)).toEqual(first);
  expect((await g.when(person(ANN), approve(), no)).refusal).toBeNull();
});
