import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../setup/ports.ts';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import { publish, register } from '../setup/publish.ts';
import { downloadedIntegrity, readPackument } from '../setup/read.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

async function login(server: RunningKontor, name: string, password: string): Promise<number> {
  const response = await fetch(`${server.url}/npm/-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });
  await response.body?.cancel();
  return response.status;
}

async function json(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

describe.skipIf(!hasPostgres())('Three servers that start at once on an empty database and folder', () => {
  let database: FreshDatabase;
  let servers: RunningKontor[] = [];

  async function startThree(): Promise<string> {
    database = await freshDatabase();
    const data = join(temporaryFolder('shared'), 'data');
    const env = { KONTOR_DATABASE: database.url };
    servers = await Promise.all([1, 2, 3].map(() => startKontor({ env, data })));
    return data;
  }
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.kill9()));
    await database.drop();
  });

  /** Values of the first column. */
  async function rows(query: string): Promise<unknown[]> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<unknown[]>({ text: query, rowMode: 'array' })).rows.map(([value]) => value);
    } finally {
      await client.end();
    }
  }

  test('become one store with one schema, registry, key and administrator [A-46]', async () => {
    const data = await startThree();
    const keys = await Promise.all(servers.map(({ url }) => json(`${url}/npm/-/npm/v1/keys`)));
    expect(keys[0]).toMatchObject({ keys: [{ keytype: 'ecdsa-sha2-nistp256' }] });
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);

    const migrations = await rows('select name from schema_migrations');
    expect(migrations.length).toBeGreaterThan(0);
    expect(new Set(migrations).size).toBe(migrations.length);
    expect(await rows('select name from store order by name')).toEqual(['epoch', 'id']);
    expect(await rows('select name from registries order by name')).toEqual(['npm', 'vais', 'zig']);
    expect(await rows('select purpose from signing_keys')).toEqual(['npm']);
    expect(await rows('select name from users')).toEqual(['admin']);

    const drafts = readdirSync(data).filter((file) => file.startsWith('initial-admin-password'));
    expect(drafts).toEqual(['initial-admin-password']);
    const file = join(data, 'initial-admin-password');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const password = readFileSync(file, 'utf8').trim();
    for (const server of servers) {
      expect(await login(server, 'admin', password)).toBe(201);
      expect(server.logs()).not.toContain(password);
    }
  });

  test('serve what any of them or the command line has made, at the next request', async () => {
    const data = await startThree();
    const [first] = servers;
    const token = await register(first ?? missing(), 'anna');
    const { integrity } = await publish(first ?? missing(), token, 'shared', '1.0.0');
    for (const server of servers) {
      expect((await fetch(`${server.url}/team-npm/-/ping`)).status).toBe(404);
      const dist = (await readPackument(server, 'shared'))?.versions['1.0.0']?.dist;
      expect(await downloadedIntegrity(dist?.tarball ?? '')).toBe(integrity);
    }

    const env = { KONTOR_DATABASE: database.url, KONTOR_DATA: data };
    const made = await kontor(['registry', 'create', 'team-npm', '--format', 'npm'], { env });
    expect(made).toMatchObject({ code: 0 });
    // The first request that each of them sees is a publish, whose body must not get lost.
    for (const [index, server] of servers.entries()) {
      const answer = await publish(server, token, 'ours', `1.0.${index}`, { registry: 'team-npm' });
      expect(answer).toMatchObject({ status: 201 });
    }
    for (const server of servers) {
      const seen = await readPackument(server, 'ours', 'team-npm');
      expect(Object.keys(seen?.versions ?? {})).toEqual(['1.0.0', '1.0.1', '1.0.2']);
      expect(await readPackument(server, 'ours')).toBeUndefined();
    }
  });
});

describe('A second server on a SQLite store', () => {
  test('refuses to start and names PostgreSQL, until the first is gone, however it went', async () => {
    const first = await startKontor();
    const token = await register(first, 'anna');
    const { integrity } = await publish(first, token, 'kept', '1.0.0');

    const env = { KONTOR_DATA: first.data, KONTOR_PORT: String(await freePort()) };
    const second = await kontor(['serve'], { env });
    expect(second.code).toBe(1);
    expect(second.stdout + second.stderr).toMatch(/another Kontor server.*postgresql:/i);
    expect((await fetch(`${first.url}/ready`)).status).toBe(200);

    await first.kill9();
    const third = await startKontor({ data: first.data });
    const dist = (await readPackument(third, 'kept'))?.versions['1.0.0']?.dist;
    expect(await downloadedIntegrity(dist?.tarball ?? '')).toBe(integrity);
    expect(await third.stop()).toBe(0);
  });

  test('that starts at the same moment as the first leaves one of them running', async () => {
    const data = join(temporaryFolder('contested'), 'data');
    const outcomes = await Promise.allSettled([startKontor({ data }), startKontor({ data })]);
    const [refused, ...others] = outcomes.filter(({ status }) => status === 'rejected');
    expect(others).toEqual([]);
    expect(String((refused as PromiseRejectedResult).reason)).toMatch(/another Kontor server.*postgresql:/i);
  });
});

function missing(): never {
  throw new Error('three servers were started');
}
