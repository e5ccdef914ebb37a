import { expect, it } from 'vitest';
import type { Access } from '../../src/access/state.ts';
import { createDigestTimer } from '../../src/timers/digest.ts';
import { createTimers } from '../../src/timers/timers.ts';
import { extend } from '../support/access-commands.ts';
import { ANN, DEB, DAY, GUS, HOUR, MINUTE, person, worldOf } from '../support/access-fixtures.ts';
import {
  dice,
  goOn,
  inUse,
  nextMoment,
  pick,
  sensible,
  STRICT_WORLDS,
  wild,
  WORLDS,
} from '../support/random-commands.ts';
import { testLedger } from '../support/test-ledger.ts';

const COMMANDS = 2_400;
const AT_ONCE = 4;

it.each([7, 2027])(
  'After thousands of commands that nobody planned, a replay of the ledger gives exactly what is shown (seed %i)',
  async (seed) => {
    const roll = dice(seed);
    const g = testLedger(worldOf({ limits: { openRequests: 40 } }));
    const { handler, views, clock, log } = g;
    let world = worldOf();
    const timers = createTimers({ handler, views, clock, log, world: () => world });
    const digest = createDigestTimer({ handler, views, clock, log, policy: world.policy });
    const living: number[] = [];
    const stood = new Set<string>();
    let tried = 0;
    while (tried < COMMANDS) {
      const calm = { limits: { openRequests: 40, coolDownMs: 0, closeoutOverdueMs: null } };
      if (roll(20) === 0) {
        let made: number | null = null;
        for (const [actor, command] of [...inUse(roll), [GUS, extend(MINUTE)] as const]) {
          const { requestNo } = await g.when(actor, command, made, { world: worldOf(calm) });
          made ??= requestNo;
          if (made === null) break;
        }
        if (made !== null) living.push(made);
      }
      world = roll(5) > 0 ? worldOf(calm) : pick(roll, [...WORLDS, ...STRICT_WORLDS]);
      const no = roll(6) === 0 || living.length === 0 ? null : pick(roll, living.slice(-8));
      const state: Access | null = no === null ? null : ((await views.record(no))?.state ?? null);
      goOn(clock.machine, nextMoment(state, clock.now(), roll) - clock.now(), roll);
      // Several at once: they share a commit.
      const crowd = Array.from({ length: 1 + roll(AT_ONCE) }, () =>
        roll(4) > 0 ? sensible(state, world, clock.now(), roll) : wild(state, clock.now(), roll),
      );
      tried += crowd.length;
      const outcomes = await Promise.all(
        crowd.map(([actor, command]) =>
          g.when(actor, command, no, { world, ...(roll(9) === 0 ? { delivery: `Ev${roll(500)}` } : {}) }),
        ),
      );
      for (const outcome of outcomes) {
        if (outcome.state !== null) stood.add(outcome.state.phase);
        if (no === null && outcome.requestNo !== null && !outcome.repeated) living.push(outcome.requestNo);
      }
      if (roll(6) === 0) await timers.tick();
      if (roll(40) === 0) await digest.tick();
      if (roll(40) === 0) {
        const from = clock.now() + roll(3) * HOUR;
        const absence = { approver: ANN, from, until: from + DAY, delegate: DEB };
        const command =
          roll(3) === 0
            ? ({ type: 'clear_absence', approver: ANN } as const)
            : ({ type: 'set_absence', ...absence } as const);
        await handler.handleGlobal({ command, actor: person(ANN), world: worldOf(), delivery: null });
      }
      if (tried % 600 < AT_ONCE) expect(await g.verify()).toMatchObject({ ok: true });
    }
    // What was counted of refused attempts is written at the end.
    await handler.close();
    const verdict = await g.verify();
    expect(verdict).toMatchObject({ ok: true, requests: living.length });

    // It went through all of it, not through a corner.
    const types = g.ledger.raw.prepare('select distinct type from ledger_event').pluck().all();
    expect(types.length).toBeGreaterThan(30);
    expect(types).toContain('extension.agreed');
    expect(stood.size).toBeGreaterThan(8);
    expect(await (await g.reopened()).verify()).toEqual(verdict);
  },
);
