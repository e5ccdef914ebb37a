import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { GlobalEventOf } from '../access/event.ts';
import { wrongActions } from './actions.ts';
import { GENESIS, linkProblem } from './chain.ts';
import type { ChainEnd } from './chain.ts';
import { parseGlobal } from './history.ts';
import { wrongFigures } from './kept-figures.ts';
import { keptPolicyProblem } from './kept-policy.ts';
import { SCHEMA_SQL, schemaProblem } from './migrations.ts';
import { recentRow, stillCounted } from './lately.ts';
import type { Ledger } from './open.ts';
import type { Beside } from './verify-beside.ts';
import { projectRestored, projectSeats } from './project.ts';
import type { Retold } from './retell.ts';
import { retell, sameRow, sameRows } from './retell.ts';
import type { LedgerRow, Tables } from './tables.ts';

/** What an unbroken ledger amounts to, or the first thing that is wrong with it. */
export type Verdict =
  | { readonly ok: true; readonly events: number; readonly requests: number; readonly head: string }
  | { readonly ok: false; readonly seq: number | null; readonly wrong: string };

const PAGE = 1_000;

/** What belongs to no one request, as the ledger tells it. */
interface Globals {
  readonly absences: Map<string, Tables['absence']>;
  readonly weeks: Map<string, Tables['digest_week']>;
  readonly restorations: Map<number, ReturnType<typeof projectRestored>>;
  readonly told: Map<number, GlobalEventOf<'actions.reported'>>;
  /** The last number that was given. */
  lastNo: number;
  /** What counts for the limits of an hour. */
  readonly lately: Tables['recent_act'][];
}

/** Walks the whole chain, recomputes every hash, replays every request, and compares what is shown with what happened. */
export async function verifyLedger(
  { db }: Pick<Ledger, 'db'>,
  against: Head | null,
  beside: Beside,
): Promise<Verdict> {
  // One moment of it all: its owner may be writing.
  return db.transaction().execute((tx) => verify(tx, against, beside));
}

/** A head that was kept elsewhere: the event of that number, and its hash in hexadecimal. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** A head as the digest shows it, `N:HASH`; `null` for anything that is none. */
export function readHead(text: string): Head | null {
  const parts = /^([1-9]\d{0,15}):([0-9a-f]{64})$/.exec(text.trim());
  return parts === null ? null : { seq: Number(parts[1]), hash: parts[2] ?? '' };
}

async function verify(db: Kysely<Tables>, against: Head | null, beside: Beside): Promise<Verdict> {
  let end: ChainEnd = { seq: 0, hash: GENESIS, at: 0 };
  const requests = new Map<number, Retold>();
  const globals: Globals = {
    absences: new Map(),
    weeks: new Map(),
    restorations: new Map(),
    told: new Map(),
    lastNo: 0,
    lately: [],
  };
  const owed = await beside(db);
  for (;;) {
    const rows = await db
      .selectFrom('ledger_event')
      .selectAll()
      .where('seq', '>', end.seq)
      .orderBy('seq')
      .limit(PAGE)
      .execute();
    await owed.readOn(rows.at(-1)?.seq ?? 0);
    for (const row of rows) {
      const wrong =
        linkProblem(row, end) ?? notAsKept(row, against) ?? replay(row, requests, globals) ?? owed.wrong(row);
      if (wrong !== null) return { ok: false, seq: row.seq, wrong };
      end = row;
    }
    if (rows.length < PAGE) break;
  }
  if (against !== null && against.seq > end.seq) {
    const cut = `it ends with event ${end.seq}, but had ${against.seq} when that head was kept`;
    return { ok: false, seq: null, wrong: cut };
  }
  const schema = await sql.raw(SCHEMA_SQL).execute(db);
  const marks = [...globals.restorations.values()].map(({ mark }) => mark);
  const wrong =
    (await compare(db, requests, globals)) ??
    (await owed.wrongRest(requests, marks)) ??
    schemaProblem(schema.rows);
  if (wrong !== null) return { ok: false, seq: null, wrong };
  return { ok: true, events: end.seq, requests: requests.size, head: end.hash.toString('hex') };
}

/** Whoever has the file and the time can rewrite all of it so that it fits together, but for what somebody else has kept. */
function notAsKept({ seq, hash }: LedgerRow, against: Head | null): string | null {
  if (against?.seq !== seq || hash.toString('hex') === against.hash) return null;
  return 'it is not the event that was there when that head was kept: what is there up to it was rewritten';
}

