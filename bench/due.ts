import { join } from 'node:path';
import { createHandler, openDatabase } from '../src/database.ts';
import { dueCommand } from '../src/access/due.ts';
import type { World } from '../src/access/people.ts';
import { createViews } from '../src/ledger/views.ts';
import { createLog } from '../src/log.ts';
import { createTimers } from '../src/timers/timers.ts';
import { fileCommand, HOUR_MS, nth } from './company.ts';
import { push } from './changes.ts';

/** How late the sessions end that all end at one instant: real command handler, real timers, lateness told at the commit. */

/** The clock begins to run this long before the instant. */
const LEAD_MS = 1_500;

export async function endAtOnce(folder: string, world: World, sessions: number): Promise<readonly number[]> {
  const ledger = openDatabase(join(folder, `due-${crypto.randomUUID()}.sqlite`));
  let still = Date.now();
  let ranFrom: number | null = null;
  const clock = {
    now: () => (ranFrom === null ? still : Math.floor(still + performance.now() - ranFrom)),
    uuid: () => crypto.randomUUID(),
  };
  const handler = createHandler(ledger, clock);
  const views = createViews(ledger.db);
  const live = async (n: number): Promise<void> => {
    const { engineer, approver } = nth(n);
    const no = await push(handler, world, fileCommand(n), null, engineer, `file:${n}`);
    await push(
      handler,
      world,
      { type: 'approve', less: null, typedTenantId: null },
      no,
      approver,
      `approve:${n}`,
    );
    await push(handler, world, { type: 'start' }, no, engineer, `start:${n}`);
  };
  await Promise.all(Array.from({ length: sessions }, (_, n) => live(n)));
  const endsAt = still + HOUR_MS;
  const lateness: number[] = [];
  let finish: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (finish = resolve));
  const timers = createTimers({
    handler: {
      ...handler,
      async handle(attempt) {
        const outcome = await handler.handle(attempt);
        if (outcome.state?.phase === 'ended') lateness.push(clock.now() - endsAt);
        if (lateness.length === sessions) finish();
        return outcome;
      },
    },
    views,
    clock,
    log: createLog('error'),
    world: () => world,
  });
  still = endsAt - LEAD_MS;
  // The warnings before the end are given first: they are not what is measured.
  await timers.tick();
  const [first] = await views.due(endsAt, 1);
  const record = first === undefined ? null : await views.record(first);
  if (record !== null && dueCommand(record.state, endsAt)?.type !== 'expire')
    throw new Error('something else than the end is due');
  ranFrom = performance.now();
  timers.start();
  await all;
  await timers.stop();
  await handler.close();
  await ledger.close();
  return lateness;
}
