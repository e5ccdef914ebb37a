import type { Logger } from 'pino';
import type { ProgramEvent } from '../access/event.ts';
import type { Policy } from '../access/policy.ts';
import type { Jump, Timekeeper } from '../clock.ts';
import { JUMP_MS } from '../clock.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';

/** Sees to it that nobody sets the machine's clock unnoticed. */
export interface ClockWatch {
  /** Looks from now on; a clock that stands before the last event is told at once. */
  start(): void;
  /** Looks now, and records what it finds. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

/** Two jumps within this are seen as one: their sum. */
const LOOK_EVERY_MS = 1_000;
/** A clock that is set again and again fills neither the ledger nor the channel; the log goes on. */
const RECORDED_MAX = 6;
const WITHIN_MS = 60 * 60_000;

export function createClockWatch(deps: {
  clock: Timekeeper;
  handler: CommandHandler;
  policy: Policy;
  log: Logger;
}): ClockWatch {
  const { clock, handler, policy, log } = deps;
  let unsaid: ProgramEvent[] = [];
  let recorded: number[] = [];
  let running: Promise<void> | null = null;
  let interval: NodeJS.Timeout | undefined;

  function note({ at, byMs, aheadMs }: Jump): void {
    recorded = recorded.filter((earlier) => at - earlier < WITHIN_MS);
    const told = recorded.length < RECORDED_MAX;
    log.warn(
      { byMs, aheadMs, told },
      'the clock of this machine moved against the time that passed: it was set, or the machine slept',
    );
    if (!told) return;
    recorded.push(at);
    unsaid.push({ type: 'clock.jumped', byMs, aheadMs });
  }

  async function record(): Promise<void> {
    const [event, ...rest] = unsaid;
    if (event === undefined) return;
    await handler.record(event, policy);
    unsaid = rest;
    await record();
  }

  function tick(): Promise<void> {
    for (const jump of clock.takeJumps()) note(jump);
    running ??= record().finally(() => (running = null));
    return running;
  }

  function look(): void {
    tick().catch((error: unknown) => {
      log.error({ error }, 'that the clock jumped could not be recorded; trying again');
    });
  }

  return {
    start() {
      const aheadMs = clock.ahead();
      if (aheadMs > JUMP_MS) {
        log.warn({ aheadMs }, 'the clock of this machine is behind the last event of the ledger');
        unsaid.push({ type: 'clock.behind', aheadMs });
      }
      interval = setInterval(look, LOOK_EVERY_MS);
      look();
    },
    tick,
    async stop() {
      clearInterval(interval);
      await running?.catch(() => undefined);
    },
  };
}
