import type { Logger } from 'pino';
import { dueCommand } from '../access/due.ts';
import type { World } from '../access/people.ts';
import type { Clock } from '../clock.ts';
import { createAlarm } from '../clock.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import type { Views } from '../ledger/views.ts';

/** Time's part in the life of requests: what is due goes through the same command handler as a click. */
export interface Timers {
  start(): void;
  /** Does everything that is due now; resolves when it is done. */
  tick(): Promise<void>;
  /** Something changed: the next alarm may be another one. */
  wake(): void;
  stop(): Promise<void>;
}

/** Looked at again even if no alarm was set, in case the machine slept or its clock was set. */
const LOOK_AGAIN_MS = 15_000;
/** A request whose due command failed is left alone for this long, so that it does not keep the others waiting. */
const LEAVE_ALONE_MS = 60_000;
const BATCH = 256;

export function createTimers(deps: {
  handler: CommandHandler;
  views: Views;
  clock: Clock;
  log: Logger;
  world: () => World;
}): Timers {
  const { handler, views, clock, log } = deps;
  const alarm = createAlarm(clock, wake);
  const failed = new Map<number, number>();
  let stopped = true;
  let pass: Promise<void> | null = null;
  let again = false;

  function wake(): void {
    if (stopped) return;
    again = true;
    pass ??= run();
  }

  async function run(): Promise<void> {
    try {
      while (again) {
        again = false;
        const looked = await drain();
        // What was due by then and still is was put aside: it must not set off the alarm without end.
        const next = (await views.nextDueAt(looked)) ?? Infinity;
        alarm.set(Math.min(next, clock.now() + LOOK_AGAIN_MS));
      }
    } catch (error) {
      log.error({ error }, 'reading what is due failed; trying again');
      alarm.set(clock.now() + LOOK_AGAIN_MS);
    } finally {
      pass = null;
    }
  }

  /**
   * Everything due, batch by batch; those that failed lately are passed over. Resolves with the time of the last look.
   */
  async function drain(): Promise<number> {
    await handler.settleRefused();
    for (;;) {
      const now = clock.now();
      for (const [no, until] of failed) if (until <= now) failed.delete(no);
      const batch = (await views.due(now, BATCH + failed.size)).filter((no) => !failed.has(no));
      const worked = await Promise.all(batch.map((no) => act(no, now)));
      if (!worked.includes(true)) return now;
    }
  }

  async function act(no: number, now: number): Promise<boolean> {
    try {
      // Each by itself: a history that cannot be read holds up no other.
      const record = await views.record(no);
      const command = record === null ? null : dueCommand(record.state, now);
      if (command === null) return false;
      const outcome = await handler.handle({
        command,
        requestNo: no,
        actor: { kind: 'timer' },
        world: deps.world(),
        delivery: null,
      });
      // Somebody was quicker: that is just as good.
      if (outcome.refusal === null || outcome.refusal.reason === 'nothing_due') return true;
      log.error({ no, command: command.type, refusal: outcome.refusal.reason }, 'what was due was refused');
    } catch (error) {
      log.error({ no, error }, 'what was due could not be done');
    }
    failed.set(no, clock.now() + LEAVE_ALONE_MS);
    return false;
  }

  return {
    start() {
      stopped = false;
      wake();
    },
    async tick() {
      await pass;
      await drain();
    },
    wake,
    async stop() {
      stopped = true;
      await pass;
      alarm.clear();
    },
  };
}
