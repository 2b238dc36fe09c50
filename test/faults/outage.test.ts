import { sql } from 'kysely';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/storage/sql/postgres/connection.ts';
import { databaseFault } from '../../src/storage/sql/postgres/faults.ts';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import { startWire, type Wire } from '../setup/wire.ts';
import { packageUrl, publish, register } from '../setup/publish.ts';
import { downloadedIntegrity, readPackument } from '../setup/read.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

describe.skipIf(!hasPostgres())('When PostgreSQL', () => {
  let database: FreshDatabase;
  let wire: Wire;
  let server: RunningKontor;
  let token: string;

  beforeEach(async () => {
    database = await freshDatabase();
    wire = await startWire(database.url);
    server = await startKontor({ env: { KONTOR_DATABASE: wire.url } });
    token = await register(server, 'anna');
    await publish(server, token, 'kept', '1.0.0');
  });
  afterEach(async () => {
    await server.kill9();
    await database.drop();
  });

  /** One request of each kind, by what it is called here. */
  function requests(): Record<string, () => Promise<Response>> {
    const authorization = `Bearer ${token}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const tags = `${server.url}/npm/-/package/kept/dist-tags`;
    return {
      packument: () => fetch(packageUrl(server, 'kept')),
      version: () => fetch(`${packageUrl(server, 'kept')}/1.0.0`),
      tarball: () => fetch(`${packageUrl(server, 'kept')}/-/kept-1.0.0.tgz`),
      'missing package': () => fetch(packageUrl(server, 'never-seen')),
      'missing registry': () => fetch(`${server.url}/never-seen/kept`),
      tags: () => fetch(tags),
      'tag move': () => fetch(`${tags}/next`, { method: 'PUT', headers, body: '"1.0.0"' }),
      'tag removal': () => fetch(`${tags}/next`, { method: 'DELETE', headers }),
      whoami: () => fetch(`${server.url}/npm/-/whoami`, { headers }),
      login: () =>
        fetch(`${server.url}/npm/-/user/org.couchdb.user:berta`, {
          method: 'PUT',
          headers,
          body: JSON.stringify({ name: 'berta', password: 'a long pass phrase of berta' }),
        }),
    };
  }

  /** Every request is answered 503, in npm's shape, with words that tell nothing of our insides. */
  async function expectAllUnavailable(): Promise<void> {
    const answers = Object.entries(requests()).map(async ([name, request]) => {
      const response = await request();
      return { name, status: response.status, body: (await response.json()) as Record<string, unknown> };
    });
    for (const { name, status, body } of await Promise.all(answers)) {
      expect({ name, status, body }).toMatchObject({ name, status: 503 });
      expect({ name, error: body['error'] }).toEqual({
        name,
        error: expect.stringMatching(/^The database cannot be reached/) as string,
      });
    }
    const refused = await publish(server, token, 'kept', '2.0.0');
    expect(refused).toMatchObject({ status: 503 });
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'unavailable' });
    expect((await fetch(`${server.url}/ready`)).status).toBe(503);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  }

  /** What the log says of requests that failed as nothing should. */
  const reports = () =>
    server
      .logs()
      .split('\n')
      .filter((line) => line.includes('please report it'));

  async function expectServiceAgain(): Promise<void> {
    const ready = async () => (await fetch(`${server.url}/ready`)).status;
    await expect.poll(ready, { timeout: 60_000, interval: 50 }).toBe(200);
    expect(await publish(server, token, 'kept', '2.0.0')).toMatchObject({ status: 201 });
    const seen = await readPackument(server, 'kept');
    for (const { dist } of Object.values(seen?.versions ?? {})) {
      expect(await downloadedIntegrity(dist.tarball)).toBe(dist.integrity);
    }
    expect(reports()).toEqual([]);
  }

  test('is gone, everything but health answers 503, and works again when it is back', async () => {
    await wire.cut();
    await expectAllUnavailable();
    await wire.restore();
    await expectServiceAgain();
    const env = { KONTOR_DATABASE: database.url, KONTOR_DATA: server.data };
    expect(await kontor(['verify'], { env })).toMatchObject({ code: 0 });
  });

  test('goes away among publishes, each has been accepted whole or answered 503', async () => {
    const versions = Array.from({ length: 12 }, (_, index) => `1.1.${index}`);
    const publishing = versions.map((version) => publish(server, token, 'kept', version));
    await Promise.any(publishing);
    await wire.cut();
    const answers = await Promise.all(publishing);
    expect(answers.map(({ status }) => status).filter((status) => status !== 201 && status !== 503)).toEqual(
      [],
    );
    await wire.restore();
    await expectServiceAgain();
    const seen = await readPackument(server, 'kept');
    const accepted = answers.flatMap(({ status, integrity }, index) =>
      status === 201 ? [[versions[index], integrity]] : [],
    );
    const stored = Object.entries(seen?.versions ?? {}).map(([version, { dist }]) => [
      version,
      dist.integrity,
    ]);
    expect(stored).toEqual(expect.arrayContaining(accepted));
    // A commit whose answer was lost may have happened: then it was whole, and a repetition says so.
    for (const version of versions) {
      const again = await publish(server, token, 'kept', version);
      expect(again.status).toBe(Object.hasOwn(seen?.versions ?? {}, version) ? 403 : 201);
    }
    const env = { KONTOR_DATABASE: database.url, KONTOR_DATA: server.data };
    expect(await kontor(['verify'], { env })).toMatchObject({ code: 0 });
  });

  test('ends its connections, as a restart does, no request fails in any other way', async () => {
    for (let round = 0; round < 3; round += 1) {
      const answers = Object.values(requests()).map(async (request) => {
        const response = await request();
        await response.body?.cancel();
        return response.status;
      });
      await endConnections(database.url);
      const failed = (await Promise.all(answers)).filter((status) => status >= 500 && status !== 503);
      expect({ failed, reports: reports() }).toEqual({ failed: [], reports: [] });
    }
    await expectServiceAgain();
  });
});

test.skipIf(!hasPostgres())(
  'a query that a vanished server never answers ends with its connection',
  async () => {
    const database = await freshDatabase();
    onTestFinished(() => database.drop());
    const wire = await startWire(database.url);
    const { db, limitQueries } = await connect(wire.url);
    onTestFinished(() => db.destroy());
    limitQueries(300);
    const answer = () => sql`select 42 as answer`.execute(db);
    expect((await answer()).rows).toEqual([{ answer: 42 }]);
    wire.stall();
    const inTransaction = db.transaction().execute((session) => sql`select 1`.execute(session));
    const failures = await Promise.allSettled([answer(), inTransaction]);
    for (const failure of failures) {
      expect(failure.status).toBe('rejected');
      expect(databaseFault((failure as PromiseRejectedResult).reason)).toMatchObject({ code: 'unavailable' });
    }
    // Nothing is dropped: it goes on because the connections that had no answer are not used again.
    wire.resume();
    expect((await answer()).rows).toEqual([{ answer: 42 }]);
  },
);

/** Ends every connection to the database but the one that does so. */
async function endConnections(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
  } finally {
    await client.end();
  }
}
