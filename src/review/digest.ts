import type { Repeat } from '../ledger/repeats.ts';
import type { Row, SpanFacts } from '../ledger/week.ts';

/** A line of the review: how many, and which requests it leads to. */
export interface Line {
  readonly what: string;
  readonly count: number;
  readonly requests: readonly number[];
}

/** Somebody's, or some tenant's, share. */
export interface Share {
  readonly key: string;
  readonly requests: readonly number[];
  readonly sessions: number;
  readonly ms: number;
}

/** What happened, ready to be read. Lengths in milliseconds. */
export interface Digest {
  readonly from: number;
  readonly until: number;
  readonly lines: readonly Line[];
  readonly sessions: number;
  readonly sessionMs: number;
  readonly longest: { readonly no: number; readonly ms: number } | null;
  readonly perTenant: readonly Share[];
  readonly perRequester: readonly Share[];
  readonly refused: readonly {
    readonly what: string;
    readonly count: number;
    readonly actors: readonly string[];
    readonly requests: readonly number[];
  }[];
  readonly openCloseouts: readonly { readonly no: number; readonly owner: string }[];
  readonly repeats: readonly Repeat[];
  readonly head: { readonly seq: number; readonly hash: string };
}

/** Counts a span of time for people who will look at it for a minute. */
export function makeDigest(
  facts: SpanFacts,
  span: { from: number; until: number; now: number },
  head: Digest['head'],
): Digest {
  const sessions = facts.started;
  const ms = new Map(sessions.map((row) => [row.request_no, lengthOf(row, span.now)]));
  const longest = [...ms].reduce<[number, number] | null>(
    (a, b) => (a === null || b[1] > a[1] ? b : a),
    null,
  );
  const emergencies = facts.filed.filter((row) => row.way === 'emergency');
  const how = (end: Row['end_how']): readonly Row[] => facts.ended.filter((row) => row.end_how === end);
  return {
    from: span.from,
    until: span.until,
    lines: [
      line('Filed', facts.filed),
      line('Approved', facts.approved),
      line('Denied', facts.denied),
      line('Cancelled', facts.cancelled),
      line('Lapsed', facts.lapsed),
      line('Sessions started', sessions),
      line('Ended by the grantee', how('ended')),
      line('Expired by themselves', how('expired')),
      line('Revoked', how('revoked')),
      line('Active now', facts.active),
      line('Not closed out', facts.notClosedOut),
      line('Emergencies', emergencies),
      line('Emergencies that still owe a review', facts.unreviewed),
      {
        what: 'Approved in under 5 seconds',
        count: facts.fastDecisions.length,
        requests: facts.fastDecisions,
      },
    ],
    sessions: sessions.length,
    sessionMs: [...ms.values()].reduce((sum, one) => sum + one, 0),
    longest: longest === null ? null : { no: longest[0], ms: longest[1] },
    perTenant: shares([...facts.filed, ...sessions], (row) => row.tenant_id, ms),
    perRequester: shares([...facts.filed, ...sessions], (row) => row.requester, ms),
    refused: refusals(facts),
    repeats: facts.repeats,
    openCloseouts: facts.notClosedOut.map((row) => ({ no: row.request_no, owner: row.owner })),
    head,
  };
}

function line(what: string, rows: readonly Row[]): Line {
  return { what, count: rows.length, requests: rows.map((row) => row.request_no) };
}

/** How long it was used; a session that still runs counts to now. */
function lengthOf(row: Row, now: number): number {
  if (row.started_at === null) return 0;
  return (row.ended_at ?? Math.min(now, row.expires_at ?? now)) - row.started_at;
}

function shares(
  rows: readonly Row[],
  key: (row: Row) => string,
  ms: ReadonlyMap<number, number>,
): readonly Share[] {
  return [...Map.groupBy(rows, key)]
    .map(([name, all]) => {
      const requests = [...new Set(all.map((row) => row.request_no))];
      const used = requests.filter((no) => ms.has(no));
      return {
        key: name,
        requests,
        sessions: used.length,
        ms: used.reduce((sum, no) => sum + (ms.get(no) ?? 0), 0),
      };
    })
    .sort((a, b) => b.ms - a.ms || b.requests.length - a.requests.length);
}

function refusals({ refused }: SpanFacts): Digest['refused'] {
  return [...Map.groupBy(refused, (r) => `${r.command} · ${r.reason}`)]
    .map(([what, all]) => ({
      what: what.replaceAll('_', ' '),
      count: all.length,
      actors: [...new Set(all.map((r) => r.actor))],
      requests: [...new Set(all.flatMap((r) => (r.about === null ? [] : [r.about])))],
    }))
    .sort((a, b) => b.count - a.count);
}
