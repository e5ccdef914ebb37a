import { Kysely, SqliteDialect } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Figures } from '../../src/ledger/review-facts.ts';
import { addFigures, noFigures, readFigures, writeFigures } from '../../src/ledger/review-facts.ts';
import { createKeptFigures } from '../../src/ledger/kept-figures.ts';
import type { Tables } from '../../src/ledger/tables.ts';
import { createTimers } from '../../src/timers/timers.ts';
import { file } from '../support/access-commands.ts';
import { DAY, GUS, HOUR, RITA, T0, worldOf } from '../support/access-fixtures.ts';
import { dice, nextMoment, pick, sensible, wild } from '../support/random-commands.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** A ledger in which many things happened, over many days. */
async function wandered(seed: number, commands: number): Promise<TestLedger> {
  const roll = dice(seed);
  const world = worldOf({ limits: { openRequests: 40, coolDownMs: 0, closeoutOverdueMs: null } });
  const g = testLedger(world);
  const { handler, views, clock, log } = g;
  const timers = createTimers({ handler, views, clock, log, world: () => world });
  const living: number[] = [];
  for (let i = 0; i < commands; i += 1) {
    const no = roll(6) === 0 || living.length === 0 ? null : pick(roll, living.slice(-8));
    const state = no === null ? null : ((await views.record(no))?.state ?? null);
    clock.set(nextMoment(state, clock.now(), roll));
    const [actor, command] =
      roll(4) > 0 ? sensible(state, world, clock.now(), roll) : wild(state, clock.now(), roll);
    const { requestNo } = await g.when(actor, command, no);
    if (no === null && requestNo !== null) living.push(requestNo);
    if (roll(6) === 0) await timers.tick();
  }
  return g;
}

/** Without anything kept: asked of the ledger in one question each. */
function counted(g: TestLedger, type: string, from: number, until: number, more = ''): number {
  return g.count(
    `select count(*) from ledger_event e left join request r using (request_no)
      where e.type = '${type}' and e.at >= ${from} and e.at < ${until} ${more}`,
  );
}

function whole({ counts, tenants, requesters, refused }: Figures): unknown {
  const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
  return {
    denied: counts.denied.count,
    cancelled: counts.cancelled.count,
    lapsed: counts.lapsed.count,
    approved: counts.approved.count,
    started: counts.started.count,
    revoked: counts.revoked.count,
    filed: sum([...tenants.values()].map((one) => one.filed)),
    asked: sum([...requesters.values()].map((one) => one.filed)),
    sessions: sum([...tenants.values()].map((one) => one.sessions)),
    ms: sum([...requesters.values()].map((one) => one.ms)),
    refused: sum([...refused.values()].map((one) => one.count)),
  };
}

