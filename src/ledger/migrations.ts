import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { CannotOpen } from './cannot-open.ts';

/** The plain SQL of db/migrations, and what of it a database has seen. */

const MIGRATIONS = new URL('../../db/migrations/sqlite/', import.meta.url);
const applied = z.array(z.object({ name: z.string(), sha256: z.string() }));

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** Applies what is new, each file in a transaction of its own. @throws CannotOpen for what this program does not know. */
export function migrate(raw: Database.Database): void {
  raw.exec(
    'create table if not exists schema_migration (name text primary key, sha256 text not null) strict',
  );
  for (const { name, sql, sha256 } of pendingMigrations(raw))
    raw.transaction(() => {
      raw.exec(sql);
      raw.prepare('insert into schema_migration values (?, ?)').run(name, sha256);
    })();
}

/** What this database has not seen yet. @throws CannotOpen where it has seen what this program does not know. */
export function pendingMigrations(raw: Database.Database): readonly Migration[] {
  const there = raw.prepare("select 1 from sqlite_schema where name = 'schema_migration'").get();
  const rows =
    there === undefined ? [] : applied.parse(raw.prepare('select name, sha256 from schema_migration').all());
  const before = new Map(rows.map((row) => [row.name, row.sha256]));
  const files = readMigrations();
  const unknown = [...before.keys()].filter((name) => !files.some((file) => file.name === name));
  if (unknown.length > 0)
    throw new CannotOpen(
      `The ledger is newer than this program (it has ${unknown.join(', ')}). Install the newer program.`,
    );
  const changed = files.find(({ name, sha256 }) => before.has(name) && before.get(name) !== sha256);
  if (changed !== undefined)
    throw new CannotOpen(
      `Migration ${changed.name} was changed after it was applied. Restore the released file.`,
    );
  return files.filter(({ name }) => !before.has(name));
}

function readMigrations(): readonly Migration[] {
  return readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(name, MIGRATIONS), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    });
}

const schemaRow = z.object({ type: z.string(), name: z.string(), sql: z.string().nullable() });
type SchemaRow = z.infer<typeof schemaRow>;

/** Which table, index or trigger is not what the migrations make, or `null`: without a trigger the ledger is no longer append-only. */
export function schemaProblem(rows: readonly unknown[]): string | null {
  const fresh = new Database(':memory:');
  try {
    migrate(fresh);
    const made = keyed(z.array(schemaRow).parse(fresh.prepare(SCHEMA_SQL).all()));
    const there = keyed(z.array(schemaRow).parse(rows));
    const missing = [...made.keys()].find((name) => !there.has(name));
    if (missing !== undefined) return `the ${missing} is missing`;
    const added = [...there.keys()].find((name) => !made.has(name));
    if (added !== undefined) return `the ${added} is none of this program's`;
    const other = [...made.keys()].find((name) => made.get(name) !== there.get(name));
    return other === undefined ? null : `the ${other} is not as this program makes it`;
  } finally {
    fresh.close();
  }
}

/** What there is beside the rows. What SQLite gathers for its own planning is not of the program. */
export const SCHEMA_SQL =
  "select type, name, sql from sqlite_schema where name not like 'sqlite_stat%' order by type, name";

function keyed(rows: readonly SchemaRow[]): ReadonlyMap<string, string> {
  return new Map(rows.map(({ type, name, sql }) => [`${type} ${name}`, sql ?? '']));
}
