import { Kysely, PostgresDialect } from 'kysely';
import { Fault } from '../../../kernel/light/index.ts';
import type { Schema } from '../schema/index.ts';
import { loseAfter } from './patience.ts';

/** Ten replicas stay under PostgreSQL's default of 100 connections. */
const POOL_SIZE = 8;
/** The oldest release that our SQL is tested for. */
const OLDEST_VERSION = 120_000;
/** Type OID of int8; our counts and times fit a double exactly. */
const INT8 = 20;

export interface Connection {
  db: Kysely<Schema>;
  /**
   * From now on a query that has no answer after so many milliseconds loses its connection. Not for migrations, which may wait
   * for those of another replica as long as they take.
   */
  limitQueries(milliseconds: number): void;
}

/** Connects lazily. Fault `unavailable` if the server cannot be reached or is too old. */
export async function connect(url: string): Promise<Connection> {
  // Loaded here so that a server on SQLite does not carry the driver in memory.
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: 10_000,
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  // A connection that breaks is replaced at the next query, and whoever uses it is told by that query. Without
  // listeners, here while it is idle and on the connection itself while it is lent out, it would end the process.
  pool.on('error', () => undefined);
  let limit: number | undefined;
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    loseAfter(() => limit, client);
  });
  try {
    const { rows } = await pool.query<{ server_version_num: string }>('show server_version_num');
    const version = Number(rows[0]?.server_version_num);
    if (version < OLDEST_VERSION) {
      throw new Fault(
        'unavailable',
        `PostgreSQL 12 or newer is needed; this server is ${Math.floor(version / 10_000)}.`,
      );
    }
  } catch (error) {
    await pool.end();
    if (error instanceof Fault) throw error;
    const { host } = new URL(url);
    throw new Fault(
      'unavailable',
      `The database at ${host} cannot be reached: ${error instanceof Error ? error.message || String(error) : String(error)}. ` +
        'Check KONTOR_DATABASE (DATABASE_URL) and that PostgreSQL is running.',
      { cause: error },
    );
  }
  return {
    db: new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) }),
    limitQueries: (milliseconds) => {
      limit = milliseconds;
    },
  };
}