function replay(row: LedgerRow, requests: Map<number, Retold>, globals: Globals): string | null {
  try {
    if (row.request_no === null) {
      retellGlobal(row, globals);
      return null;
    }
    const before = requests.get(row.request_no) ?? null;
    const wrong = outOfOrder(row, before === null, globals);
    if (wrong !== null) return wrong;
    const told = retell(before, row);
    requests.set(row.request_no, told);
    counts(globals, row, told.state.tenant.id);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be replayed';
  }
}

/** Numbers are given in their order, and nothing starts while nobody has said that they know what is missing. */
function outOfOrder({ request_no: no, type }: LedgerRow, isNew: boolean, globals: Globals): string | null {
  const last = [...globals.restorations.values()].at(-1);
  if (isNew) {
    const next = Math.max(globals.lastNo + 1, last?.next_no ?? 1);
    if (no !== next) return `TSA-${no ?? 0} was filed where TSA-${next} was next`;
    globals.lastNo = next;
  }
  const open = type === 'session.started' && last !== undefined && last.confirmed_by === null;
  return open ? 'a session started while nobody had confirmed that they know what is missing' : null;
}

function counts({ lately }: Globals, row: LedgerRow, tenantId: string | null): void {
  const counted = recentRow(row, tenantId);
  if (counted !== null) lately.push(counted);
}

function retellGlobal(row: LedgerRow, globals: Globals): void {
  const { absences, weeks, restorations, told } = globals;
  const event = parseGlobal(row);
  counts(globals, row, 'tenant' in event ? event.tenant : null);
  switch (event.type) {
    case 'absence.set': {
      const { approver, from: from_at, until: until_at, delegate } = event;
      absences.set(approver, { approver, from_at, until_at, delegate });
      return;
    }
    case 'absence.cleared':
      absences.delete(event.approver);
      return;
    case 'digest.posted':
      weeks.set(event.week, { week: event.week, from_at: event.from, until_at: event.until });
      return;
    case 'ledger.restored':
      restorations.set(row.seq, projectRestored(event, row));
      return;
    case 'gap.confirmed': {
      const before = restorations.get(event.restored);
      if (before === undefined) throw new Error('it confirms a gap that the ledger does not tell of');
      restorations.set(event.restored, { ...before, confirmed_by: event.by, confirmed_at: row.at });
      return;
    }
    case 'actions.reported':
      told.set(row.seq, event);
      return;
    case 'attempt.refused':
    case 'customers.invited':
    case 'link.asked':
    case 'messages.owed':
    case 'messages.cleared':
    case 'digest.signed_off':
    case 'owed.dropped':
    case 'owed.redirected':
    case 'clock.jumped':
    case 'clock.behind':
    case 'access.orphan_found':
    case 'access.orphan_removed':
    case 'policy.loaded':
    case 'policy.changed':
      return;
  }
}

async function compare(
  db: Kysely<Tables>,
  requests: ReadonlyMap<number, Retold>,
  { absences, weeks, restorations, told, lately }: Globals,
): Promise<string | null> {
  const shown = await db.selectFrom('request').selectAll().orderBy('request_no').execute();
  if (shown.length !== requests.size)
    return `${shown.length} requests are shown where the ledger has ${requests.size}`;
  for (const row of shown) {
    const expected = requests.get(row.request_no);
    if (expected === undefined) return `TSA-${row.request_no} is shown but not in the ledger`;
    if (!sameRow(expected.row, row)) return `TSA-${row.request_no} is shown otherwise than the ledger tells`;
  }
  const seats = await db.selectFrom('seat').selectAll().execute();
  const expectedSeats = [...requests].flatMap(([no, { state }]) => projectSeats(no, state));
  if (!sameRows(seats, expectedSeats)) return 'the open answers are shown otherwise than the ledger tells';
  const shownAbsences = await db.selectFrom('absence').selectAll().execute();
  if (!sameRows(shownAbsences, [...absences.values()]))
    return 'absences are shown otherwise than the ledger tells';
  const shownWeeks = await db.selectFrom('digest_week').selectAll().execute();
  if (!sameRows(shownWeeks, [...weeks.values()])) return 'digests are shown otherwise than the ledger tells';
  const shownLately = await db.selectFrom('recent_act').selectAll().execute();
  if (!sameRows(shownLately, stillCounted(lately)))
    return 'what counts for the limits of an hour is kept otherwise than the ledger tells';
  const shownRestorations = (await db.selectFrom('restoration').selectAll().execute()).map(
    ({ settled, ...row }) => row,
  );
  if (!sameRows(shownRestorations, [...restorations.values()]))
    return 'restorations are shown otherwise than the ledger tells';
  return (await wrongActions(db, told)) ?? (await wrongFigures(db)) ?? (await keptPolicyProblem(db));
}
