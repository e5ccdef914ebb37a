import type { PolicyChanged } from '../access/event.ts';
import type { OfAuthority } from '../access/refusal.ts';
import { isOfAuthority } from '../access/refusal.ts';
import type { Figures, Share as Counts, Tally } from '../ledger/review-facts.ts';
import type { Gap } from '../ledger/gap.ts';
import type { Repeat } from '../ledger/repeats.ts';
import type { Counted, Unfinished } from '../ledger/unfinished.ts';

/** A line of the review: how many, and the first requests that it leads to. */
export interface Line extends Tally {
  readonly what: string;
}

/** Somebody's, or some tenant's, share. */
export interface Share extends Counts {
  readonly key: string;
}

/** What happened, ready to be read. Lengths in milliseconds. */
export interface Digest {
  readonly from: number;
  readonly until: number;
  readonly lines: readonly Line[];
  /** Those that ended, and those that run, so far. */
  readonly sessions: number;
  readonly sessionMs: number;
  readonly longest: { readonly no: number; readonly ms: number } | null;
  readonly perTenant: Counted<Share>;
  readonly perRequester: Counted<Share>;
  /** Tried by somebody who had no right to. */
  readonly refused: Counted<{
    readonly command: string;
    readonly reason: OfAuthority;
    readonly count: number;
    readonly actors: readonly string[];
    readonly requests: readonly number[];
  }>;
  readonly openCloseouts: Unfinished['closeouts'];
  readonly repeats: readonly Repeat[];
  /** Times at which the ledger was put back to a backup. */
  readonly restored: readonly Gap[];
  /** What changed in the policy, and when. */
  readonly policy: Facts['policy'];
  readonly head: { readonly seq: number; readonly hash: string };
}

/** What a digest is made of. */
export interface Facts {
  readonly figures: Figures;
  readonly unfinished: Unfinished;
  readonly repeats: readonly Repeat[];
  readonly restored: readonly Gap[];
  readonly policy: readonly { readonly at: number; readonly changed: PolicyChanged }[];
  readonly head: Digest['head'];
}

/** Entries of one list; the rest is counted. */
export const LISTED_MAX = 10;

/** The figures of a span of time for people who will look at it for a minute. */
export function makeDigest(
  { figures, unfinished, repeats, restored, policy, head }: Facts,
  span: { readonly from: number; readonly until: number; readonly now: number },
): Digest {
  const { counts } = figures;
  const running = unfinished.sessions.first
    .filter(({ startedAt }) => startedAt < span.until)
    .map((one) => ({ ...one, ms: Math.max(0, span.now - one.startedAt) }));
  const ended = counts.ended.count + counts.expired.count + counts.revoked.count;
  const endedMs = [...figures.tenants.values()].reduce((sum, one) => sum + one.ms, 0);
  return {
    from: span.from,
    until: span.until,
    lines: [
      { what: 'Filed', ...counts.filed },
      { what: 'Approved', ...counts.approved },
      { what: 'Denied', ...counts.denied },
      { what: 'Cancelled', ...counts.cancelled },
      { what: 'Lapsed', ...counts.lapsed },
      { what: 'Sessions started', ...counts.started },
      { what: 'Ended by the grantee', ...counts.ended },
      { what: 'Expired by themselves', ...counts.expired },
      { what: 'Revoked', ...counts.revoked },
      openLine('Active now', unfinished.sessions),
      openLine('Not closed out', unfinished.closeouts),
      { what: 'Emergencies', ...counts.emergencies },
      openLine('Emergencies that still owe a review', unfinished.reviews),
      { what: 'Approved in under 5 seconds', ...counts.fast },
    ],
    sessions: ended + running.length,
    sessionMs: running.reduce((sum, one) => sum + one.ms, endedMs),
    longest: running.reduce((longest, { no, ms }) => {
      return longest === null || ms > longest.ms ? { no, ms } : longest;
    }, figures.longest),
    perTenant: shares(figures.tenants, running, ({ tenantId }) => tenantId),
    perRequester: shares(figures.requesters, running, ({ requester }) => requester),
    refused: ofAuthority(figures.refused),
    repeats,
    policy,
    openCloseouts: { ...unfinished.closeouts, first: unfinished.closeouts.first.slice(0, LISTED_MAX) },
    restored,
    head,
  };
}

/** Who tried what they had no right to. What was mistyped is not told. */
function ofAuthority(all: Figures['refused']): Digest['refused'] {
  const told = [...all].flatMap(([key, one]) => {
    const [command = '', reason = ''] = key.split(' · ');
    return isOfAuthority(reason) ? [{ command, reason, ...one }] : [];
  });
  const first = told.sort((a, b) => b.count - a.count).slice(0, LISTED_MAX);
  return { count: told.length, first };
}

function openLine(what: string, { count, first }: Counted<{ readonly no: number }>): Line {
  return { what, count, requests: first.map(({ no }) => no) };
}

type Running = Unfinished['sessions']['first'][number] & { readonly ms: number };

/** The largest shares, including what runs now. */
function shares(
  counted: ReadonlyMap<string, Counts>,
  running: readonly Running[],
  keyOf: (one: Running) => string,
): Counted<Share> {
  const all = new Map(counted);
  for (const one of running) {
    const before = all.get(keyOf(one)) ?? { filed: 0, sessions: 0, ms: 0, requests: [] };
    const requests = before.requests.includes(one.no) ? before.requests : [...before.requests, one.no];
    all.set(keyOf(one), {
      ...before,
      sessions: before.sessions + 1,
      ms: before.ms + one.ms,
      requests,
    });
  }
  const sorted = [...all].sort(([, a], [, b]) => b.ms - a.ms || b.filed - a.filed);
  return { count: all.size, first: sorted.slice(0, LISTED_MAX).map(([key, one]) => ({ key, ...one })) };
}
