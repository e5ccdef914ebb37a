import type { Kysely } from 'kysely';
import { evolve } from '../access/evolve.ts';
import type { Access } from '../access/state.ts';
import { GENESIS, linkHash } from './chain.ts';
import { parseHouse, parseRecorded } from './history.ts';
import { wrongFigures } from './kept-figures.ts';
import type { Ledger } from './open.ts';
import { projectRequest, projectSeats } from './project.ts';
import type { LedgerRow, RequestRow, Tables } from './tables.ts';

/** What an unbroken ledger amounts to, or the first thing that is wrong with it. */
export type Verdict =
  | { readonly ok: true; readonly events: number; readonly requests: number; readonly head: string }
  | { readonly ok: false; readonly seq: number | null; readonly wrong: string };

const PAGE = 1_000;

/** What belongs to no one request, as the ledger tells it. */
interface House {
  readonly absences: Map<string, Tables['absence']>;
  readonly weeks: Map<string, Tables['digest_week']>;
}

/** Walks the whole chain, recomputes every hash, replays every request, and compares what is shown with what happened. */
export async function verifyLedger({ db }: Pick<Ledger, 'db'>): Promise<Verdict> {
  // One moment of it all: its owner may be writing.
  return db.transaction().execute(verify);
}

async function verify(db: Kysely<Tables>): Promise<Verdict> {
  let prev: Buffer = GENESIS;
  let seq = 0;
  const requests = new Map<number, { state: Access; row: RequestRow }>();
  const house: House = { absences: new Map(), weeks: new Map() };
  for (;;) {
    const rows = await db
      .selectFrom('ledger_event')
      .selectAll()
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      const wrong = checkLink(row, seq, prev) ?? replay(row, requests, house);
      if (wrong !== null) return { ok: false, seq: row.seq, wrong };
      prev = row.hash;
      seq = row.seq;
    }
    if (rows.length < PAGE) break;
  }
  const wrong = await compare(db, requests, house);
  if (wrong !== null) return { ok: false, seq: null, wrong };
  return { ok: true, events: seq, requests: requests.size, head: prev.toString('hex') };
}

function checkLink(row: LedgerRow, seq: number, prev: Buffer): string | null {
  if (row.seq !== seq + 1) return `event ${seq + 1} is missing`;
  if (!row.prev_hash.equals(prev)) return 'it does not carry the hash of the event before it';
  const { request_no: requestNo, version, type, actor, at, body } = row;
  const hash = linkHash(prev, { seq: row.seq, requestNo, version, type, actor, at, body });
  return hash.equals(row.hash) ? null : 'its content does not match its hash';
}

function replay(
  row: LedgerRow,
  requests: Map<number, { state: Access; row: RequestRow }>,
  { absences, weeks }: House,
): string | null {
  try {
    if (row.request_no === null) {
      const event = parseHouse(row);
      if (event.type === 'absence.set')
        absences.set(event.approver, {
          approver: event.approver,
          from_at: event.from,
          until_at: event.until,
          delegate: event.delegate,
        });
      if (event.type === 'absence.cleared') absences.delete(event.approver);
      if (event.type === 'digest.posted')
        weeks.set(event.week, { week: event.week, from_at: event.from, until_at: event.until });
      return null;
    }
    const { event, at, version, no } = parseRecorded(row);
    const before = requests.get(no);
    const state = evolve(before?.state ?? null, event, at);
    if (state.version !== version)
      return `it is version ${version} of its request where ${state.version} was next`;
    requests.set(no, { state, row: projectRequest(no, state, before?.row ?? null) });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be replayed';
  }
}

async function compare(
  db: Kysely<Tables>,
  requests: ReadonlyMap<number, { state: Access; row: RequestRow }>,
  { absences, weeks }: House,
): Promise<string | null> {
  const shown = await db.selectFrom('request').selectAll().orderBy('request_no').execute();
  if (shown.length !== requests.size)
    return `${shown.length} requests are shown where the ledger has ${requests.size}`;
  for (const row of shown) {
    const expected = requests.get(row.request_no);
    if (expected === undefined) return `TSA-${row.request_no} is shown but not in the ledger`;
    if (!same(expected.row, row)) return `TSA-${row.request_no} is shown otherwise than the ledger tells`;
  }
  const seats = await db.selectFrom('seat').selectAll().execute();
  const expectedSeats = [...requests].flatMap(([no, { state }]) => projectSeats(no, state));
  if (!sameSet(seats, expectedSeats)) return 'the open answers are shown otherwise than the ledger tells';
  const shownAbsences = await db.selectFrom('absence').selectAll().execute();
  if (!sameSet(shownAbsences, [...absences.values()]))
    return 'absences are shown otherwise than the ledger tells';
  const shownWeeks = await db.selectFrom('digest_week').selectAll().execute();
  if (!sameSet(shownWeeks, [...weeks.values()])) return 'digests are shown otherwise than the ledger tells';
  return wrongFigures(db);
}

function same(a: object, b: object): boolean {
  return keyed(a) === keyed(b);
}

function sameSet(a: readonly object[], b: readonly object[]): boolean {
  return a.map(keyed).sort().join() === b.map(keyed).sort().join();
}

function keyed(row: object): string {
  return JSON.stringify(Object.entries(row).sort(([x], [y]) => (x < y ? -1 : 1)));
}
