import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';

describe.skipIf(!hasPostgres())('PostgreSQL for the tests', () => {
  test('is a real server that writes durably', async () => {
    const database = await freshDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ version: string; fsync: string }>(
      "select version(), current_setting('fsync') as fsync",
    );
    expect(rows[0]?.version).toMatch(/^PostgreSQL \d+/);
    expect(rows[0]?.fsync).toBe(process.env['KONTOR_TEST_FSYNC'] === 'off' ? 'off' : 'on');
    await client.end();
    await database.drop();
  });

  test('gives every caller an empty database of its own, and takes it away under open connections', async () => {
    const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
    expect(one.url).not.toBe(other.url);
    const client = new Client({ connectionString: one.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('create table mine (id int)');
    await Promise.all([one.drop(), other.drop()]);
    await expect(new Client({ connectionString: one.url }).connect()).rejects.toThrow('does not exist');
    await client.end().catch(() => undefined);
  });
});
