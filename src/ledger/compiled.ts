import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Stands in a compiled query where a value is filled in each time that it runs. */
class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that is built and compiled once, for the path that every change takes: there, building the same few queries
 * again and again costs more than running them.
 */
export function compiled<Values extends object, Row>(
  build: (db: Kysely<Tables>, slots: Values) => Compilable<Row>,
): (db: Kysely<Tables>, values: Values) => Promise<Row[]> {
  let query: CompiledQuery<Row> | null = null;
  return async (db, values) => {
    query ??= build(db, new Proxy({} as Values, { get: (_, name) => new Slot(String(name)) })).compile();
    const parameters = query.parameters.map((value) =>
      value instanceof Slot ? Reflect.get(values, value.name) : value,
    );
    return (await db.executeQuery<Row>({ ...query, parameters })).rows;
  };
}
