import type { Transaction } from 'kysely';
import type { AccessEvent, HouseEvent } from '../access/event.ts';
import { accessEvent, houseEvent } from '../access/event.ts';
import type { Access } from '../access/state.ts';
import { canonicalJson, GENESIS, linkHash } from './chain.ts';
import { projectRequest, projectSeats } from './project.ts';
import type { LedgerRow, RequestRow, Tables } from './tables.ts';

/** A fact about to join the ledger. */
export interface NewEvent {
  readonly requestNo: number | null;
  readonly version: number | null;
  readonly actor: string;
  readonly at: number;
  readonly event: AccessEvent | HouseEvent;
}

/** Adds facts to the end of the chain, in one statement. Only inside the door's transaction. */
export async function appendEvents(tx: Transaction<Tables>, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const last = await tx
    .selectFrom('ledger_event')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  let seq = last?.seq ?? 0;
  let prev: Buffer = last?.hash ?? GENESIS;
  for (const { requestNo, version, actor, at, event } of events) {
    seq += 1;
    // What leaves for the ledger is parsed like what comes from it: it must be readable for ever.
    const fact = requestNo === null ? houseEvent.parse(event) : accessEvent.parse(event);
    const body = canonicalJson(fact);
    const link = { seq, requestNo, version, type: fact.type, actor, at, body };
    const hash = linkHash(prev, link);
    const row: LedgerRow = {
      seq,
      request_no: requestNo,
      version,
      type: fact.type,
      actor,
      at,
      body,
      prev_hash: prev,
      hash,
    };
    await tx.insertInto('ledger_event').values(row).execute();
    prev = hash;
  }
}

/** Writes where the request stands now, beside the facts that brought it there. */
export async function writeProjection(tx: Transaction<Tables>, no: number, state: Access): Promise<void> {
  const before = await tx.selectFrom('request').selectAll().where('request_no', '=', no).executeTakeFirst();
  const row: RequestRow = projectRequest(no, state, before ?? null);
  const { request_no, ...columns } = row;
  if (before === undefined) await tx.insertInto('request').values(row).execute();
  else await tx.updateTable('request').set(columns).where('request_no', '=', request_no).execute();
  const seats = projectSeats(no, state);
  if (before !== undefined) await tx.deleteFrom('seat').where('request_no', '=', no).execute();
  if (seats.length > 0)
    await tx
      .insertInto('seat')
      .values([...seats])
      .execute();
}

/** The projection of what belongs to no one request. */
export async function projectHouse(tx: Transaction<Tables>, event: HouseEvent): Promise<void> {
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
    case 'attempt.refused':
    case 'digest.signed_off':
      return;
  }
}
