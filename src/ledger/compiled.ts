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
 * A query that is built and compiled once (for each set of columns that it is given), for the path that every change
 * takes: there, building the same few queries again and again costs more than running them. `build` may pass its
 * values on, but not look at them.
 */
export function compiled<Values extends object, Row>(
  build: (db: Kysely<Tables>, values: Values) => Compilable<Row>,
): (db: Kysely<Tables>, values: Values) => Promise<Row[]> {
  const known = new Map<string, CompiledQuery<Row>>();
  return async (db, values) => {
    const names = Object.keys(values);
    const shape = names.join();
    let query = known.get(shape);
    if (query === undefined) {
      const slots = Object.fromEntries(names.map((name) => [name, new Slot(name)])) as Values;
      query = build(db, slots).compile();
      known.set(shape, query);
    }
    const parameters = query.parameters.map((value) =>
      value instanceof Slot ? Reflect.get(values, value.name) : value,
    );
    return (await db.executeQuery<Row>({ ...query, parameters })).rows;
  };
}
