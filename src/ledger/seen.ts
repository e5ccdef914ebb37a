import type Database from 'better-sqlite3';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { makePrivate } from './private-files.ts';
import { realOf } from './real-path.ts';

/**
 * What this machine has seen of the ledger, in a small file beside it: how far the chain went, and the highest number
 * that was given. A file that ends earlier, or otherwise, is not the one that was here.
 */

const seen = z.object({
  seq: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The highest request number; 0 if there was none. */
  no: z.int().min(0),
  /** Written when the ledger was closed in order: there was nothing after it. */
  closed: z.boolean(),
});
export type Seen = z.infer<typeof seen>;

const END_SQL = `select seq, lower(hex(hash)) as hash, coalesce((select max(request_no) from request), 0) as no
  from ledger_event order by seq desc limit 1`;
/** Always as long as this, so that it is written over in one place and never grows on a full disk. */
const LINE_LENGTH = 160;

/** What was seen last; `null` if nothing was, or the file cannot be read. */
export function readSeen(path: string): Seen | null {
  try {
    return seen.parse(JSON.parse(readFileSync(fileOf(path), 'utf8')));
  } catch {
    return null;
  }
}

/** Writes down how far the ledger goes. */
export interface Watch {
  /** After every commit: it is never further than what is on the disk. */
  note(): void;
  close(): void;
}

export function watchHead(path: string, raw: Database.Database): Watch {
  makePrivate(fileOf(path));
  const file = openSync(fileOf(path), 'r+');
  const end = raw.prepare(END_SQL);
  const write = (closed: boolean): void => {
    try {
      const row = end.get();
      if (row === undefined) return;
      const line = JSON.stringify(seen.parse({ ...row, closed }));
      writeSync(file, `${line.padEnd(LINE_LENGTH - 1)}\n`, 0);
    } catch {
      // What was committed stands, noted or not; the next commit notes it again.
    }
  };
  write(false);
  return {
    note() {
      write(false);
    },
    close() {
      write(true);
      fsyncSync(file);
      closeSync(file);
    },
  };
}

function fileOf(path: string): string {
  return `${realOf(path)}.head`;
}
