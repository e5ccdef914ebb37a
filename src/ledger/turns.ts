import { setImmediate } from 'node:timers/promises';

/**
 * Lets whoever waits have their turn: acknowledgements, sockets, timers. SQLite answers at once, so that a long row of
 * questions would otherwise keep everybody waiting until its end.
 */
export async function letOthersRun(): Promise<void> {
  await setImmediate();
}

/** What is done before others have their turn, in microseconds. */
const TURN_US = 8_000;

/** The same, but only when enough was done since the last time: by what each piece of work costs, in microseconds. */
export function createPauses(): (workUs: number) => Promise<void> {
  let done = 0;
  return async (workUs) => {
    done += workUs;
    if (done < TURN_US) return;
    done = 0;
    await letOthersRun();
  };
}
