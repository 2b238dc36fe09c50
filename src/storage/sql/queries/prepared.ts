import type { Compilable, CompiledQuery, Kysely } from 'kysely';
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

/** Puts values where the slots of a compiled query are. */
type Fill<V> = (values: V) => unknown[];

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
  const { query, fill } = compile(build, db, count);
  // Kysely's executor takes as long as SQLite itself.
  const firstRow = firstRowOn(db, query.sql);
  // Async, so that what SQLite throws rejects.
  if (firstRow) return async (values) => firstRow(fill(values)) as R | undefined;
  return async (values) => (await db.executeQuery<R>({ ...query, parameters: fill(values) })).rows[0];
}

/**
 * As `prepared`, for a database that answers at once, where waiting for a promise would take longer than the answer does.
 * Undefined for one that is asked over a wire.
 */
export function preparedAtOnce<V extends unknown[], R>(
  db: Kysely<Schema>,
  build: (db: Kysely<Schema>, ...values: V) => Compilable<R>,
): ((...values: V) => R | undefined) | undefined {
  // The database counts as none of the values.
  const { query, fill } = compile(build, db, build.length - 1);
  const firstRow = firstRowOn(db, query.sql);
  return firstRow && ((...values) => firstRow(fill(values)) as R | undefined);
}

function compile<V extends unknown[], R>(
  build: (db: Kysely<Schema>, ...values: V) => Compilable<R>,
  db: Kysely<Schema>,
  count: number,
): { query: CompiledQuery<R>; fill: Fill<V> } {
  const slots = Array.from({ length: count }, (_, index) => new Slot(index));
  const query = build(db, ...(slots as unknown as V)).compile();
  const fill: Fill<V> = (values) =>
    query.parameters.map((value) => (value instanceof Slot ? values[value.index] : value));
  return { query, fill };
}
