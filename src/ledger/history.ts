import type { Kysely } from 'kysely';
import type { AccessEvent, GlobalEvent } from '../access/event.ts';
import { accessEvent, globalEvent } from '../access/event.ts';
import { evolve } from '../access/evolve.ts';
import type { Access } from '../access/state.ts';
import { compiled } from './compiled.ts';
import type { LedgerRow, Tables } from './tables.ts';
import { letOthersRun } from './turns.ts';

/** One fact with when, who, and where in the ledger. */
export interface Recorded {
  readonly seq: number;
  readonly no: number;
  readonly version: number;
  readonly actor: string;
  readonly at: number;
  readonly hash: string;
  readonly event: AccessEvent;
}

/** A request: its number and where it stands. */
export interface Numbered {
  readonly no: number;
  readonly state: Access;
}

/** A request with everything that ever happened to it. */
export interface FullRecord extends Numbered {
  readonly events: readonly Recorded[];
}

const historyOf = compiled((db, { no }: { no: number }) =>
  db.selectFrom('ledger_event').selectAll().where('request_no', '=', no).orderBy('version'),
);

/** Requests that are read before others have their turn: some milliseconds of work. */
const AT_ONCE = 12;

/** The whole history of these requests, each folded to its state. Unknown numbers are left out. */
export async function loadRecords(
  db: Kysely<Tables>,
  numbers: readonly number[],
): Promise<readonly FullRecord[]> {
  const [only] = numbers;
  if (only === undefined) return [];
  if (numbers.length === 1) return recordsOf([only], await historyOf(db, { no: only }));
  const records: FullRecord[] = [];
  for (let next = 0; next < numbers.length; next += AT_ONCE) {
    if (next > 0) await letOthersRun();
    const some = numbers.slice(next, next + AT_ONCE);
    const rows = await db
      .selectFrom('ledger_event')
      .selectAll()
      .where('request_no', 'in', some)
      .orderBy('request_no')
      .orderBy('version')
      .execute();
    records.push(...recordsOf(some, rows));
  }
  return records;
}

function recordsOf(numbers: readonly number[], rows: readonly LedgerRow[]): readonly FullRecord[] {
  const grouped = Map.groupBy(rows.map(parseRecorded), (recorded) => recorded.no);
  return numbers.flatMap((no) => {
    const events = grouped.get(no);
    const state = events?.reduce((s: Access | null, r) => evolve(s, r.event, r.at), null) ?? null;
    return events === undefined || state === null ? [] : [{ no, state, events }];
  });
}

/** A row of the ledger as a fact of a request. @throws when it is not one: the ledger is not what this program wrote. */
export function parseRecorded(row: LedgerRow): Recorded {
  if (row.request_no === null || row.version === null)
    throw new Error(`event ${row.seq} belongs to no request`);
  return {
    seq: row.seq,
    no: row.request_no,
    version: row.version,
    actor: row.actor,
    at: row.at,
    hash: row.hash.toString('hex'),
    event: accessEvent.parse(JSON.parse(row.body.toString('utf8'))),
  };
}

/** A row of the ledger as a fact of no one request. */
export function parseGlobal(row: Pick<LedgerRow, 'body'>): GlobalEvent {
  return globalEvent.parse(JSON.parse(row.body.toString('utf8')));
}

/** The event of that number, where it belongs to no one request, and when it was; `null` if there is none. */
export async function readGlobal(
  db: Kysely<Tables>,
  seq: number,
): Promise<{ readonly event: GlobalEvent; readonly at: number } | null> {
  const row = await db.selectFrom('ledger_event').selectAll().where('seq', '=', seq).executeTakeFirst();
  return row === undefined || row.request_no !== null ? null : { event: parseGlobal(row), at: row.at };
}
