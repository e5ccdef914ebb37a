import { randomUUID } from 'node:crypto';

/** The only source of time and chance. Everything else is told what time it is. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  uuid(): string;
}

export const systemClock: Clock = { now: () => Date.now(), uuid: () => randomUUID() };

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
