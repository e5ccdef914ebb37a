import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { createDigestTimer, digestDue, isoWeek, nextDigestAt } from '../../src/timers/digest.ts';
import type { DigestWeek } from '../../src/timers/digest.ts';
import { file } from '../support/access-commands.ts';
import { DAY, HOUR, MINUTE, RITA, worldOf } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** What is posted when somebody looks every so often, from an instant until another. */
function posted(cron: string, timeZone: string, from: number, until: number, everyMs: number): DigestWeek[] {
  const all: DigestWeek[] = [];
  for (let now = from; now < until; now += everyMs) {
    const last = all.at(-1);
    const before = {
      last: last === undefined ? null : { week: last.week, until_at: last.until },
      firstEventAt: from,
    };
    const due = digestDue({ digest: { cron }, timeZone }, before, now);
    if (due === null) continue;
    expect(due.until).toBeLessThanOrEqual(now);
    expect(now - due.until).toBeLessThan(everyMs);
    all.push(due);
  }
  return all;
}

const FROM = Date.UTC(2026, 8, 1, 12);
const UNTIL = Date.UTC(2027, 10, 20, 12);

describe('The weekly digest', () => {
  it.each(['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'])(
    'is due once for every ISO week in %s, at nine on Monday there, summer and winter, week 53 included',
    (zone) => {
      const all = posted('0 9 * * 1', zone, FROM, UNTIL, 5 * HOUR);
      const mondays: string[] = [];
      let monday = DateTime.fromMillis(FROM, { zone }).startOf('week').plus({ weeks: 1, hours: 9 });
      for (; monday.toMillis() + 5 * HOUR < UNTIL; monday = monday.plus({ weeks: 1 }))
        mondays.push(monday.toISO() ?? '');
      expect(
        all.map((due) => DateTime.fromMillis(due.until, { zone }).toISO()).slice(0, mondays.length),
      ).toEqual(mondays);
      expect(new Set(all.map(({ week }) => week)).size).toBe(all.length);
      expect(all.map(({ week }) => week)).toContain('2026-W53');
      // No time is left out between two, and none is told twice.
      for (const [i, due] of all.slice(1).entries()) expect(due.from).toBe(all[i]?.until);
    },
  );

  it.each([
    ['Europe/Berlin', '30 2 * * 0'],
    ['America/New_York', '30 2 * * 0'],
    ['America/New_York', '30 1 * * 0'],
    ['Europe/Berlin', '0 9 * * 1,4'],
    ['Europe/Berlin', '*/5 * * * *'],
  ])(
    'is due once a week in %s also where its hour is left out or comes twice, or the schedule says more (%s)',
    (zone, cron) => {
      const all = posted(cron, zone, Date.UTC(2027, 1, 24, 12), Date.UTC(2027, 3, 14, 12), 5 * HOUR);
      const autumn = posted(cron, zone, Date.UTC(2026, 9, 14, 12), Date.UTC(2026, 10, 18, 12), 5 * HOUR);
      for (const weeks of [all, autumn].map((some) => some.map(({ week }) => week))) {
        expect(new Set(weeks).size).toBe(weeks.length);
        expect(weeks.length).toBeGreaterThanOrEqual(5);
      }
    },
  );

  it('names the week as ISO 8601 does, where the people are', () => {
    expect(isoWeek(Date.UTC(2027, 0, 3, 12), 'Europe/Berlin')).toBe('2026-W53');
    expect(isoWeek(Date.UTC(2027, 0, 3, 12), 'Pacific/Apia')).toBe('2027-W01');
  });

  it('is next due when its schedule says', () => {
    const policy = worldOf().policy;
    expect(nextDigestAt(policy, Date.UTC(2026, 2, 27, 12))).toBe(Date.UTC(2026, 2, 30, 7));
  });
});

const WEDNESDAY = Date.UTC(2026, 2, 4, 12);
/** Nine in Berlin, in winter. */
const MONDAY = Date.UTC(2026, 2, 9, 8);

function timerOf({ handler, views, clock, log }: TestLedger): ReturnType<typeof createDigestTimer> {
  return createDigestTimer({ handler, views, clock, log, policy: worldOf().policy });
}

function weeks(g: TestLedger): unknown[] {
  return g.ledger.raw.prepare('select week, from_at, until_at from digest_week order by until_at').all();
}

describe('The digest’s timer', () => {
  it('owes each week’s digest once, however often and by how many it is looked at, also across restarts', async () => {
    let g = testLedger();
    g.clock.set(WEDNESDAY);
    await g.given(RITA, file());
    g.clock.set(MONDAY - 1);
    await timerOf(g).tick();
    expect(weeks(g)).toEqual([]);
    g.clock.set(MONDAY);
    await Promise.all([timerOf(g).tick(), timerOf(g).tick()]);
    g = await g.reopened();
    await timerOf(g).tick();
    g.clock.turn(6 * DAY);
    await timerOf(g).tick();
    expect(weeks(g)).toEqual([{ week: '2026-W11', from_at: MONDAY - 7 * DAY, until_at: MONDAY }]);
    const owed = g.ledger.raw.prepare("select key, destination from outbox where key like 'digest:%'").all();
    expect(owed).toEqual([{ key: 'digest:2026-W11', destination: 'channel:CREVIEW' }]);
    expect(g.count("select count(*) from ledger_event where type = 'digest.posted'")).toBe(1);
  });

  it('owes no second one in a week whose schedule was changed after the first', async () => {
    const g = testLedger();
    g.clock.set(WEDNESDAY);
    await g.given(RITA, file());
    g.clock.set(MONDAY);
    await timerOf(g).tick();
    for (const cron of ['0 8 * * 1', '0 9 * * 3']) {
      const { handler, views, clock, log } = g;
      g.clock.set(MONDAY + 4 * DAY);
      await createDigestTimer({
        handler,
        views,
        clock,
        log,
        policy: { ...worldOf().policy, digest: { cron } },
      }).tick();
    }
    expect(weeks(g)).toHaveLength(1);
  });

  it('makes up for a missed moment, and after weeks of silence tells all of them in one', async () => {
    const g = testLedger();
    g.clock.set(WEDNESDAY);
    await g.given(RITA, file());
    g.clock.set(MONDAY + 3 * DAY);
    await timerOf(g).tick();
    // Four Mondays later, in summer time.
    g.clock.set(MONDAY + 30 * DAY);
    await timerOf(g).tick();
    expect(weeks(g)).toEqual([
      { week: '2026-W11', from_at: MONDAY - 7 * DAY, until_at: MONDAY },
      { week: '2026-W15', from_at: MONDAY, until_at: MONDAY + 28 * DAY - HOUR },
    ]);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('tells nothing of the time before the ledger began', async () => {
    const g = testLedger();
    g.clock.set(MONDAY + MINUTE);
    await timerOf(g).tick();
    await g.given(RITA, file());
    await timerOf(g).tick();
    g.clock.turn(6 * DAY);
    await timerOf(g).tick();
    expect(weeks(g)).toEqual([]);
    g.clock.turn(DAY);
    await timerOf(g).tick();
    expect(weeks(g)).toMatchObject([{ week: '2026-W12', until_at: MONDAY + 7 * DAY }]);
  });

  it('looks by itself when it is started, and not after it is stopped', async () => {
    const g = testLedger();
    g.clock.set(WEDNESDAY);
    await g.given(RITA, file());
    g.clock.set(MONDAY);
    const timer = timerOf(g);
    timer.start();
    await timer.stop();
    expect(weeks(g)).toHaveLength(1);
  });
});
