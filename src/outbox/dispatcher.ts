import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { createAlarm } from '../clock.ts';
import type { Ledger } from '../ledger/open.ts';
import type { Tables } from '../ledger/tables.ts';
import type { Message } from './owed.ts';
import { addressOf } from './owe-mail.ts';
import { message } from './owed.ts';

/** One message on its way to one destination. */
export interface Errand {
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
  /** It can never arrive: the channel is gone, the account is disabled. */
  | { readonly kind: 'failed'; readonly why: string };

/** Brings messages to where they belong. Never throws for what the other side does. */
export interface Courier {
  deliver(errand: Errand): Promise<Delivered>;
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
const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_MAX_MS = 5 * 60_000;
/** Rows of one destination looked at for cards that one update can answer. */
const COALESCE_MAX = 50;

interface Group extends Errand {
  readonly ids: readonly number[];
  readonly attempts: number;
}

/** Delivers what is owed: in order for each destination, again and again until it is done or can never be. */
export function createDispatcher(deps: {
  ledger: Ledger;
  clock: Clock;
  courier: Courier;
  log: Logger;
  /** Where it is told that something can never be delivered. */
  alertChannel: string;
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
        alarm.set(clock.now() + BACKOFF_FIRST_MS);
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
      await settle(group, await tryOnce(group));
      resting.delete(destination);
    } catch (error) {
      log.error({ error, destination }, 'keeping the books of a delivery failed; it is tried again');
      resting.set(destination, clock.now() + BACKOFF_FIRST_MS);
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
      .set({ claimed_until: clock.now() + BACKOFF_MAX_MS })
      .where('id', 'in', ids)
      .execute();
    return {
      ids,
      attempts: first.attempts,
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

  async function settle(group: Group, result: Delivered): Promise<void> {
    const now = clock.now();
    const rows = db.updateTable('outbox').where('id', 'in', [...group.ids]);
    switch (result.kind) {
      case 'sent':
        await rows.set({ state: 'sent', settled_at: now, claimed_until: null, last_error: null }).execute();
        return;
      case 'moot':
        log.info({ key: group.key, why: result.why }, 'a message is not needed any more');
        await rows
          .set({ state: 'moot', settled_at: now, claimed_until: null, last_error: result.why })
          .execute();
        return;
      case 'later':
        await rows.set({ next_at: result.at, claimed_until: null }).execute();
        return;
      case 'retry': {
        const next = now + (result.afterMs ?? backoff(group.attempts));
        log.warn(
          { key: group.key, why: result.why, attempts: group.attempts + 1 },
          'a message was not delivered yet',
        );
        await rows
          .set({
            attempts: group.attempts + 1,
            next_at: next,
            claimed_until: null,
            in_doubt: group.inDoubt || result.inDoubt ? 1 : 0,
            last_error: result.why,
          })
          .execute();
        return;
      }
      case 'failed':
        log.error({ key: group.key, why: result.why }, 'a message can never be delivered');
        await db.transaction().execute(async (tx) => {
          await tx
            .updateTable('outbox')
            .where('id', 'in', [...group.ids])
            .set({ state: 'failed', settled_at: now, claimed_until: null, last_error: result.why })
            .execute();
          await oweAlert(tx, group, result.why, now);
        });
        return;
    }
  }

  /** Nothing is lost in silence: the team hears of it, unless it is the team's channel itself that is gone. */
  async function oweAlert(tx: Transaction<Tables>, lost: Group, why: string, now: number): Promise<void> {
    const { key, destination } = lost;
    const alert = `channel:${deps.alertChannel}`;
    if (lost.message.kind === 'undeliverable' || destination === alert) return;
    const body: Message = { kind: 'undeliverable', key, destination, why };
    await tx
      .insertInto('outbox')
      .values({
        // Once a day for all that cannot reach that place for that reason: a channel that is gone floods no other.
        key: `undeliverable:${destination}:${why}:${new Date(now).toISOString().slice(0, 10)}`,
        destination: alert,
        body: JSON.stringify(body),
        owed_at: now,
        next_at: now,
      })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute();
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

/** Doubling, with a little chance so that many do not come back at once. */
function backoff(attempts: number): number {
  const step = Math.min(BACKOFF_FIRST_MS * 2 ** attempts, BACKOFF_MAX_MS);
  return Math.round(step * (0.75 + Math.random() / 4));
}
