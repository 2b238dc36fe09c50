import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** Whether there is a server for the tests of this project: `describe.skipIf(!hasPostgres())`. */
export function hasPostgres(): boolean {
  return adminUrl() !== undefined;
}

export interface FreshDatabase {
  /** `postgresql://` URL of an empty database. */
  url: string;
  /** Ends its connections and removes it. */
  drop(): Promise<void>;
}

/** Makes an empty database with a name of its own, so that tests can run side by side. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `kontor_test_${randomBytes(8).toString('hex')}`;
  await asAdmin((client) => client.query(`create database ${name}`));
  const url = new URL(adminUrl() ?? '');
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () =>
      asAdmin(async (client) => {
        // PostgreSQL 12 has no `drop database … with (force)`. A server that still runs would connect again at once.
        await client.query(`alter database ${name} allow_connections false`);
        await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
          name,
        ]);
        await client.query(`drop database if exists ${name}`);
      }),
  };
}

function adminUrl(): string | undefined {
  return process.env['KONTOR_TEST_POSTGRES'] || undefined;
}

async function asAdmin(work: (client: Client) => Promise<unknown>): Promise<void> {
  const url = adminUrl();
  if (!url)
    throw new Error('No PostgreSQL for this test: the projects unit, architecture and static have none.');
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
