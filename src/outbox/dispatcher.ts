import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { createAlarm } from '../clock.ts';
import type { OwnLedger } from '../ledger/open.ts';
import { letOthersRun } from '../ledger/turns.ts';
import type { Announced } from './announce.ts';
import { createBooks } from './books.ts';
import type { Claim } from './claims.ts';
import { claimDue, doubtClaims } from './claims.ts';
import type { Courier, Delivered, Note } from './delivery.ts';

export interface Dispatcher {
  /** Takes up what was left in flight by a process that died, and starts delivering. */
  start(): Promise<void>;
  /** There may be something new. */
  wake(): void;
  /** Resolves when nothing is due and nothing in flight. */
  settled(): Promise<void>;
  /** Claims nothing more and waits for what is in flight, at most that long (milliseconds). */
  stop(withinMs: number): Promise<void>;
}

/** After a failure of our own, the books are tried again so soon. */
const REST_MS = 1_000;

/**
 * Delivers what is owed: in order for each destination, again and again until it is done or can never be. Claim, send,
 * settle: what is claimed next shares the commit of what was settled, and both that of whatever else is written then.
 */
export function createDispatcher(deps: {
  ledger: Pick<OwnLedger, 'write'>;
  clock: Clock;
  courier: Courier;
  log: Logger;
  /** Where it is told that a place takes no messages. */
  announceAt: Announced;
}): Dispatcher {
  const { ledger, clock, courier, log } = deps;
  const books = createBooks(deps);
  const alarm = createAlarm(clock, wake);
  /** Destinations that something is on its way to. */
  const busy = new Set<string>();
  /** Destinations whose books could not be kept, and until when they are left alone. */
  const resting = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  let stopped = true;
  let pass: Promise<void> | null = null;
  let again = false;

  function wake(): void {
    if (stopped) return;
    again = true;
    pass ??= run();
  }

  async function run(): Promise<void> {
    while (again && !stopped) {
      again = false;
      // What else is done by now is settled first: all of it then shares one commit with what is claimed.
      await letOthersRun();
      try {
        await claim();
      } catch (error) {
        log.error({ error }, 'reading what is owed failed; trying again');
        alarm.set(clock.now() + REST_MS);
      }
    }
    pass = null;
  }

  async function claim(): Promise<void> {
    const { claims, nextAt } = await ledger.write(async (tx) =>
      stopped ? { claims: [], nextAt: null } : claimDue(tx, clock.now(), { busy, resting }),
    );
    if (nextAt !== null) alarm.set(nextAt);
    for (const claimed of claims) {
      busy.add(claimed.destination);
      const work = serve(claimed).finally(() => underWay.delete(work));
      underWay.add(work);
    }
  }

  async function serve(claimed: Claim): Promise<void> {
    const { destination } = claimed;
    const notes: Note[] = [];
    const result = await send(claimed, notes);
    wake();
    try {
      await ledger.write(async (tx) => {
        for (const note of notes) await note(tx);
        await books.settle(tx, claimed, result);
        // Before the commit: the claim that shares it looks at this destination again.
        busy.delete(destination);
      });
      resting.delete(destination);
    } catch (error) {
      log.error({ error, destination }, 'keeping the books of a delivery failed; it is tried again');
      resting.set(destination, clock.now() + REST_MS);
      busy.delete(destination);
      wake();
    }
  }

  async function send(claimed: Claim, notes: Note[]): Promise<Delivered> {
    try {
      return await courier.deliver(claimed, (note) => void notes.push(note));
    } catch (error) {
      log.error({ error, key: claimed.key }, 'a message could not be made; it is tried again');
      const why = error instanceof Error ? error.message : 'unknown';
      return { kind: 'retry', afterMs: null, why, inDoubt: true };
    }
  }

  async function settled(): Promise<void> {
    while (pass !== null || underWay.size > 0) {
      await pass;
      await Promise.all(underWay);
    }
  }

  return {
    async start() {
      await ledger.write(doubtClaims);
      stopped = false;
      wake();
    },
    wake,
    settled,
    async stop(withinMs) {
      stopped = true;
      alarm.clear();
      const timeout = new Promise((resolve) => setTimeout(resolve, withinMs).unref());
      await Promise.race([settled(), timeout]);
    },
  };
}
