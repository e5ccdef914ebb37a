import type Database from 'better-sqlite3';
import type { SqliteDatabase } from 'kysely';

/** More kinds of statement than the program has; lists of many lengths are what could grow beyond. */
const KEPT_MAX = 400;

/** The database with its statements kept: Kysely prepares anew for every query, which costs more than most queries do. */
export function keepingStatements(raw: Database.Database): SqliteDatabase {
  const kept = new Map<string, Database.Statement>();
  return {
    close: () => raw.close(),
    prepare(sql) {
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
