import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { signedRequest } from '../../sandbox/deliver.ts';
import { createHandler, openDatabase } from '../../src/database.ts';
import type { World } from '../../src/access/people.ts';
import { certain } from '../../src/access/people.ts';
import { createClock } from '../../src/clock.ts';
import { openForReading } from '../../src/ledger/open.ts';
import { DAY, HOUR, MINUTE } from '../support/access-fixtures.ts';
import { machine } from '../support/machine.ts';
import { everything } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { CHANNELS, PEOPLE, testApp } from '../support/test-app.ts';

/** The whole program on a machine whose clock is set. */

const SECOND = 1_000;
const checks = z.object({ checks: z.record(z.string(), z.object({ ok: z.boolean(), says: z.string() })) });

async function readyz(s: TestApp): Promise<{ ok: boolean; says: string }> {
  const answer = await fetch(`http://127.0.0.1:${s.app.port}/readyz`);
  const clock = checks.parse(await answer.json()).checks['clock'];
  if (clock === undefined) throw new Error('/readyz says nothing of the clock');
  if (!clock.ok) expect(answer.status).toBe(503);
  return clock;
}

function world({ policy }: TestApp): World {
  const members = new Set([PEOPLE.ada.id, PEOPLE.ben.id]);
  return certain(policy, { standing: () => 'member', members: () => members, absence: () => undefined });
}

/** What the alert channel hears, cards aside. */
function alerts(s: TestApp, about: RegExp): readonly string[] {
  return everything(s)
    .filter(({ channel, text }) => channel === CHANNELS.alerts && about.test(text))
    .map(({ text }) => text);
}
const CLOCK = /the clock of (?:the|its) machine/;
const EXPIRED = /the session in .* expired/;

describe('Where the machine’s clock is set back an hour while a session of 60 s goes on', () => {
  let s: TestApp;
  beforeEach(async () => {
    s = await testApp();
    await s.session(world(s), 'northwind', MINUTE);
    await s.later(0);
    s.clock.machine.isSet(-HOUR);
  });
  afterEach(() => s.close());

  it('the session ends after its 60 s, and nobody gets another hour', async () => {
    await s.later(50 * SECOND);
    expect(alerts(s, EXPIRED)).toEqual([]);
    await s.later(11 * SECOND);
    const told = alerts(s, EXPIRED);
    expect(told).toHaveLength(1);
    const { raw } = openForReading(s.database);
    const rows = z
      .object({ started_at: z.number(), ended_at: z.number() })
      .parse(raw.prepare('select started_at, ended_at from request').get());
    expect(rows.ended_at - rows.started_at).toBe(MINUTE);
    expect(
      raw
        .prepare(
          'select count(*) from ledger_event a join ledger_event b on b.seq = a.seq + 1 where b.at < a.at',
        )
        .pluck()
        .get(),
    ).toBe(0);
    raw.close();
  });

  it('the team is told once, /readyz says so until it is put right, and the log has it', async () => {
    await s.later(SECOND);
    await s.later(SECOND);
    expect(alerts(s, CLOCK)).toEqual([
      expect.stringMatching(
        /the clock of the machine that runs TSA went back 1 h: .* 1 h ahead of that clock\./,
      ),
    ]);
    const set = await readyz(s);
    expect(set.ok).toBe(false);
    expect(set.says).toMatch(
      /^1 h ahead of this machine’s clock; .*; this machine’s clock went back 1 h at /,
    );
    expect(s.logged.filter((line) => line.includes('moved against the time'))).toHaveLength(1);

    s.clock.machine.isSet(HOUR);
    await s.later(SECOND);
    await s.later(SECOND);
    expect(alerts(s, CLOCK)).toHaveLength(2);
    expect(alerts(s, CLOCK)[1]).toMatch(/went forward 1 h: .* TSA’s time is in step with it/);
    const right = await readyz(s);
    expect(right).toMatchObject({
      ok: true,
      says: expect.stringMatching(/^in step .* went forward 1 h/) as string,
    });
  });

  it('no notice of a late end claims that it was on time, or why it is late', async () => {
    s.clock.machine.isSet(HOUR);
    await s.app.stop();
    s.clock.machine.isSet(-HOUR);
    s.clock.turn(3 * HOUR);
    await s.restart();
    await s.later(0);
    const told = alerts(s, EXPIRED);
    expect(told).toEqual([expect.stringMatching(/Told .* late, going by TSA’s clock\./)]);
    expect(told.join()).not.toMatch(/on time|reachable/);
  });
});

it('A machine that slept: what was due meanwhile is over, and the team hears that its clock went forward', async () => {
  const s = await testApp();
  try {
    await s.session(world(s), 'northwind', HOUR);
    s.clock.machine.sleeps(8 * HOUR);
    await s.later(0);
    expect(alerts(s, CLOCK)).toEqual([
      expect.stringMatching(/went forward 8 h: it was set, or the machine slept\. TSA’s time is in step/),
    ]);
    expect(alerts(s, EXPIRED)).toEqual([expect.stringMatching(/Told 7 h late, going by TSA’s clock/)]);
    expect((await readyz(s)).ok).toBe(true);
  } finally {
    await s.close();
  }
});

it('A ledger that a clock ten days ahead wrote: it says so in /readyz, the alert channel and the log, once a day, hears Slack, and time goes on', async () => {
  const s = await testApp('http', undefined, async (database, policy, clock) => {
    const ahead = createClock(machine(clock.now() + 10 * DAY));
    const ledger = openDatabase(database, ahead);
    await createHandler(ledger, ahead).record({ type: 'clock.jumped', byMs: 10 * DAY, aheadMs: 0 }, policy);
    ledger.raw.exec("update outbox set state = 'sent'");
    await ledger.close();
  });
  try {
    await s.later(0);
    await s.restart();
    await s.later(0);
    expect(alerts(s, CLOCK)).toEqual([
      expect.stringMatching(
        /stood (?:10 d|9 d 23 h) before the last event in the ledger\. Either it is wrong now, or it was wrong then\./,
      ),
    ]);
    expect((await readyz(s)).says).toMatch(/^(?:10 d|9 d 23 h) ahead of this machine’s clock/);
    expect(s.logged.join('')).toContain('behind the last event');
    // Slack’s time is the machine’s.
    for (const at of [s.clock.machine.wall(), s.clock.now()]) {
      const { body, headers } = signedRequest(
        'events_api',
        { type: 'url_verification', challenge: 'c' },
        s.sandbox.tokens.signingSecret,
        Math.floor(at / SECOND),
      );
      const send = async (): Promise<number> =>
        (await fetch(`http://127.0.0.1:${s.app.port}/slack/events`, { method: 'POST', headers, body }))
          .status;
      expect(await send()).toBe(200);
      expect(await send()).toBe(401);
    }
    await s.session(world(s), 'northwind', MINUTE);
    await s.later(61 * SECOND);
    expect(alerts(s, EXPIRED)).toHaveLength(1);
  } finally {
    await s.close();
  }
});
