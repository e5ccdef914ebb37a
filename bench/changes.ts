import Database from 'better-sqlite3';
import { join } from 'node:path';
import { createHandler } from '../src/database.ts';
import type { Command } from '../src/access/command.ts';
import type { World } from '../src/access/people.ts';
import { systemClock } from '../src/clock.ts';
import type { CommandHandler } from '../src/ledger/command-handler.ts';
import type { Ledger, OwnLedger } from '../src/ledger/open.ts';
import { fileCommand, nth, person } from './company.ts';

/** How many changes a second go through the one command handler, against plain rows of the same size in a transaction each. */

/** Commands in the life of one request: file, approve, start, end, close out. */
const CHANGES = 5;

export interface Rig {
  /** Changes committed per second, that many requests in flight. */
  run(requests: number, inFlight: number): Promise<number>;
}

export function changesRig(ledger: OwnLedger, world: World): Rig {
  const handler = createHandler(ledger, systemClock);
  let next = 0;
  return {
    async run(requests, inFlight) {
      const last = next + requests;
      const began = performance.now();
      const worker = async (): Promise<void> => {
        while (next < last) {
          const n = next;
          next += 1;
          await live(handler, world, n);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, worker));
      return (requests * CHANGES * 1_000) / (performance.now() - began);
    },
  };
}

/** Puts a command through the command handler; a refusal is a mistake of the measurement. */
export async function push(
  handler: CommandHandler,
  world: World,
  command: Command,
  requestNo: number | null,
  by: string,
  delivery: string,
): Promise<number> {
  const outcome = await handler.handle({ command, requestNo, actor: person(by), world, delivery });
  if (outcome.refusal !== null || outcome.requestNo === null)
    throw new Error(`${command.type} was refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.requestNo;
}

async function live(handler: CommandHandler, world: World, n: number): Promise<void> {
  const { engineer, approver } = nth(n);
  const id = systemClock.uuid();
  const no = await push(handler, world, fileCommand(n), null, engineer, `view:${id}`);
  const then = (command: Command, by: string): Promise<number> =>
    push(handler, world, command, no, by, `action:${by}:${id}:${command.type}`);
  await then({ type: 'approve', less: null, typedTenantId: null }, approver);
  await then({ type: 'start' }, engineer);
  await then({ type: 'end', reason: '' }, engineer);
  const changed = 'Removed the duplicates of March and looked at the import log';
  await then(
    {
      type: 'close_out',
      fixed: 'yes',
      confirmedBy: 'Erika Muster',
      checked: changed,
      changed,
      removed: [],
      productProblem: '',
      summary: '',
      notes: '',
      next: null,
    },
    engineer,
  );
}

/** Bytes that one change writes, the ledger's and all that stands beside it; indexes not counted. */
export function bytesPerChange({ raw }: Ledger): number {
  const sum = (sql: string): number => Number(raw.prepare(sql).pluck().get());
  const bytes =
    sum('select sum(length(body) + length(type) + length(actor) + 64) from ledger_event') +
    sum('select sum(length(key) + length(destination) + length(body)) from outbox') +
    sum('select sum(length(key) + length(outcome)) from delivery') +
    sum(
      'select sum(length(requester) + length(grantee) + length(owner) + length(tenant_id) + length(reason)) from request',
    );
  return Math.round(bytes / sum('select count(*) from delivery'));
}

/** Rows per second that better-sqlite3 commits, each in a transaction of its own, flushed like ours. */
export function plainRows(folder: string, bytes: number): { run(rows: number): number; close(): void } {
  const raw = new Database(join(folder, 'plain.sqlite'));
  raw.pragma('journal_mode = wal');
  raw.pragma('synchronous = full');
  raw.exec('create table plain (id integer primary key, body blob not null) strict');
  const insert = raw.prepare('insert into plain (body) values (?)');
  const body = Buffer.alloc(bytes, 'x');
  return {
    run(rows) {
      const began = performance.now();
      for (let n = 0; n < rows; n += 1) insert.run(body);
      return (rows * 1_000) / (performance.now() - began);
    },
    close: () => raw.close(),
  };
}
