import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished } from 'vitest';
import { createHandler, openDatabase } from '../../src/database.ts';
import type { Command } from '../../src/access/command.ts';
import type { Actor, World } from '../../src/access/people.ts';
import type { Timekeeper } from '../../src/clock.ts';
import { createClock } from '../../src/clock.ts';
import type { Outcome } from '../../src/ledger/attempt.ts';
import type { CommandHandler } from '../../src/ledger/command-handler.ts';
import type { OwnLedger } from '../../src/ledger/open.ts';
import type { Verdict } from '../../src/ledger/verify.ts';
import { verifyDatabase } from '../../src/database.ts';
import type { Views } from '../../src/ledger/views.ts';
import { createViews } from '../../src/ledger/views.ts';
import { createLog } from '../../src/log.ts';
import type { Announced } from '../../src/outbox/announce.ts';
import { person, T0, worldOf } from './access-fixtures.ts';
import type { Machine } from './machine.ts';
import { machine } from './machine.ts';

/** A ledger on disk with its command handler, and a clock that only the test turns. */
export interface TestLedger {
  readonly path: string;
  readonly clock: SetClock;
  readonly ledger: OwnLedger;
  readonly handler: CommandHandler;
  readonly views: Views;
  readonly logged: readonly string[];
  readonly log: ReturnType<typeof createLog>;
  /** Somebody tries something. */
  when(actor: Actor | string, command: Command, no?: number | null, more?: More): Promise<Outcome>;
  /** Happens, or the test is wrong; the request's number. */
  given(actor: Actor | string, command: Command, no?: number | null, more?: More): Promise<number>;
  verify(): Promise<Verdict>;
  count(sql: string): number;
  /** Closes the file, and opens it again as the program does when it starts. */
  reopened(): Promise<TestLedger>;
}

interface More {
  readonly world?: World;
  readonly delivery?: string;
}

export interface SetClock extends Timekeeper {
  readonly machine: Machine;
  turn(ms: number): void;
  set(at: number): void;
}

export function setClock(at = T0): SetClock {
  const still = machine(at);
  const clock = createClock(still);
  return {
    ...clock,
    machine: still,
    turn(ms) {
      still.passes(ms);
    },
    set(instant) {
      still.passes(instant - clock.now());
    },
  };
}

/** Where it is told that a place takes no messages, in the world of the tests. */
export const announceAt: Announced = () => [
  ['channel:CALERT'],
  ['channel:CSECURITY'],
  ['person:UADMIN', 'person:UOTHER'],
];

/** Gone when the test is. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tsa-ledger-'));
  onTestFinished(() => {
    rmSync(made, { recursive: true, force: true });
  });
  return made;
}

export function testLedger(
  world: World = worldOf(),
  path = join(folder(), 'tsa.sqlite'),
  clock = setClock(),
): TestLedger {
  const ledger = openDatabase(path, clock);
  const handler = createHandler(ledger, clock);
  let open = true;
  const close = async (): Promise<void> => {
    if (open) await ledger.close();
    open = false;
  };
  onTestFinished(close);
  const logged: string[] = [];
  const self: TestLedger = {
    path,
    clock,
    ledger,
    handler,
    views: createViews(ledger.db),
    logged,
    log: createLog('debug', { write: (line: string) => void logged.push(line) }),
    when: (actor, command, no = null, more = {}) =>
      handler.handle({
        command,
        requestNo: no,
        actor: typeof actor === 'string' ? person(actor) : actor,
        world: more.world ?? world,
        delivery: more.delivery ?? null,
      }),
    async given(actor, command, no, more) {
      const { refusal, requestNo } = await self.when(actor, command, no, more);
      expect(refusal).toBeNull();
      return requestNo ?? 0;
    },
    verify: () => verifyDatabase(ledger),
    count: (sql) => Number(ledger.raw.prepare(sql).pluck().get()),
    async reopened() {
      await handler.close();
      await close();
      return testLedger(world, path, clock);
    },
  };
  return self;
}

export interface Child {
  readonly pid: number;
  /** The next line that it says; `null` when it says no more. */
  line(): Promise<string | null>;
  kill(): void;
  readonly exited: Promise<number | null>;
}

/** A process of its own, killed at the latest when the test is over. */
export function child(mode: 'hold' | 'write', path: string): Child {
  const script = new URL('./ledger-child.ts', import.meta.url).pathname;
  const run = spawn(process.execPath, [script, mode, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: run.stdout })[Symbol.asyncIterator]();
  const exited = once(run, 'exit').then(() => run.exitCode);
  onTestFinished(async () => {
    run.kill('SIGKILL');
    await exited;
  });
  return {
    pid: run.pid ?? 0,
    async line() {
      const next = await lines.next();
      return next.done === true ? null : next.value;
    },
    kill: () => run.kill('SIGKILL'),
    exited,
  };
}
