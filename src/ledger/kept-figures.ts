import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { CountedFact, CountedType, Figures } from './review-facts.ts';
import { addFigures, count, COUNTED_TYPES, noFigures, readFigures, writeFigures } from './review-facts.ts';
import { accessEvent } from '../access/event.ts';
import { parseGlobal } from './history.ts';
import type { Ledger } from './open.ts';
import type { Tables } from './tables.ts';
import { createPauses } from './turns.ts';

/** The figures of any span of time. Those of the hours that are over are kept, so that none is counted again. */
export interface KeptFigures {
  /** Half-open: `from` included, `until` not. Milliseconds since 1970. */
  of(from: number, until: number): Promise<Figures>;
}

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** Days whose sum is remembered: more than a review looks back. */
const DAYS_MAX = 10;
/** Events that are read at once. */
const EVENTS_AT_ONCE = 250;
/** What counting an event, and reading a character of what is kept, cost at most: measured on a slow machine, in microseconds. */
const EVENT_US = 30;
const CHARACTER_US = 0.1;
const HOUR_US = 100;
const SHARE_US = 2;
/** A decision faster than this was hardly read. */
const FAST_MS = 5_000;

type Pause = ReturnType<typeof createPauses>;

/** What was counted, and up to which event. */
interface Count {
  seq: number;
  readonly figures: Figures;
}

