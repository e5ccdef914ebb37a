import { setImmediate } from 'node:timers/promises';

/**
 * Lets whoever waits have their turn: acknowledgements, sockets, timers. SQLite answers at once, so that a long row of
 * questions would otherwise keep everybody waiting until its end.
 */
export async function letOthersRun(): Promise<void> {
  await setImmediate();
}
