import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { Say } from '../context.ts';

/**
 * What takes a while and can wait, one after the other: pages of figures, lists, Homes. Where there is a rest between
 * two of them, whoever presses a button finds the program awake, however much is asked for.
 */
export interface Turns<T> {
  /** Whoever asks for the same before its turn has come is given the same. */
  take(key: string, work: () => Promise<T>): Promise<T>;
  /** How many wait for their turn. */
  readonly waiting: number;
}

const REST_MAX_MS = 2_000;

/** `rest`: so many times as long as the work itself. */
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

/** Things that are looked up and told when their turn has come. */
export interface LookUps {
  /** A list of some requests. */
  list(key: string, work: () => Promise<Say>): Promise<Say>;
  /** Figures of many. */
  figures(key: string, work: () => Promise<Say>): Promise<Say>;
}

/** Different ones of a kind that wait at most; who comes then is asked to come again. */
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
