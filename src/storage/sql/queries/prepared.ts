import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** Stands for a value while the query is built. */
class Slot {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

/**
 * A query of the hot path: built once, since building takes longer than SQLite takes to answer, and run with values
 * from then on. Answers the first row.
 *
 * @example const byName = prepared((db, name: string) => db.selectFrom('users').selectAll().where('name', '=', name));
 */
export function prepared<V extends unknown[], R>(
  build: (db: Kysely<Schema>, ...values: V) => Compilable<R>,
): (db: Kysely<Schema>, ...values: V) => Promise<R | undefined> {
  const queries = new WeakMap<Kysely<Schema>, CompiledQuery<R>>();
  return async (db, ...values) => {
    let query = queries.get(db);
    if (query === undefined) {
      const slots = values.map((_, index) => new Slot(index));
      query = build(db, ...(slots as unknown as V)).compile();
      queries.set(db, query);
    }
    const parameters = query.parameters.map((value) => (value instanceof Slot ? values[value.index] : value));
    const { rows } = await db.executeQuery<R>({ ...query, parameters });
    return rows[0];
  };
}
