import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { Say } from '../context.ts';

/**
 * Slow work that can wait, one piece after the other: pages of figures, lists, Homes. A pause between two of them keeps
 * the program quick for whoever presses a button, however much is asked for.
 */
export interface Turns<T> {
  /** Whoever asks for the same before its turn has come gets the same answer. */
  take(key: string, work: () => Promise<T>): Promise<T>;
  /** How many wait for their turn. */
  readonly waiting: number;
}

const REST_MAX_MS = 2_000;

/** `rest`: how long to pause, as a multiple of the time that the work took. */
export function createTurns<T>(clock: Clock, { rest }: { readonly rest: number }): Turns<T> {
  const next = new Map<string, Promise<T>>();
  let last: Promise<unknown> = Promise.resolve();

  async function turn(key: string, work: () => Promise<T>, before: Promise<unknown>): Promise<T> {
    await before;
    next.delete(key);
    return work();
  }

  async function rested(mine: Promise<T>, before: Promise<unknown>): Promise<void> {
    await before;
    const began = clock.now();
    await mine.catch(() => undefined);
    await sleep(Math.min(REST_MAX_MS, rest * (clock.now() - began)), undefined, { ref: false });
  }

  return {
    take(key, work) {
      const same = next.get(key);
      if (same !== undefined) return same;
      const mine = turn(key, work, last);
      next.set(key, mine);
      last = rested(mine, last);
      return mine;
    },
    get waiting() {
      return next.size;
    },
  };
}

/** Look-ups that are answered when their turn has come. */
export interface LookUps {
  /** A list of some requests. */
  list(key: string, work: () => Promise<Say>): Promise<Say>;
  /** Figures about many. */
  figures(key: string, work: () => Promise<Say>): Promise<Say>;
}

/** At most so many different look-ups of a kind wait; whoever comes after that is asked to try again. */
const WAITING_MAX = 200;
/** At most a third of the time is spent on figures. */
const REST = 2;
const BUSY: Say = { text: 'Too many people are looking things up right now. Please try again in a minute.' };

export function createLookUps(clock: Clock): LookUps {
  const kind = (rest: number): LookUps['list'] => {
    const turns = createTurns<Say>(clock, { rest });
    return async (key, work) => (turns.waiting >= WAITING_MAX ? BUSY : turns.take(key, work));
  };
  return { list: kind(0), figures: kind(REST) };
}
