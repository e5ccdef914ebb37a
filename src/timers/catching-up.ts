import type { World } from '../access/people.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import type { Views } from '../ledger/views.ts';
import type { Timers } from './timers.ts';
import type { Vacancies } from './vacancies.ts';

/**
 * After a restore, before anybody can do anything: whatever could have changed in the part that was lost is ended, and
 * what was due there is done again. All that is owed for it is looked up before it is sent.
 */
export async function catchUp(deps: {
  handler: CommandHandler;
  views: Views;
  world: () => World;
  timers: Pick<Timers, 'tick'>;
  vacancies: Pick<Vacancies, 'look'>;
  digest: { tick(): Promise<void> };
}): Promise<void> {
  const { handler, views } = deps;
  const gap = await views.gap();
  if (gap === null || gap.caughtUp) return;
  for (const requestNo of await views.inDoubt(gap.restored)) {
    const command = { type: 'end_in_doubt' } as const;
    const attempt = { command, requestNo, actor: { kind: 'timer' }, delivery: null } as const;
    await handler.handle({ ...attempt, world: deps.world() });
  }
  await deps.timers.tick();
  await deps.vacancies.look(null);
  await deps.digest.tick();
  await handler.caughtUp(gap.restored);
}
