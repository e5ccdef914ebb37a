import type { Transaction } from 'kysely';
import type { AccessEvent, GlobalEvent } from '../access/event.ts';
import { accessEvent, globalEvent } from '../access/event.ts';
import type { Access } from '../access/state.ts';
import type { Owed } from '../notifications/message.ts';
import { canonicalJson, GENESIS, linkHash } from './chain.ts';
import { compiled } from './compiled.ts';
import { owedDigests } from './owed-digest.ts';
import type { Telling } from './owing.ts';
import { projectRequest, projectSeats } from './project.ts';
import type { LedgerRow, RequestRow, Tables } from './tables.ts';

/** A fact about to join the ledger. */
export interface NewEvent {
  readonly requestNo: number | null;
  readonly version: number | null;
  readonly actor: string;
  readonly at: number;
  readonly event: AccessEvent | GlobalEvent;
  /** What the outside world must be told of it. */
  readonly owed?: readonly Owed[] | OwedBy;
}

/** What the event of that number owes, where the messages name it. */
export type OwedBy = (seq: number) => readonly Owed[];

const chainEnd = compiled((db) =>
  db.selectFrom('ledger_event').select(['seq', 'hash', 'at']).orderBy('seq', 'desc').limit(1),
);
/** The end as this transaction left it. Wrong would be harmless: the database takes no event that is not the next. */
const ends = new WeakMap<Transaction<Tables>, Pick<LedgerRow, 'seq' | 'hash' | 'at'>>();
const addEvent = compiled((db, row: LedgerRow) => db.insertInto('ledger_event').values(row));
const addRequest = compiled((db, row: RequestRow) => db.insertInto('request').values(row));
const changeRequest = compiled((db, { request_no: no, ...changed }: Changes) =>
  db.updateTable('request').set(changed).where('request_no', '=', no),
);
const addSeat = compiled((db, seat: Tables['seat']) => db.insertInto('seat').values(seat));
const clearSeats = compiled((db, { no }: { no: number }) =>
  db.deleteFrom('seat').where('request_no', '=', no),
);

type Changes = Partial<RequestRow> & Pick<RequestRow, 'request_no'>;

/**
 * Adds facts to the end of the chain, each with what it owes, and tells where that is now. Only inside a transaction of
 * the one queue that writes.
 */
export async function appendEvents(
  tx: Transaction<Tables>,
  events: readonly NewEvent[],
  telling: Telling | null = null,
): Promise<number> {
  const last = ends.get(tx) ?? (await chainEnd(tx, {}))[0];
  let seq = last?.seq ?? 0;
  let prev: Buffer = last?.hash ?? GENESIS;
  let before = last?.at ?? 0;
  for (const { requestNo, version, actor, at, event, owed: debts = [] } of events) {
    if (!actor.isWellFormed()) throw new RangeError('the actor is not well-formed Unicode');
    // Time goes one way: whoever wrote this did not use the clock that the ledger set.
    if (at < before) throw new RangeError('an event cannot be earlier than the one before it');
    seq += 1;
    // What leaves for the ledger is parsed like what comes from it: it must be readable for ever.
    const fact = requestNo === null ? globalEvent.parse(event) : accessEvent.parse(event);
    const body = canonicalJson(fact);
    const told = typeof debts === 'function' ? debts(seq) : debts;
    if (told.length > 0 && telling === null) throw new Error('nobody keeps the list of what is owed here');
    const put = telling === null ? [] : await telling.owe(tx, seq, told, at, telling.restored);
    const owed = owedDigests(put);
    const link = { seq, requestNo, version, type: fact.type, actor, at, body, owed };
    const hash = linkHash(prev, link);
    const row: LedgerRow = {
      seq,
      request_no: requestNo,
      version,
      type: fact.type,
      actor,
      at,
      body,
      owed,
      prev_hash: prev,
      hash,
    };
    await addEvent(tx, row);
    prev = hash;
    before = at;
  }
  ends.set(tx, { seq, hash: prev, at: before });
  return seq;
}

/** Who wrote what belongs to no one request, and when; and what the last of it owes. */
interface Global {
  readonly actor: string;
  readonly at: number;
  readonly owed?: readonly Owed[] | OwedBy;
  readonly telling?: Telling | null;
}

/** Adds facts that belong to no one request, with their projection, and tells where the chain ends now. */
export async function appendGlobal(
  tx: Transaction<Tables>,
  { actor, at, owed = [], telling = null }: Global,
  ...events: readonly GlobalEvent[]
): Promise<number> {
  const facts = events.map((event, i) => {
    return { requestNo: null, version: null, actor, at, event, owed: i === events.length - 1 ? owed : [] };
  });
  const seq = await appendEvents(tx, facts, telling);
  for (const event of events) await projectGlobal(tx, event, at);
  return seq;
}

/** What was added is being taken back: the end is where the database says. */
export function forgetEnd(tx: Transaction<Tables>): void {
  ends.delete(tx);
}

/** Writes where the request stands after these facts, beside them. Only what changed: each column left alone is an index left alone. */
export async function writeProjection(
  tx: Transaction<Tables>,
  no: number,
  before: Access | null,
  after: readonly Access[],
): Promise<void> {
  const old = before === null ? null : projectRequest(no, before, null);
  const row = after.reduce<RequestRow | null>((last, state) => projectRequest(no, state, last), old);
  const state = after.at(-1);
  if (row === null || state === undefined) return;
  if (old === null) await addRequest(tx, row);
  else await changeRequest(tx, { ...differences(old, row), request_no: no });
  const had = before === null ? [] : projectSeats(no, before);
  const seats = projectSeats(no, state);
  if (JSON.stringify(had) === JSON.stringify(seats)) return;
  if (had.length > 0) await clearSeats(tx, { no });
  for (const seat of seats) await addSeat(tx, seat);
}

function differences(old: RequestRow, row: RequestRow): Partial<RequestRow> {
  const before = new Map<string, unknown>(Object.entries(old));
  return Object.fromEntries(Object.entries(row).filter(([column, value]) => before.get(column) !== value));
}

/** The projection of what belongs to no one request. */
async function projectGlobal(tx: Transaction<Tables>, event: GlobalEvent, at: number): Promise<void> {
  switch (event.type) {
    case 'absence.set': {
      const row = {
        approver: event.approver,
        from_at: event.from,
        until_at: event.until,
        delegate: event.delegate,
      };
      await tx.deleteFrom('absence').where('approver', '=', event.approver).execute();
      await tx.insertInto('absence').values(row).execute();
      return;
    }
    case 'absence.cleared':
      await tx.deleteFrom('absence').where('approver', '=', event.approver).execute();
      return;
    case 'digest.posted':
      await tx
        .insertInto('digest_week')
        .values({ week: event.week, from_at: event.from, until_at: event.until })
        .execute();
      return;
    case 'gap.confirmed':
      await tx
        .updateTable('restoration')
        .set({ confirmed_by: event.by, confirmed_at: at })
        .where('seq', '=', event.restored)
        .execute();
      return;
    case 'attempt.refused':
    // Counted by whoever let it happen.
    case 'customers.invited':
    case 'link.asked':
    case 'messages.owed':
    case 'messages.cleared':
    case 'digest.signed_off':
    case 'actions.reported':
    case 'owed.dropped':
    case 'owed.redirected':
    case 'clock.jumped':
    case 'clock.behind':
    case 'access.orphan_found':
    case 'access.orphan_removed':
    // Written when the file is opened, before there is a command handler.
    case 'ledger.restored':
    // What the policy says is kept by whoever compared it.
    case 'policy.loaded':
    case 'policy.changed':
      return;
  }
}
