import { z } from 'zod';
import type { AccessEvent } from '../access/event.ts';
import { REPEAT_COUNT } from '../access/limits.ts';

/**
 * What happened in a span of time, counted. Each event counts where it stands in the ledger, once, so that figures of
 * spans that follow one another add up, and those of the past stay as they are. Pure.
 */

/** What is counted, each with the first requests that it was. */
export const COUNTED = [
  'filed',
  'approved',
  'denied',
  'cancelled',
  'lapsed',
  'started',
  'ended',
  'expired',
  'revoked',
  'emergencies',
  'fast',
] as const;
export type Counted = (typeof COUNTED)[number];

/** The events that are counted; all others are passed over. */
export const COUNTED_TYPES = [
  'request.filed',
  'customer_request.filed',
  'emergency.declared',
  'approval.given',
  'grant.issued',
  'request.denied',
  'request.cancelled',
  'request.lapsed',
  'session.started',
  'session.ended',
] as const satisfies readonly AccessEvent['type'][];
export type CountedType = (typeof COUNTED_TYPES)[number];

/** Requests that are named; the rest is counted. */
export const NAMED_MAX = 15;
/** People who are named beside a refusal. */
const ACTORS_MAX = 5;
/** Requests like two earlier ones that are looked at, the newest: each is a product problem that somebody must own. */
const ALIKE_MAX = 200;
/** Kinds of refusal that are told apart: more than there are commands and reasons that meet. */
const REFUSED_MAX = 500;

const tally = z.strictObject({ count: z.int(), requests: z.array(z.int()) });
const share = z.strictObject({
  filed: z.int(),
  /** Sessions that ended, and how long they were in all (milliseconds). */
  sessions: z.int(),
  ms: z.int(),
  requests: z.array(z.int()),
});
const refused = z.strictObject({ count: z.int(), actors: z.array(z.string()), requests: z.array(z.int()) });

function named<T>(of: z.ZodType<T>): z.ZodType<Map<string, T>> {
  return z.array(z.tuple([z.string(), of])).transform((entries) => new Map(entries));
}

/** Figures as they are kept, in JSON. */
const kept = z.strictObject({
  counts: z.record(z.enum(COUNTED), tally),
  longest: z.strictObject({ no: z.int(), ms: z.int() }).nullable(),
  tenants: named(share),
  requesters: named(share),
  /** By command and reason. */
  refused: named(refused),
  /** The third like it in 30 days, or a later one. */
  alike: z.array(z.int()),
});

export type Figures = z.infer<typeof kept>;
export type Tally = z.infer<typeof tally>;
export type Share = z.infer<typeof share>;

/** Something that happened, as far as it is counted. */
export type CountedFact =
  | {
      readonly kind: 'request';
      readonly type: CountedType;
      readonly no: number;
      readonly origin: string;
      readonly requester: string;
      readonly tenantId: string;
      readonly repeatCount: number;
      /** How long its session was, once that is over. */
      readonly ms: number;
      readonly how: 'ended' | 'expired' | 'revoked' | null;
      /** Was an approver's yes hardly more than a click? */
      readonly fast: boolean;
    }
  | {
      readonly kind: 'refusal';
      readonly actor: string;
      readonly command: string;
      readonly reason: string;
      readonly about: number | null;
      readonly times: number;
    };

/** Of a time in which nothing happened. */
export function noFigures(): Figures {
  const none = (): Tally => ({ count: 0, requests: [] });
  return {
    counts: {
      filed: none(),
      approved: none(),
      denied: none(),
      cancelled: none(),
      lapsed: none(),
      started: none(),
      ended: none(),
      expired: none(),
      revoked: none(),
      emergencies: none(),
      fast: none(),
    },
    longest: null,
    tenants: new Map(),
    requesters: new Map(),
    refused: new Map(),
    alike: [],
  };
}

