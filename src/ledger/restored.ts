import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { GlobalEvent } from '../access/event.ts';
import { globalEvent } from '../access/event.ts';
import { CannotOpen } from './cannot-open.ts';
import { canonicalJson, GENESIS, linkHash } from './chain.ts';
import type { OwedRow } from './owed-digest.ts';
import { owedDigests } from './owed-digest.ts';
import { projectRestored } from './project.ts';
import type { Seen } from './seen.ts';

/**
 * Going on from a backup: what happened after it was made is not in the ledger, though people heard of it. That is
 * written down as a fact before anything else, and what may have happened meanwhile is done so that nothing is done twice.
 */

/** What is known of the ledger that was here before. */
export interface Known {
  readonly seq: number;
  readonly hash: string;
  /** The highest number that it gave. */
  readonly no: number;
  /** There was nothing after that. */
  readonly exact: boolean;
  /** The last event that the copy has, too; `null` where the events themselves cannot be compared. */
  readonly common: number | null;
}

/**
 * Whoever keeps tables beside the ledger sees to them, in the transaction that writes down that it goes on from a backup,
 * and gives what that event owes.
 */
export type GoingOn = (
  raw: Database.Database,
  /** The event that tells of it, when it was, and the numbers of the requests that are not over. */
  restored: { readonly seq: number; readonly at: number; readonly open: readonly number[] },
) => readonly OwedRow[];

type Restored = Extract<GlobalEvent, { type: 'ledger.restored' }>;

const DAY_MS = 24 * 60 * 60_000;
/** Where nobody knows which numbers were given meanwhile, so many are left out at least. */
const NUMBERS_LEFT_OUT = 1_000;
/** So many times as many as were given in the same time before the backup was made. */
const BUSIER = 10;
const USUAL_DAYS = 30;
/** Who writes it down: the program, before anybody can do anything. */
const BY = 'system:restore';
const endRow = z.object({ seq: z.number(), hash: z.instanceof(Buffer), at: z.number() });
const markRow = z.object({ seq: z.number(), hash: z.instanceof(Buffer), made_at: z.number().nullable() });

/** What this machine has seen, as far as it goes. */
export function knownFrom(seen: Seen | null): Known | null {
  return seen === null
    ? null
    : { seq: seen.seq, hash: seen.hash, no: seen.no, exact: seen.closed, common: null };
}

/** Marks a copy as one: whoever goes on with it goes on from the past. One that says so already is left as it is. */
export function markCopy(raw: Database.Database, madeAt: number | null): void {
  const { seq, hash } = readEnd(raw);
  if (seq > 0) raw.prepare('insert or ignore into copy_mark values (1, ?, ?, ?)').run(seq, hash, madeAt);
}

/**
 * Where this file is a copy, or ends earlier than what was here, or otherwise: makes that a fact of the ledger, for
 * everybody who keeps tables in it. `null` where it is what was here.
 * @throws CannotOpen where it is a copy that something else was written into
 */
export function adoptCopy(
  raw: Database.Database,
  known: Known | null,
  now: number,
  goingOn: GoingOn,
): Restored | null {
  const mark = markRow.optional().parse(raw.prepare('select * from copy_mark').get());
  const end = readEnd(raw);
  if (mark !== undefined && (mark.seq !== end.seq || !mark.hash.equals(end.hash)))
    throw new CannotOpen(
      `${raw.name} is a copy that ends with event ${mark.seq}, but holds ${end.seq}: something else was written into it. It was left as it is. Put the backup in its place again: npm run tsa -- restore FILE`,
    );
  const same = known !== null && (hashAt(raw, known.seq) === known.hash || toldOf(raw, known));
  if (mark === undefined && (known === null || same)) return null;
  if (same && known.exact && known.seq === end.seq) {
    raw.exec('delete from copy_mark');
    return null;
  }
  const event = restoredEvent(raw, known, same, now);
  raw.transaction(() => {
    writeDown(raw, { ...event, copiedAt: mark?.made_at ?? null }, Math.max(now, end.at), goingOn);
  })();
  return event;
}

