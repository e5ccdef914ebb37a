import { randomUUID } from 'node:crypto';

/** The only source of time and chance. Everything else is told what time it is. */
export interface Clock {
  /** Milliseconds since 1970, UTC. Never less than it said before. */
  now(): number;
  uuid(): string;
}

/** What a machine tells time by, in milliseconds. */
export interface TimeSources {
  /** Since 1970, UTC: can be set, forward and back. */
  wall(): number;
  /** Since some moment of its own: cannot be set, but may stand still while the machine sleeps. */
  passed(): number;
}

/** The machine's clock moved by more than the time that passed: it was set, or the machine slept. */
export interface Jump {
  /** When that was seen, in the app's time. */
  readonly at: number;
  /** Forward, or back where it is negative. */
  readonly byMs: number;
  /** How far the app's time was ahead of the machine's clock after it. */
  readonly aheadMs: number;
}

/** The app's own time: it goes on whatever is done to the machine's clock. */
export interface Timekeeper extends Clock {
  /** From now on it is at least that late: what stands in the ledger has happened. */
  notBefore(instant: number): void;
  /** How far it is ahead of the machine's clock, in milliseconds; 0 while both agree. */
  ahead(): number;
  /** The jumps since the last call, the first one first. */
  takeJumps(): readonly Jump[];
  /** The last jump of all. */
  lastJump(): Jump | null;
}

/** More than a clock is moved by when it is kept right little by little: somebody set it, or the machine slept. */
export const JUMP_MS = 5_000;

const MACHINE: TimeSources = { wall: () => Date.now(), passed: () => performance.now() };

/**
 * A clock that never goes back, and never goes slower than time passes: the latest of the machine's clock, the last
 * instant in the ledger, and any earlier time plus what has passed since. So whatever lasts from an instant that it told
 * to a later one is over when either of the machine's two measures of time says so.
 */
export function createClock(sources: TimeSources = MACHINE): Timekeeper {
  let seen = { wall: sources.wall(), passed: sources.passed() };
  let told = seen.wall;
  let jumps: Jump[] = [];
  let last: Jump | null = null;

  function look(): number {
    const is = { wall: sources.wall(), passed: sources.passed() };
    const passed = Math.max(0, is.passed - seen.passed);
    const byMs = Math.round(is.wall - seen.wall - passed);
    seen = is;
    told = Math.max(told + passed, is.wall);
    if (Math.abs(byMs) > JUMP_MS) {
      last = { at: Math.floor(told), byMs, aheadMs: Math.floor(told - is.wall) };
      jumps.push(last);
    }
    return Math.floor(told);
  }

  return {
    now: look,
    uuid: () => randomUUID(),
    notBefore(instant) {
      look();
      told = Math.max(told, instant);
    },
    ahead: () => Math.max(0, look() - seen.wall),
    takeJumps() {
      look();
      const taken = jumps;
      jumps = [];
      return taken;
    },
    lastJump: () => last,
  };
}

/** The one clock of this process. */
export const systemClock = createClock();

/** Longest delay that `setTimeout` takes; a longer one fires at once (Node.js, timers). */
const LONGEST_DELAY_MS = 2_147_483_647;

/** An alarm that can be set anew: only the last setting rings. Rings early rather than never; whoever wakes looks at the clock. */
export function createAlarm(clock: Clock, ring: () => void): { set(at: number): void; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    set(at) {
      clear();
      timer = setTimeout(ring, Math.min(Math.max(at - clock.now(), 0), LONGEST_DELAY_MS));
    },
    clear,
  };
}