/** Counts one more. */
export function count(all: Figures, fact: CountedFact): void {
  if (fact.kind === 'refusal') {
    const { actor, command, reason, about, times } = fact;
    const one = { count: times, actors: [actor], requests: about === null ? [] : [about] };
    addRefused(all, `${command} · ${reason}`, one);
    return;
  }
  const { no, type, ms } = fact;
  const one = (what: Counted): void => {
    addTally(all.counts[what], { count: 1, requests: [no] });
  };
  const theirs = (of: Pick<Share, 'filed' | 'sessions' | 'ms'>): void => {
    addShare(all.tenants, fact.tenantId, { ...of, requests: [no] });
    addShare(all.requesters, fact.requester, { ...of, requests: [no] });
  };
  switch (type) {
    case 'request.filed':
    case 'customer_request.filed':
    case 'emergency.declared':
      one('filed');
      theirs({ filed: 1, sessions: 0, ms: 0 });
      if (fact.origin === 'emergency') one('emergencies');
      if (fact.repeatCount >= REPEAT_COUNT) all.alike = newest([...all.alike, no]);
      return;
    case 'approval.given':
      if (fact.fast && fact.origin === 'support') one('fast');
      return;
    case 'grant.issued':
      one('approved');
      return;
    case 'request.denied':
      one('denied');
      return;
    case 'request.cancelled':
      one('cancelled');
      return;
    case 'request.lapsed':
      one('lapsed');
      return;
    case 'session.started':
      one('started');
      return;
    case 'session.ended':
      if (fact.how !== null) one(fact.how);
      theirs({ filed: 0, sessions: 1, ms });
      all.longest = longer(all.longest, { no, ms });
      return;
  }
}

/** Adds what came later to what came before it. */
export function addFigures(all: Figures, later: Figures): void {
  for (const what of COUNTED) addTally(all.counts[what], later.counts[what]);
  if (later.longest !== null) all.longest = longer(all.longest, later.longest);
  for (const [tenant, one] of later.tenants) addShare(all.tenants, tenant, one);
  for (const [requester, one] of later.requesters) addShare(all.requesters, requester, one);
  for (const [what, one] of later.refused) addRefused(all, what, one);
  all.alike = newest([...all.alike, ...later.alike]);
}

/** As text, to be kept. */
export function writeFigures({ tenants, requesters, refused: no, ...rest }: Figures): string {
  return JSON.stringify({ ...rest, tenants: [...tenants], requesters: [...requesters], refused: [...no] });
}

/** From the text that was kept. @throws when it is not what was written */
export function readFigures(text: string): Figures {
  return kept.parse(JSON.parse(text));
}

function addTally(all: Tally, more: Tally): void {
  all.count += more.count;
  all.requests = firstOf(all.requests, more.requests, NAMED_MAX);
}

function addShare(all: Map<string, Share>, key: string, more: Share): void {
  const one = all.get(key);
  all.set(key, {
    filed: (one?.filed ?? 0) + more.filed,
    sessions: (one?.sessions ?? 0) + more.sessions,
    ms: (one?.ms ?? 0) + more.ms,
    requests: firstOf(one?.requests ?? [], more.requests, NAMED_MAX),
  });
}

function addRefused(all: Figures, what: string, more: z.infer<typeof refused>): void {
  // More kinds than there can be are not told apart.
  const key = all.refused.has(what) || all.refused.size < REFUSED_MAX ? what : 'others';
  const one = all.refused.get(key);
  all.refused.set(key, {
    count: (one?.count ?? 0) + more.count,
    actors: firstOf(one?.actors ?? [], more.actors, ACTORS_MAX),
    requests: firstOf(one?.requests ?? [], more.requests, NAMED_MAX),
  });
}

function firstOf<T>(before: T[], after: readonly T[], max: number): T[] {
  const fresh = before.length < max ? after.filter((one) => !before.includes(one)) : [];
  return fresh.length === 0 ? before : [...before, ...fresh].slice(0, max);
}

function newest(numbers: number[]): number[] {
  return numbers.slice(-ALIKE_MAX);
}

function longer(one: Figures['longest'], other: NonNullable<Figures['longest']>): Figures['longest'] {
  return one === null || other.ms > one.ms ? other : one;
}
