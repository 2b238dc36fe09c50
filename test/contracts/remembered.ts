import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';

/** What the tables of a database held when it was looked at. */
export interface Remembered {
  /** Gives every table these rows again, and every counter its value. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export function rememberSqlite(path: string): Remembered {
  const database = new DatabaseSync(path, { timeout: 10_000, enableForeignKeyConstraints: false });
  // Nobody needs these rows after a power cut.
  database.exec('pragma synchronous = off');
  // What an FTS5 table keeps for itself is no table to write to (https://sqlite.org/fts5.html, section 4.8, shadow tables).
  const tables = database
    .prepare("select name from pragma_table_list where schema = 'main' and type in ('table', 'virtual')")
    .all()
    .map(({ name }) => String(name))
    .filter((name) => name !== 'sqlite_schema');
  for (const table of tables)
    database.exec(`create temp table fresh_${table} as select * from main.${table}`);
  const statements = tables.map(
    (table) => `delete from main.${table}; insert into main.${table} select * from fresh_${table};`,
  );
  return {
    restore: async () => database.exec(`begin immediate; ${statements.join(' ')} commit;`),
    close: async () => database.close(),
  };
}

export async function rememberPostgres(url: string): Promise<Remembered> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
  );
  const { rows: counters } = await client.query<{ name: string; value: string | null }>(
    `select quote_ident(sequencename) as name, last_value as value from pg_sequences where schemaname = 'public'`,
  );
  // Foreign keys are triggers there, and do not matter where all rows come back at once.
  const statements = ['set session_replication_role = replica', 'set synchronous_commit = off'];
  for (const { name } of tables) {
    statements.push(`create temp table fresh_${name} as select * from public.${name}`);
  }
  await client.query(statements.join(';'));
  const restore = [
    ...tables.map(
      ({ name }) => `delete from public.${name}; insert into public.${name} select * from fresh_${name}`,
    ),
    ...counters.map(({ name, value }) => `select setval('public.${name}', ${value ?? 1}, ${value !== null})`),
  ].join(';');
  return {
    restore: async () => void (await client.query(restore)),
    close: () => client.end(),
  };
}
