import type { TimeSources } from '../../src/clock.ts';

/** A machine whose clock anybody may set, and which may sleep. Stands still unless the test moves it. */
export interface Machine extends TimeSources {
  /** Time goes by, for everything. */
  passes(ms: number): void;
  /** Its clock is set forward, or back where that is negative. */
  isSet(byMs: number): void;
  /** It sleeps: its clock goes on, and nothing else notices. */
  sleeps(ms: number): void;
}

/** `wall`: what its clock says, where that does not stand still. */
export function machine(wall: number | (() => number), runs: () => number = () => 0): Machine {
  let [moved, passed] = [0, 0];
  const start = typeof wall === 'number' ? () => wall : wall;
  return {
    wall: () => Math.floor(start() + moved),
    passed: () => runs() + passed,
    passes(ms) {
      if (ms < 0) throw new RangeError('time does not go back; set the clock for that');
      moved += ms;
      passed += ms;
    },
    isSet(byMs) {
      moved += byMs;
    },
    sleeps(ms) {
      moved += ms;
    },
  };
}
