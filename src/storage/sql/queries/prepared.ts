import type { Compilable, Kysely } from 'kysely';
import type { Schema } from '../schema/index.ts';
import { firstRowOn } from '../sqlite/connection.ts';

/** Stands for a value while the query is built. */
class Slot {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

type Run<V, R> = (values: V) => Promise<R | undefined>;

/**
 * A query of the hot path: built once, since building takes longer than SQLite takes to answer, and run with values
 * from then on. Answers the first row.
 *
 * @example const byName = prepared((db, name: string) => db.selectFrom('users').selectAll().where('name', '=', name));
 */
export function prepared<V extends unknown[], R>(
  build: (db: Kysely<Schema>, ...values: V) => Compilable<R>,
): (db: Kysely<Schema>, ...values: V) => Promise<R | undefined> {
  const queries = new WeakMap<Kysely<Schema>, Run<V, R>>();
  return (db, ...values) => {
    let query = queries.get(db);
    if (query === undefined) {
      query = prepare(build, db, values.length);
      queries.set(db, query);
    }
    return query(values);
  };
}

function prepare<V extends unknown[], R>(
  build: (db: Kysely<Schema>, ...values: V) => Compilable<R>,
  db: Kysely<Schema>,
  count: number,
): Run<V, R> {
  const slots = Array.from({ length: count }, (_, index) => new Slot(index));
  const query = build(db, ...(slots as unknown as V)).compile();
  const filled = (values: V) =>
    query.parameters.map((value) => (value instanceof Slot ? values[value.index] : value));
  // Kysely's executor takes as long as SQLite itself.
  const firstRow = firstRowOn(db, query.sql);
  // Async, so that what SQLite throws rejects.
  if (firstRow) return async (values) => firstRow(filled(values)) as R | undefined;
  return async (values) => (await db.executeQuery<R>({ ...query, parameters: filled(values) })).rows[0];
}
