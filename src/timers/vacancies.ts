import type { Logger } from 'pino';
import { isVacant } from '../access/approving.ts';
import type { World } from '../access/people.ts';
import type { UserId } from '../access/policy.ts';
import { CUSTOMER_SEAT } from '../access/state.ts';
import type { Clock } from '../clock.ts';
import { createAlarm } from '../clock.ts';
import type { Door } from '../ledger/handle.ts';
import type { Views } from '../ledger/views.ts';

/** Sees to it that no request waits for somebody who can no longer decide. */
export interface Vacancies {
  /** Looks at once, because the policy may be a new one, and every now and then. */
  start(): void;
  /** Looks at what waits for this person, or at all that waits. */
  look(holder: UserId | null): Promise<void>;
  stop(): Promise<void>;
}

/** Slack tells who changes; this is for what it did not tell, or could not be asked. */
const LOOK_AGAIN_MS = 5 * 60_000;

export function createVacancies(deps: {
  door: Door;
  views: Views;
  clock: Clock;
  log: Logger;
  /** The world, with these people looked up now, and whoever stands in for somebody. */
  world: (users: readonly UserId[]) => Promise<World>;
}): Vacancies {
  const { door, views, clock, log } = deps;
  let running = Promise.resolve();
  let stopped = true;
  const alarm = createAlarm(clock, () => {
    running = lookByItself();
  });

  async function look(only: UserId | null): Promise<void> {
    const open = (await views.openSeats(only)).filter(({ holder }) => holder !== CUSTOMER_SEAT);
    const holders = [...new Set(open.map(({ holder }) => holder))];
    if (holders.length === 0) return;
    const world = await deps.world(holders);
    for (const { no, holder } of open) {
      const state = (await views.record(no))?.state;
      if (state?.phase !== 'pending' || state.gone.includes(holder)) continue;
      const seat = state.seats.find((one) => one.holder === holder);
      if (seat === undefined || !isVacant(state, seat, { world, now: clock.now() })) continue;
      const command = { type: 'offer_replacement', approver: holder } as const;
      await door.handle({ command, requestNo: no, actor: { kind: 'timer' }, world, delivery: null });
    }
  }

  async function lookByItself(): Promise<void> {
    try {
      await look(null);
    } catch (error) {
      log.error({ error }, 'looking whether those who are waited for can decide failed; trying again');
    }
    if (!stopped) alarm.set(clock.now() + LOOK_AGAIN_MS);
  }

  return {
    start() {
      stopped = false;
      running = lookByItself();
    },
    look,
    async stop() {
      stopped = true;
      alarm.clear();
      await running;
    },
  };
}
