import Database from 'better-sqlite3';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { ApiKey, Question } from './api-key.ts';
import { makeApiKey, QUESTIONS } from './api-key.ts';

/** The products' keys. The file is asked at each question whether it changed, so that the very next one sees a revocation. */
export interface KeyBook {
  find(id: string): ApiKey | null;
  /** It was used just now. Written at most once a minute for each key. */
  used(key: ApiKey, now: number): void;
  /** Makes a key; `key` is not kept, and cannot be had again. */
  make(what: NewKey, now: number): { readonly id: string; readonly key: string };
  /** All of them, oldest first, the revoked ones too. */
  list(): readonly ApiKey[];
  /** Whether there was such a key that still held. */
  revoke(id: string, now: number): boolean;
  close(): void;
}

export interface NewKey {
  readonly name: string;
  readonly tenants: readonly string[] | 'any';
  readonly questions: readonly Question[];
}

const SCHEMA = new URL('../../db/api-keys/sqlite/0001_api_key.sql', import.meta.url);
const BUSY_MS = 5_000;
/** How fresh “last used” is. */
const USED_EVERY_MS = 60_000;

const instant = z.int().nullable();
const row = z
  .object({
    id: z.string(),
    name: z.string(),
    hash: z.instanceof(Buffer),
    tenants: z.string(),
    questions: z.string(),
    made_at: z.int(),
    revoked_at: instant,
    last_used_at: instant,
  })
  .transform(({ id, name, hash, tenants, questions, made_at, revoked_at, last_used_at }): ApiKey => ({
    id,
    name,
    hash,
    tenants: z.union([z.literal('any'), z.array(z.string())]).parse(JSON.parse(tenants)),
    questions: z.array(z.enum(QUESTIONS)).parse(JSON.parse(questions)),
    madeAt: made_at,
    revokedAt: revoked_at,
    lastUsedAt: last_used_at,
  }));

/** Opens the file of the keys, and makes it if it is not there. Several processes may have it open. */
export function openKeyBook(path: string): KeyBook {
  mkdirSync(dirname(path), { recursive: true });
  const db = new Database(path, { timeout: BUSY_MS });
  db.pragma('journal_mode = wal');
  // A key that was revoked stays so when the power fails.
  db.pragma('synchronous = full');
  db.exec(readFileSync(SCHEMA, 'utf8'));
  const one = db.prepare('select * from api_key where id = ?');
  const all = db.prepare('select * from api_key order by made_at, id');
  const add = db.prepare(
    'insert into api_key (id, name, hash, tenants, questions, made_at) values (?, ?, ?, ?, ?, ?)',
  );
  const end = db.prepare('update api_key set revoked_at = ? where id = ? and revoked_at is null');
  const touch = db.prepare('update api_key set last_used_at = ? where id = ?');
  // It changes with every commit of another connection (sqlite.org/pragma.html, data_version); our own clear it themselves.
  const version = db.prepare('pragma data_version').pluck();
  let seen: unknown = null;
  const read = new Map<string, ApiKey>();
  return {
    find(id) {
      const now = version.get();
      if (now !== seen) read.clear();
      seen = now;
      const before = read.get(id);
      if (before !== undefined) return before;
      const found = one.get(id);
      if (found === undefined) return null;
      const key = row.parse(found);
      read.set(id, key);
      return key;
    },
    used({ id, lastUsedAt }, now) {
      if (lastUsedAt !== null && now - lastUsedAt < USED_EVERY_MS) return;
      touch.run(now, id);
      read.delete(id);
    },
    make({ name, tenants, questions }, now) {
      const { id, hash, key } = makeApiKey();
      add.run(id, name, hash, JSON.stringify(tenants), JSON.stringify(questions), now);
      return { id, key };
    },
    list: () => z.array(row).parse(all.all()),
    revoke(id, now) {
      read.delete(id);
      return end.run(now, id).changes === 1;
    },
    close: () => {
      db.close();
    },
  };
}
