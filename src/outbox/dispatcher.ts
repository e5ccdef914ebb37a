import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { createAlarm } from '../clock.ts';
import type { Ledger } from '../ledger/open.ts';
import type { Announced } from './announce.ts';
import { createBooks } from './books.ts';
import type { Message } from '../notifications/message.ts';
import { addressOf } from '../notifications/owe-mail.ts';
import { message } from '../notifications/message.ts';

/** One message on its way to one destination. */
export interface Delivery {
  /** Travels with the message, so that it can be found again. */
  readonly key: string;
  readonly destination: string;
  readonly message: Message;
  /** An earlier try may have arrived without our knowing: look before sending. */
  readonly inDoubt: boolean;
}

/** What became of a try. */
export type Delivered =
  | { readonly kind: 'sent' }
  /** Try again, after that many milliseconds if the other side said so. `inDoubt`: it may have arrived. */
  | {
      readonly kind: 'retry';
      readonly afterMs: number | null;
      readonly why: string;
      readonly inDoubt: boolean;
    }
  /** Not yet: its time is that instant (milliseconds since 1970). */
  | { readonly kind: 'later'; readonly at: number }
  /** What it would ask was answered meanwhile: it is not sent. */
  | { readonly kind: 'moot'; readonly why: string }
  /** The place does not take it. That can be mended (the app is invited, the channel is opened): tried again now and then. */
  | { readonly kind: 'refused'; readonly why: string }
  /** It can never arrive: the channel is gone, the account is disabled. */
  | { readonly kind: 'failed'; readonly why: string };

/** Brings messages to where they belong. Never throws for what the other side does. */
export interface Courier {
  deliver(delivery: Delivery): Promise<Delivered>;
}

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

/** Destinations of one kind served at the same time: a mail server that hangs holds up no message in Slack. */
const PARALLEL_MAX = 4;
/** After a failure of our own, the books are tried again so soon. */
const REST_MS = 1_000;
/** No try takes longer than that. */
const CLAIM_MS = 5 * 60_000;
/** Rows of one destination looked at for cards that one update can answer. */
const COALESCE_MAX = 50;

/** Rows that one delivery serves. */
export interface Group extends Delivery {
  readonly ids: readonly number[];
  readonly attempts: number;
  /** Since when the place refuses the first of them; `null` while it does not. */
  readonly refusedSince: number | null;
}

/** Delivers what is owed: in order for each destination, again and again until it is done or can never be. */
export function createDispatcher(deps: {
  ledger: Ledger;
  clock: Clock;
  courier: Courier;
  log: Logger;
  /** Where it is told that a place takes no messages. */
  announceAt: Announced;
}): Dispatcher {
  const { clock, courier, log } = deps;
  const { db } = deps.ledger;
  const busy = new Map<string, Promise<void>>();
  /** Destinations whose books could not be kept, and until when they are left alone. */
  const resting = new Map<string, number>();
  let stopped = true;
  let pass: Promise<void> | null = null;
  let again = false;
  const alarm = createAlarm(clock, wake);
  const books = createBooks(deps);

  function wake(): void {
    if (stopped) return;
    again = true;
    pass ??= run();
  }

  async function run(): Promise<void> {
    while (again && !stopped) {
      again = false;
      try {
        await claimAll();
      } catch (error) {
        log.error({ error }, 'reading what is owed failed; trying again');
        alarm.set(clock.now() + REST_MS);
      }
    }
    pass = null;
  }

  async function claimAll(): Promise<void> {
    const now = clock.now();
    const heads = await db
      .selectFrom('outbox')
      .select((eb) => ['destination', eb.fn.min('id').as('id')])
      .where('state', '=', 'owed')
      .groupBy('destination')
      // Whoever waits longest is served first.
      .orderBy('id')
      .execute();
    let next: number | null = null;
    for (const head of heads) {
      if (busy.has(head.destination)) continue;
      if (stopped) return;
      const kind = addressOf(head.destination) === null;
      if ([...busy.keys()].filter((other) => (addressOf(other) === null) === kind).length >= PARALLEL_MAX)
        continue;
      const row = await db
        .selectFrom('outbox')
        .select('next_at')
        .where('id', '=', head.id)
        .executeTakeFirstOrThrow();
      const at = Math.max(row.next_at, resting.get(head.destination) ?? 0);
      if (at > now) {
        next = next === null ? at : Math.min(next, at);
        continue;
      }
      const work = serve(head.destination).finally(() => {
        busy.delete(head.destination);
        wake();
      });
      busy.set(head.destination, work);
    }
    if (next !== null) alarm.set(next);
  }

  async function serve(destination: string): Promise<void> {
    try {
      const group = await claim(destination);
      // Served by an earlier look meanwhile: nothing is wrong.
      if (group === null) return;
      await books.settle(group, await tryOnce(group));
      resting.delete(destination);
    } catch (error) {
      log.error({ error, destination }, 'keeping the books of a delivery failed; it is tried again');
      resting.set(destination, clock.now() + REST_MS);
    }
  }

  async function claim(destination: string): Promise<Group | null> {
    const rows = await db
      .selectFrom('outbox')
      .selectAll()
      .where('state', '=', 'owed')
      .where('destination', '=', destination)
      .orderBy('id')
      .limit(COALESCE_MAX)
      .execute();
    const [first] = rows;
    if (first === undefined) return null;
    // A card shows how things stand now, and a page is the same however often its link was asked for: what follows with
    // the same body asks for the same.
    const asksAgain = ['card', 'tidy', 'tenant_mail'].includes(parse(first.body).kind);
    const same = rows.findIndex((row) => row.body !== first.body);
    const taken = asksAgain ? rows.slice(0, same === -1 ? rows.length : same) : [first];
    const ids = taken.map((row) => row.id);
    const last = taken.at(-1) ?? first;
    await db
      .updateTable('outbox')
      .set({ claimed_until: clock.now() + CLAIM_MS })
      .where('id', 'in', ids)
      .execute();
    return {
      ids,
      attempts: first.attempts,
      refusedSince: first.refused_since,
      key: last.key,
      destination,
      message: parse(first.body),
      // A claim that was never settled: what became of it could not be written down.
      inDoubt: taken.some((row) => row.in_doubt === 1 || row.claimed_until !== null),
    };
  }

  async function tryOnce(group: Group): Promise<Delivered> {
    try {
      return await courier.deliver(group);
    } catch (error) {
      log.error({ error, key: group.key }, 'a message could not be made; it is tried again');
      const why = error instanceof Error ? error.message : 'unknown';
      return { kind: 'retry', afterMs: null, why, inDoubt: true };
    }
  }

  return {
    async start() {
      // One process owns the file: whatever is claimed was claimed by one that is gone.
      await db
        .updateTable('outbox')
        .set({ in_doubt: 1, claimed_until: null })
        .where('state', '=', 'owed')
        .where('claimed_until', 'is not', null)
        .execute();
      stopped = false;
      wake();
    },
    wake,
    async settled() {
      while (pass !== null || busy.size > 0) {
        await pass;
        await Promise.all(busy.values());
      }
    },
    async stop(withinMs) {
      stopped = true;
      alarm.clear();
      const timeout = new Promise((resolve) => setTimeout(resolve, withinMs).unref());
      await Promise.race([Promise.all([...busy.values(), pass]), timeout]);
    },
  };
}

function parse(body: string): Message {
  return message.parse(JSON.parse(body));
}
