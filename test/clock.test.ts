import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClock } from '../src/clock.ts';
import { DAY, HOUR, MINUTE, T0 } from './support/access-fixtures.ts';
import { machine } from './support/machine.ts';

const SECOND = 1_000;

/** What may happen to a machine between two looks at its clock. */
const mishap = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('passes' as const), ms: fc.nat(HOUR) }) },
  fc.record({ does: fc.constant('isSet' as const), ms: fc.integer({ min: -2 * DAY, max: 2 * DAY }) }),
  fc.record({ does: fc.constant('sleeps' as const), ms: fc.nat(DAY) }),
  fc.record({ does: fc.constant('restarts' as const), ms: fc.nat(HOUR) }),
);

describe('The app’s time', () => {
  it('is the machine’s, as long as nobody sets that', () => {
    const m = machine(T0);
    const clock = createClock(m);
    for (const ms of [0, 1, 0.4, 0.7, 900, HOUR, 30 * DAY]) {
      m.passes(ms);
      expect(clock.now() - m.wall()).toBeOneOf([0, -0]);
      expect(clock.ahead()).toBe(0);
    }
    expect(clock.takeJumps()).toEqual([]);
    expect(clock.lastJump()).toBeNull();
  });

  it('goes on by what passes where the machine’s clock is set back, and is in step again when that is put right', () => {
    const m = machine(T0);
    const clock = createClock(m);
    m.passes(MINUTE);
    m.isSet(-HOUR);
    m.passes(10 * SECOND);
    expect(clock.now()).toBe(T0 + MINUTE + 10 * SECOND);
    expect(clock.ahead()).toBe(HOUR);
    m.passes(50 * SECOND);
    expect(clock.now()).toBe(T0 + 2 * MINUTE);
    m.isSet(HOUR);
    expect(clock.now()).toBe(T0 + 2 * MINUTE);
    expect(clock.ahead()).toBe(0);
    expect(clock.takeJumps()).toEqual([
      { at: T0 + MINUTE + 10 * SECOND, byMs: -HOUR, aheadMs: HOUR },
      { at: T0 + 2 * MINUTE, byMs: HOUR, aheadMs: 0 },
    ]);
    expect(clock.takeJumps()).toEqual([]);
    expect(clock.lastJump()?.byMs).toBe(HOUR);
  });

  it('follows the machine’s clock where that goes forward: it may have slept, and then time went on', () => {
    const m = machine(T0);
    const clock = createClock(m);
    m.sleeps(8 * HOUR);
    expect(clock.now()).toBe(T0 + 8 * HOUR);
    expect(clock.takeJumps()).toEqual([{ at: T0 + 8 * HOUR, byMs: 8 * HOUR, aheadMs: 0 }]);
  });

  it('does not stand still where the machine’s clock was set forward by mistake, and back again', () => {
    const m = machine(T0);
    const clock = createClock(m);
    m.isSet(HOUR);
    expect(clock.now()).toBe(T0 + HOUR);
    m.isSet(-HOUR);
    m.passes(MINUTE);
    expect(clock.now()).toBe(T0 + HOUR + MINUTE);
    expect(clock.ahead()).toBe(HOUR);
  });

  it('begins at the last instant of a ledger that is ahead, goes on from there, and knows how far it is ahead', () => {
    const m = machine(T0);
    const clock = createClock(m);
    clock.notBefore(T0 + 365 * DAY);
    expect(clock.now()).toBe(T0 + 365 * DAY);
    m.passes(MINUTE);
    expect(clock.now()).toBe(T0 + 365 * DAY + MINUTE);
    expect(clock.ahead()).toBe(365 * DAY);
    // That is no jump of the current time.
    expect(clock.takeJumps()).toEqual([]);
    clock.notBefore(T0);
    expect(clock.now()).toBe(T0 + 365 * DAY + MINUTE);
  });

  it('does not call it a jump where a clock is kept right little by little, whichever way', () => {
    for (const step of [-400, 400]) {
      const m = machine(T0);
      const clock = createClock(m);
      for (let i = 0; i < 100; i += 1) {
        m.passes(SECOND);
        m.isSet(step);
        clock.now();
      }
      expect(clock.takeJumps()).toEqual([]);
      m.isSet(-5 * SECOND);
      expect(clock.takeJumps()).toEqual([]);
      m.isSet(-5 * SECOND - 1);
      expect(clock.takeJumps()).toHaveLength(1);
    }
  });

  it('never goes back, and what it measured is over by either measure of the machine, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(mishap, { minLength: 1, maxLength: 30 }), (mishaps) => {
        const m = machine(T0);
        let clock = createClock(m);
        let since = m.passed();
        /** Everything it told in this process, and how things stood. */
        let told = [{ now: clock.now(), wall: m.wall(), passed: m.passed() }];
        let written = clock.now();
        for (const { does, ms } of mishaps) {
          if (does === 'restarts') {
            m.passes(ms);
            clock = createClock(m);
            clock.notBefore(written);
            since = m.passed();
            told = [];
          } else m[does](ms);
          const now = clock.now();
          expect(now).toBeGreaterThanOrEqual(written);
          expect(now).toBeGreaterThanOrEqual(m.wall());
          expect(clock.ahead()).toBe(now - m.wall());
          for (const one of told) {
            expect(now - one.now).toBeGreaterThanOrEqual(m.passed() - one.passed);
            expect(now - one.now).toBeGreaterThanOrEqual(m.wall() - one.now);
          }
          // And it is no later than one of these says.
          const latest = [
            ...told.map((one) => one.now + m.passed() - one.passed),
            written + m.passed() - since,
            m.wall(),
          ];
          expect(now).toBeLessThanOrEqual(Math.max(...latest));
          told.push({ now, wall: m.wall(), passed: m.passed() });
          written = now;
        }
      }),
    );
  });
});