export function createKeptFigures({ db, reader }: Pick<Ledger, 'db' | 'reader'>): KeptFigures {
  /** The hour of the last event, as far as it was counted. */
  let current: (Count & { readonly hour: number }) | null = null;
  const days = new Map<number, Figures>();
  let last: Promise<unknown> = Promise.resolve();

  /** Whole hours, all of them over; those that are not kept yet are from now on. */
  async function addHours(all: Figures, from: number, until: number, pause: Pause): Promise<void> {
    const rows = await reader
      .selectFrom('hour_figures')
      .selectAll()
      .where('hour', '>=', from)
      .where('hour', '<', until)
      .execute();
    const kept = new Map(rows.map((row) => [row.hour, row.body]));
    const fresh: Tables['hour_figures'][] = [];
    let before: number | null = null;
    for (let hour = from; hour < until; hour += HOUR_MS) {
      const body = kept.get(hour);
      if (body === undefined) {
        const counted: Count =
          current?.hour === hour
            ? current
            : before !== null
              ? { seq: before, figures: noFigures() }
              : await beginAt(reader, hour);
        await countUntil(reader, counted, hour + HOUR_MS, pause);
        before = counted.seq;
        fresh.push({ hour, body: writeFigures(counted.figures) });
        addFigures(all, counted.figures);
      } else {
        addFigures(all, readFigures(body));
        before = null;
      }
      await pause(HOUR_US + (body?.length ?? 0) * CHARACTER_US);
    }
    if (fresh.length > 0)
      await db
        .insertInto('hour_figures')
        .values(fresh)
        .onConflict((conflict) => conflict.column('hour').doNothing())
        .execute();
  }

  /** A whole day that is over. */
  async function figuresOfDay(day: number, pause: Pause): Promise<Figures> {
    const known = days.get(day);
    if (known !== undefined) return known;
    const figures = noFigures();
    await addHours(figures, day, day + DAY_MS, pause);
    const [oldest] = days.keys();
    if (days.size >= DAYS_MAX && oldest !== undefined) days.delete(oldest);
    days.set(day, figures);
    return figures;
  }

  async function addPart(all: Figures, from: number, until: number): Promise<void> {
    const counted = await beginAt(reader, from);
    await countUntil(reader, counted, until, createPauses());
    addFigures(all, counted.figures);
  }

  /** The hour that is not over: gone on with the next time, as long as nothing has happened after it. */
  async function addCurrent(all: Figures, hour: number, until: number): Promise<void> {
    if (current?.hour !== hour) current = { hour, ...(await beginAt(reader, hour)) };
    await countUntil(reader, current, until, createPauses());
    addFigures(all, current.figures);
  }

  async function figuresOf(from: number, until: number): Promise<Figures> {
    const all = noFigures();
    const events = await firstAndLast(reader);
    if (events === null) return all;
    const since = Math.max(from, hourOf(events.first));
    // No event is earlier than the one before it: what lies before the hour of the last one is over.
    const over = Math.min(hourOf(until), hourOf(events.last));
    let at = Math.min(hourOf(since - 1) + HOUR_MS, until);
    if (since < at) await addPart(all, since, at);
    const pause = createPauses();
    while (at < over) {
      const next = Math.min(at - (at % DAY_MS) + DAY_MS, over);
      if (next - at === DAY_MS) {
        const day = await figuresOfDay(at, pause);
        addFigures(all, day);
        await pause((day.tenants.size + day.requesters.size) * SHARE_US);
      } else await addHours(all, at, next, pause);
      at = next;
    }
    if (at < until && at <= events.last)
      await (until <= events.last ? addPart(all, at, until) : addCurrent(all, at, until));
    return all;
  }

  return {
    of(from, until) {
      // One at a time: each goes on from where the one before stopped.
      const mine = last.then(() => figuresOf(from, until));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** What is kept otherwise than the ledger tells, in words; `null` when nothing is. */
export async function wrongFigures(db: Kysely<Tables>): Promise<string | null> {
  const pause = createPauses();
  for (const { hour, body } of await db.selectFrom('hour_figures').selectAll().orderBy('hour').execute()) {
    const counted = await beginAt(db, hour);
    await countUntil(db, counted, hour + HOUR_MS, pause);
    if (body !== writeFigures(counted.figures))
      return `the figures of the hour from ${new Date(hour).toISOString()} are kept otherwise than the ledger tells`;
  }
  return null;
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

async function firstAndLast(db: Kysely<Tables>): Promise<{ first: number; last: number } | null> {
  const ends = db.selectFrom('ledger_event').select('at').limit(1);
  const first = await ends.orderBy('seq').executeTakeFirst();
  const last = await ends.orderBy('seq', 'desc').executeTakeFirst();
  return first === undefined || last === undefined ? null : { first: first.at, last: last.at };
}

/** Nothing counted yet, before the first event that is not earlier than that instant: found by halving. */
async function beginAt(db: Kysely<Tables>, from: number): Promise<Count> {
  const last = await db
    .selectFrom('ledger_event')
    .select('seq')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  let before = 0;
  let after = (last?.seq ?? 0) + 1;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const row = await db
      .selectFrom('ledger_event')
      .select('at')
      .where('seq', '=', middle)
      .executeTakeFirstOrThrow();
    if (row.at < from) before = middle;
    else after = middle;
  }
  return { seq: before, figures: noFigures() };
}

/** Goes on counting, to the last event that is earlier than that instant. */
async function countUntil(db: Kysely<Tables>, counted: Count, until: number, pause: Pause): Promise<void> {
  for (;;) {
    const rows = await db
      .selectFrom('ledger_event')
      .select((eb) => [
        'seq',
        'request_no',
        'type',
        'actor',
        'at',
        eb.case().when('type', 'in', WITH_BODY).then(eb.ref('body')).end().as('body'),
      ])
      .where('seq', '>', counted.seq)
      .orderBy('seq')
      .limit(EVENTS_AT_ONCE)
      .execute();
    const end = rows.findIndex((row) => row.at >= until);
    const within = end === -1 ? rows : rows.slice(0, end);
    for (const fact of await factsOf(db, within)) count(counted.figures, fact);
    counted.seq = within.at(-1)?.seq ?? counted.seq;
    await pause(within.length * EVENT_US);
    if (within.length < EVENTS_AT_ONCE) return;
  }
}

/** Of these it matters what they say, not only that they happened. */
const WITH_BODY = ['attempt.refused', 'approval.given'];

interface EventRow {
  readonly request_no: number | null;
  readonly type: string;
  readonly actor: string;
  readonly body: Buffer | null;
}

const how = z.enum(['ended', 'expired', 'revoked']).nullable();

async function factsOf(db: Kysely<Tables>, events: readonly EventRow[]): Promise<readonly CountedFact[]> {
  const numbers = events.flatMap(({ type, request_no: no }) => (isCounted(type) && no !== null ? [no] : []));
  // What is read here was settled by these very events: it stays as it is, whatever comes after them.
  const rows =
    numbers.length === 0
      ? []
      : await db
          .selectFrom('request')
          .select([
            'request_no',
            'origin',
            'requester',
            'tenant_id',
            'like_it',
            'started_at',
            'ended_at',
            'end_how',
          ])
          .where('request_no', 'in', [...new Set(numbers)])
          .execute();
  const requests = new Map(rows.map((row) => [row.request_no, row]));
  return events.flatMap(({ request_no: no, type, actor, body }): CountedFact[] => {
    if (no === null) {
      const fact = body === null ? null : parseGlobal({ body });
      if (fact?.type !== 'attempt.refused') return [];
      const { command, reason, about, times } = fact;
      return [{ kind: 'refusal', actor, command, reason, about, times }];
    }
    const row = requests.get(no);
    if (row === undefined || !isCounted(type)) return [];
    const { origin, requester, tenant_id: tenantId, like_it: repeatCount } = row;
    const ms = (row.ended_at ?? 0) - (row.started_at ?? 0);
    const fast = body !== null && tookMs(body) < FAST_MS;
    return [
      {
        kind: 'request',
        type,
        no,
        origin,
        requester,
        tenantId,
        repeatCount,
        ms,
        how: how.parse(row.end_how),
        fast,
      },
    ];
  });
}

function isCounted(type: string): type is CountedType {
  return COUNTED_TYPES.some((one) => one === type);
}

function tookMs(body: Buffer): number {
  const fact = accessEvent.parse(JSON.parse(body.toString('utf8')));
  return fact.type === 'approval.given' ? fact.tookMs : Infinity;
}
