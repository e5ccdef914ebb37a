import type { Logger } from 'pino';
import type { ProductCommand } from '../access/command.ts';
import type { World } from '../access/people.ts';
import type { ProductAccess } from '../access/product-access.ts';
import { owesCall } from '../access/product-access.ts';
import type { Clock } from '../clock.ts';
import { createAlarm } from '../clock.ts';
import type { Access, Connector, Outcome } from '../connectors/connector.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import type { FullRecord } from '../ledger/history.ts';
import type { Grantee } from './facts.ts';
import { factsOf } from './facts.ts';

/**
 * Carries what the ledger says into products, and their receipts back. What there is to do is read from how each access
 * stands, and from nothing else: so a close overtakes an open that was not sent, waits behind no message, and is made
 * again until it is confirmed, whoever dies in between.
 */
export interface Carrier {
  start(): void;
  /** Something changed: there may be something to do. */
  wake(): void;
  /** Makes every call that is due now, and those that follow from their answers. */
  tick(): Promise<void>;
  /** Begins no more calls, and waits for those that are made, so long at most (milliseconds): they are made again. */
  stop(withinMs: number): Promise<void>;
}

interface CarrierDeps {
  readonly handler: Pick<CommandHandler, 'handle'>;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Requests for which a product has something to do. */
  readonly owing: () => Promise<readonly FullRecord[]>;
  /** Requests of which something may be open in a product. */
  readonly open: () => Promise<readonly FullRecord[]>;
  /** `known`: as far as Slack has told already, for what cannot wait. */
  readonly grantee: { known(user: string): Grantee; asked(user: string): Promise<Grantee> };
  readonly world: () => World;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One thing to do for one access. */
interface Task {
  /** One for each access and thing to do: a close begins anew, however often its open was tried. */
  readonly key: string;
  readonly no: number;
  readonly record: FullRecord;
  readonly access: ProductAccess;
  readonly connector: Connector;
  readonly kind: 'open' | 'extend' | 'close';
}

/** Doubling from the first to the last: a product that is back hears of what it owes within the last. */
const AGAIN_FIRST_MS = 1_000;
const AGAIN_MAX_MS = 60_000;
/** Calls at a time to one product. */
const PARALLEL_MAX = 8;
/** Looked at again even if nothing woke it: a machine that slept. */
const LOOK_AGAIN_MS = 15_000;

export function createCarrier(deps: CarrierDeps): Carrier {
  const { handler, connectors, clock, log } = deps;
  const alarm = createAlarm(clock, wake);
  /** How often it was tried, and when it is tried next. */
  const tried = new Map<string, { readonly times: number; readonly next: number }>();
  const busy = new Map<string, Promise<void>>();
  const perProduct = new Map<string, number>();
  let stopped = true;
  let pass: Promise<void> | null = null;
  let again = false;

  function wake(): void {
    if (stopped) return;
    again = true;
    pass ??= run().finally(() => (pass = null));
  }

  async function run(): Promise<void> {
    while (again && !stopped) {
      again = false;
      try {
        await takeUp();
      } catch (error) {
        log.error({ error }, 'reading what products owe failed; trying again');
        alarm.set(clock.now() + AGAIN_FIRST_MS);
      }
    }
  }

  async function takeUp(): Promise<void> {
    const tasks = (await deps.owing()).flatMap(tasksOf);
    const known = new Set(tasks.map(({ key }) => key));
    for (const key of tried.keys()) if (!known.has(key)) tried.delete(key);
    let next = clock.now() + LOOK_AGAIN_MS;
    for (const task of tasks.sort(closesFirst)) {
      const at = tried.get(task.key)?.next ?? 0;
      if (at > clock.now()) {
        next = Math.min(next, at);
        continue;
      }
      const { name } = task.connector;
      const lane = `${name} ${task.connector.lane(factsOf(task.no, task.record.state, task.access, NOBODY))}`;
      if (busy.has(lane) || (perProduct.get(name) ?? 0) >= PARALLEL_MAX) continue;
      perProduct.set(name, (perProduct.get(name) ?? 0) + 1);
      const work = carry(task).finally(() => {
        perProduct.set(name, (perProduct.get(name) ?? 1) - 1);
        busy.delete(lane);
        wake();
      });
      busy.set(lane, work);
    }
    if (tasks.length > 0) alarm.set(next);
  }

  function tasksOf(record: FullRecord): readonly Task[] {
    const { no, state } = record;
    return state.accesses.filter(owesCall).flatMap((access): readonly Task[] => {
      const connector = connectors.get(access.connector);
      // The program does not start without it.
      if (connector === undefined) return [];
      const kind = access.is.kind === 'opening' ? 'open' : access.is.kind === 'open' ? 'extend' : 'close';
      const end = access.is.kind === 'open' ? `:${access.is.later ?? 0}` : '';
      return [{ key: `${no}:${access.id}:${kind}${end}`, no, record, access, connector, kind }];
    });
  }

  async function carry(task: Task): Promise<void> {
    const { key, access, connector, kind } = task;
    try {
      const outcome = await call(task);
      const commands = answersTo(task, outcome);
      const times = (tried.get(key)?.times ?? 0) + 1;
      const wait = outcome.kind === 'try_again' ? (outcome.afterMs ?? backoff(times)) : backoff(times);
      tried.set(key, { times, next: clock.now() + Math.min(wait, AGAIN_MAX_MS) });
      if (outcome.kind !== 'confirmed')
        log.warn(
          { key, product: connector.name, why: outcome.why, times },
          `a product did not ${kind} an access`,
        );
      for (const command of commands)
        await handler.handle({
          command,
          requestNo: task.no,
          actor: { kind: 'product', name: access.connector },
          world: deps.world(),
          delivery: null,
        });
    } catch (error) {
      log.error({ error, key }, 'carrying an access failed; it is tried again');
      tried.set(key, { times: (tried.get(key)?.times ?? 0) + 1, next: clock.now() + AGAIN_FIRST_MS });
    }
  }

  async function call({ no, record, access, connector, kind }: Task): Promise<Outcome> {
    // A close waits for nobody, Slack least of all.
    const { by } = access;
    const grantee = kind === 'close' ? deps.grantee.known(by) : await deps.grantee.asked(by);
    const facts = factsOf(no, record.state, access, grantee);
    const { handle } = access;
    switch (kind) {
      case 'open':
        return connector.open(facts);
      case 'extend':
        return connector.extend(facts, { handle });
      case 'close':
        return connector.close(facts, { handle, neededBy: await others(connector, facts) });
    }
  }

  /** Accesses of the same person in the same lane whose sessions are not over: a product that knows no ids keeps them in. */
  async function others(connector: Connector, facts: Access): Promise<readonly string[]> {
    const lane = connector.lane(facts);
    return (await deps.open()).flatMap(({ no, state }) =>
      state.accesses
        .filter(
          ({ is, connector: name }) =>
            name === connector.name && (is.kind === 'open' || is.kind === 'opening'),
        )
        .map((access) => factsOf(no, state, access, NOBODY))
        .filter((other) => other.id !== facts.id && connector.lane(other) === lane)
        .map(({ id }) => id),
    );
  }

  return {
    start() {
      stopped = false;
      wake();
    },
    wake,
    async tick() {
      wake();
      for (;;) {
        await pass;
        if (busy.size === 0 && !again) return;
        await Promise.all(busy.values());
      }
    },
    async stop(withinMs) {
      stopped = true;
      alarm.clear();
      await pass;
      const all = Promise.all(busy.values());
      await Promise.race([all, new Promise((resolve) => setTimeout(resolve, withinMs).unref())]);
    },
  };
}

/** What the product answered, as a command; nothing where it said nothing that is worth a fact. */
function answersTo({ access, kind }: Task, outcome: Outcome): readonly ProductCommand[] {
  const about = { access: access.id };
  if (outcome.kind === 'confirmed') {
    const { receipt, handle } = outcome;
    if (kind === 'open') return [{ ...about, type: 'confirm_open', receipt, handle }];
    if (kind === 'close') return [{ ...about, type: 'confirm_close', receipt }];
    const notAfter = access.is.kind === 'open' ? access.is.later : null;
    return notAfter === null ? [] : [{ ...about, type: 'confirm_extension', notAfter, receipt }];
  }
  const words = outcome.why;
  if (outcome.kind === 'refused' && kind === 'open') return [{ ...about, type: 'refuse_open', words }];
  if (outcome.kind === 'refused' && kind === 'extend') return [{ ...about, type: 'refuse_extension', words }];
  // A close that is refused is made again: nobody may be in.
  return access.words === '' && kind !== 'extend' ? [{ ...about, type: 'note_no_answer', words }] : [];
}

const NOBODY: Grantee = { name: '', email: null };

function closesFirst(a: Task, b: Task): number {
  return Number(a.kind !== 'close') - Number(b.kind !== 'close');
}

function backoff(times: number): number {
  return Math.min(AGAIN_FIRST_MS * 2 ** (times - 1), AGAIN_MAX_MS);
}