/** The ledger says already that it went on from a backup after that, and nothing has been noted since. */
function toldOf(raw: Database.Database, { seq, hash }: Known): boolean {
  const body = raw
    .prepare(
      "select body from ledger_event where type = 'ledger.restored' and request_no is null order by seq desc limit 1",
    )
    .pluck()
    .get();
  if (!(body instanceof Buffer)) return false;
  const event = globalEvent.parse(JSON.parse(body.toString('utf8')));
  return event.type === 'ledger.restored' && event.known?.seq === seq && event.known.hash === hash;
}

function restoredEvent(raw: Database.Database, known: Known | null, same: boolean, now: number): Restored {
  const { seq, hash, at } = readEnd(raw);
  const first = Number(raw.prepare('select coalesce(max(next_no), 1) from restoration').pluck().get());
  const given = Number(raw.prepare('select coalesce(max(request_no), 0) from request').pluck().get());
  const highest = Math.max(given, first - 1, known?.no ?? 0);
  // A copy that holds what the other does not is from somewhere else: what became of it there is not known either.
  const ahead = known === null || (known.common === null ? same || known.seq <= seq : known.common < seq);
  const lost = ahead ? 0 : known.seq - (known.common ?? seq);
  const exact = !ahead && known.exact;
  return {
    type: 'ledger.restored',
    from: { seq, hash: hash.toString('hex'), at },
    copiedAt: null,
    known: known === null ? null : { seq: known.seq, hash: known.hash },
    missing: lost > 0 ? lost : null,
    exact,
    nextNo: highest + (exact ? 1 : numbersLeftOut(raw, at, now)),
  };
}

/** No fewer than can have been given since then: more than ever were in the same time. */
function numbersLeftOut(raw: Database.Database, since: number, now: number): number {
  const usual = Number(
    raw
      .prepare('select count(*) from request where filed_at > ?')
      .pluck()
      .get(since - USUAL_DAYS * DAY_MS),
  );
  const days = Math.ceil(Math.max(0, now - since) / DAY_MS);
  return Math.max(NUMBERS_LEFT_OUT, Math.ceil((BUSIER * usual * days) / USUAL_DAYS));
}

function writeDown(raw: Database.Database, event: Restored, at: number, goingOn: GoingOn): void {
  const prev = readEnd(raw);
  const seq = prev.seq + 1;
  const body = canonicalJson(globalEvent.parse(event));
  const open = raw.prepare('select request_no from request where due_at is not null').pluck().all();
  const owed = owedDigests(goingOn(raw, { seq, at, open: z.array(z.number()).parse(open) }));
  const link = { seq, requestNo: null, version: null, type: event.type, actor: BY, at, body, owed };
  const hash = linkHash(prev.hash, link);
  raw
    .prepare('insert into ledger_event values (?, null, null, ?, ?, ?, ?, ?, ?, ?)')
    .run(seq, event.type, BY, at, body, owed, prev.hash, hash);
  const row = projectRestored(event, { seq, at, hash });
  const columns = Object.keys(row);
  raw
    .prepare(
      `insert into restoration (${columns.join(', ')}) values (${columns.map((name) => `@${name}`).join(', ')})`,
    )
    .run(row);
  raw.exec('delete from copy_mark');
}

/** Where the chain ends; 0 where nothing was written yet. */
export function readEnd(raw: Database.Database): z.infer<typeof endRow> {
  const row = raw.prepare('select seq, hash, at from ledger_event order by seq desc limit 1').get();
  return row === undefined ? { seq: 0, hash: GENESIS, at: 0 } : endRow.parse(row);
}

/** The hash of the event of that number, if there is one. */
export function hashAt(raw: Database.Database, seq: number): string | null {
  const hash = raw.prepare('select lower(hex(hash)) from ledger_event where seq = ?').pluck().get(seq);
  return typeof hash === 'string' ? hash : null;
}