describe('The figures of a span of time', () => {
  it('are those of the ledger, wherever it begins and ends, and whatever of it was kept before', async () => {
    const g = await wandered(11, 300);
    const roll = dice(12);
    const kept = createKeptFigures(g.ledger);
    const length = g.clock.now() - T0;
    for (let i = 0; i < 25; i += 1) {
      const [from = 0, until = 0] = [T0 - HOUR + roll(length), T0 + roll(length + 2 * DAY)].sort(
        (a, b) => a - b,
      );
      const figures = await kept.of(from, until);
      const over = (how: string): string =>
        String(
          g.count(
            `select coalesce(sum(${how}), 0) from ledger_event e join request r using (request_no)
              where e.type = 'session.ended' and e.at >= ${from} and e.at < ${until}`,
          ),
        );
      const filed = ['request.filed', 'customer_request.filed', 'emergency.declared']
        .map((type) => counted(g, type, from, until))
        .reduce((a, b) => a + b);
      expect(whole(figures)).toEqual({
        denied: counted(g, 'request.denied', from, until),
        cancelled: counted(g, 'request.cancelled', from, until),
        lapsed: counted(g, 'request.lapsed', from, until),
        approved: counted(g, 'grant.issued', from, until),
        started: counted(g, 'session.started', from, until),
        revoked: counted(g, 'session.ended', from, until, "and r.end_how = 'revoked'"),
        filed,
        asked: filed,
        sessions: Number(over('1')),
        ms: Number(over('r.ended_at - r.started_at')),
        refused: g.count(
          `select coalesce(sum(cast(body as text) ->> 'times'), 0) from ledger_event
            where type = 'attempt.refused' and at >= ${from} and at < ${until}`,
        ),
      });
      expect(figures).toEqual(await createKeptFigures(g.ledger).of(from, until));
    }
    expect(g.count('select count(*) from hour_figures')).toBeGreaterThan(24);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('that follow one another add up, in memory and as they are kept', async () => {
    const g = await wandered(13, 150);
    const kept = createKeptFigures(g.ledger);
    const end = g.clock.now() + 1;
    const middle = T0 + Math.floor((end - T0) / 2);
    const all = noFigures();
    for (const [from, until] of [
      [T0, middle],
      [middle, middle],
      [middle, end],
    ] as const)
      addFigures(all, readFigures(writeFigures(await kept.of(from, until))));
    expect(all).toEqual(await kept.of(T0, end));
  });

  it('are counted once for each hour that is over, and for the last one only as far as it is new', async () => {
    const g = testLedger();
    for (let day = 0; day < 7; day += 1) {
      await g.when(RITA, file({ tenantId: 'corp' }));
      g.clock.turn(DAY);
    }
    await g.when(RITA, file());
    const looked: string[] = [];
    const reader = new Kysely<Tables>({
      dialect: new SqliteDialect({ database: g.ledger.raw }),
      log: ({ query }) => void looked.push(query.sql),
    });
    const counting = (): number =>
      looked.splice(0).filter((sql) => sql.includes('case when "type" in')).length;
    const kept = createKeptFigures({ db: g.ledger.db, reader });
    const until = (): number => g.clock.now() + 1;
    const first = await kept.of(T0, until());
    // Every hour from the first event to the last.
    expect(counting()).toBe(7 * 24 + 1);
    expect(await kept.of(T0, until())).toEqual(first);
    expect(counting()).toBe(1);
    await g.when(GUS, file({ tenantId: 'bolt' }));
    expect(await kept.of(T0, until())).not.toEqual(first);
    expect(counting()).toBe(1);
    // Another process finds what this one kept.
    const [hour] = [until() - (until() % HOUR)];
    await createKeptFigures({ db: g.ledger.db, reader }).of(T0, hour);
    expect(counting()).toBe(0);
  });

  it('are not taken from where they were changed: whoever verifies the ledger is told', async () => {
    const g = await wandered(17, 100);
    await createKeptFigures(g.ledger).of(T0, g.clock.now());
    expect(await g.verify()).toMatchObject({ ok: true });
    g.ledger.raw.exec(
      `update hour_figures set body = replace(body, '"filed":{"count":1', '"filed":{"count":0')`,
    );
    const verdict = await g.verify();
    expect(verdict.ok ? '' : verdict.wrong).toMatch(
      /^the figures of the hour from 2026-03-\S+:00:00.000Z are kept otherwise than the ledger tells$/,
    );
  });

  it('let others have their turn while they are counted, however much happened in one hour', async () => {
    const g = testLedger();
    const event = (n: number): [string, string, string] => ['approve', 'not_allowed', String(n)];
    for (let n = 0; n < 20; n += 1)
      await Promise.all(
        Array.from({ length: 64 }, (_, i) =>
          g.when(`U${64 * n + i}`, file({ reason: event(64 * n + i).join() })),
        ),
      );
    const events = g.count('select count(*) from ledger_event');
    let turns = 0;
    let done = false;
    const others = (): void => {
      turns += 1;
      if (!done) setImmediate(others);
    };
    setImmediate(others);
    await createKeptFigures(g.ledger).of(T0, g.clock.now() + 1);
    done = true;
    expect(events).toBeGreaterThan(1_200);
    // Some milliseconds each.
    expect(turns).toBeGreaterThanOrEqual(Math.floor(events / 500));
  });
});
