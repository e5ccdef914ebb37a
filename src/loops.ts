import type { Logger } from 'pino';
import type { Policy, UserId } from './access/policy.ts';
import type { Timekeeper } from './clock.ts';
import type { CommandHandler } from './ledger/command-handler.ts';
import type { OwnLedger } from './ledger/open.ts';
import { createUnderWay } from './ledger/under-way.ts';
import type { Views } from './ledger/views.ts';
import { announcedAt } from './outbox/announce.ts';
import type { Courier } from './outbox/delivery.ts';
import { createDispatcher } from './outbox/dispatcher.ts';
import type { Directory } from './slack/api/directory.ts';
import { catchUp } from './timers/catching-up.ts';
import { createClockWatch } from './timers/clock-watch.ts';
import { createDigestTimer } from './timers/digest.ts';
import { createLeavers } from './timers/leavers.ts';
import { createTimers } from './timers/timers.ts';
import { createVacancies } from './timers/vacancies.ts';

/** What the program does by itself: it delivers what is owed, does what is due, and looks after those who left. */
export interface Loops {
  /** After a restore, before anybody can do anything: does what is not known to have been done. */
  catchUp(): Promise<void>;
  start(): Promise<void>;
  /** Does all that is due now and delivers all that is owed. */
  tick(): Promise<void>;
  /** Slack says that this person (or, with `null`, a whole group) is not what they were. */
  look(user: UserId | null): Promise<void>;
  /** Begins nothing more, and waits for what is in flight, so long at most (milliseconds). */
  stop(withinMs: number): Promise<void>;
}

export function createLoops(deps: {
  ledger: OwnLedger;
  handler: CommandHandler;
  views: Views;
  policy: Policy;
  directory: Pick<Directory, 'known' | 'asked'>;
  courier: Courier;
  clock: Timekeeper;
  log: Logger;
}): Loops {
  const { ledger, handler, directory } = deps;
  const asked: Directory['asked'] = (look, word) => directory.asked(look, word);
  const world: Directory['known'] = () => directory.known();
  const dispatcher = createDispatcher({ ...deps, announceAt: announcedAt(directory) });
  const timers = createTimers({ ...deps, world });
  const digest = createDigestTimer(deps);
  const watch = createClockWatch(deps);
  const vacancies = createVacancies({ ...deps, asked });
  const leavers = createLeavers({ ...deps, asked, underWay: createUnderWay(ledger.reader) });
  handler.onCommitted(() => {
    dispatcher.wake();
    timers.wake();
  });
  return {
    catchUp: () => catchUp({ ...deps, world, timers, vacancies, digest }),
    async start() {
      await dispatcher.start();
      timers.start();
      watch.start();
      digest.start();
      vacancies.start();
      leavers.start();
    },
    async tick() {
      await watch.tick();
      await timers.tick();
      await digest.tick();
      dispatcher.wake();
      await dispatcher.settled();
    },
    async look(user) {
      if (user !== null) await leavers.look(user);
      await vacancies.look(user);
    },
    async stop(withinMs) {
      await Promise.all([
        dispatcher.stop(withinMs),
        timers.stop(),
        digest.stop(),
        vacancies.stop(),
        leavers.stop(),
        watch.stop(),
      ]);
    },
  };
}
