import type { Logger } from 'pino';
import { isVacant } from '../access/approving.ts';
import type { World } from '../access/people.ts';
import type { UserId } from '../access/policy.ts';
import type { Pending, Seat } from '../access/state.ts';
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

interface Waiting {
  readonly no: number;
  readonly state: Pending;
  readonly seat: Seat;
}

/** Slack tells who changes; this is for what it did not tell, or could not be asked. */
const LOOK_AGAIN_MS = 5 * 60_000;

export function createVacancies(deps: {
  door: Door;
  views: Views;
  clock: Clock;
  log: Logger;
  /** The world, with everybody at whom `look` looks in it asked about now. */
  asked: (look: (world: World) => void) => Promise<World>;
}): Vacancies {
  const { door, views, clock, log } = deps;
  let running = Promise.resolve();
  let stopped = true;
  const alarm = createAlarm(clock, () => {
    running = lookByItself();
  });

  async function look(only: UserId | null): Promise<void> {
    const open: Waiting[] = [];
    for (const { no, holder } of await views.openSeats(only)) {
      const state = holder === CUSTOMER_SEAT ? undefined : (await views.record(no))?.state;
      if (state?.phase !== 'pending' || state.gone.includes(holder)) continue;
      const seat = state.seats.find((one) => one.holder === holder);
      if (seat !== undefined) open.push({ no, state, seat });
    }
    const vacant = (world: World): readonly Waiting[] =>
      open.filter(({ state, seat }) => isVacant(state, seat, { world, now: clock.now() }));
    const world = await deps.asked(vacant);
    for (const {
      no,
      seat: { holder },
    } of vacant(world)) {
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
