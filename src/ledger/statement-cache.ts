import type Database from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** More kinds of statement than the program has; lists of many lengths are what could grow beyond. */
const KEPT_MAX = 400;

/** The database with its statements kept: Kysely prepares anew for every query, which costs more than most queries do. */
export function keepingStatements(raw: Database.Database): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  const rollback = rollbackOf(raw);
  return {
    close: () => raw.close(),
    prepare(sql) {
      if (sql === 'rollback') return rollback;
      const known = kept.get(sql);
      if (known !== undefined) return known;
      const statement = raw.prepare(sql);
      const [oldest] = kept.keys();
      if (kept.size >= KEPT_MAX && oldest !== undefined) kept.delete(oldest);
      kept.set(sql, statement);
      return statement;
    },
  };
}

const NOTHING_DONE = { changes: 0, lastInsertRowid: 0 };

/** On a full disk SQLite takes a transaction back by itself; an error that there is none would hide that one. */
function rollbackOf(raw: Database.Database): SqliteStatement {
  const statement = raw.prepare('rollback');
  return {
    reader: false,
    all: () => [],
    run: () => (raw.inTransaction ? statement.run() : NOTHING_DONE),
    iterate: () => [].values(),
  };
}
