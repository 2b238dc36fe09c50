import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { blobKey } from '../../src/registry/index.ts';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import {
  digestsOf,
  packageTarball,
  packageUrl,
  publish,
  register,
  type PublishAnswer,
} from '../setup/publish.ts';
import { downloadedIntegrity, readPackument } from '../setup/read.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

const PUBLISHERS = Array.from({ length: 16 }, (_, index) => index);

interface Replicas {
  servers: RunningKontor[];
  /** Where the blobs of all of them lie. */
  blobs: string;
  /** For the command line, onto the same store. */
  env: Record<string, string>;
  database: FreshDatabase | undefined;
  token: string;
}

/**
 * Servers onto one store, sweeping as often as may be. The grace is what an upload may take on a busy machine: with less,
 * uploads under way would be dropped, as they should be.
 */
async function start(count: number, database: FreshDatabase | undefined): Promise<Replicas> {
  const blobs = join(temporaryFolder('blobs'), 'blobs');
  plantLeftovers(blobs);
  const env = {
    KONTOR_STORAGE: `file:${blobs}`,
    KONTOR_SWEEP_INTERVAL: '20ms',
    KONTOR_SWEEP_GRACE: '5s',
    ...(database ? { KONTOR_DATABASE: database.url } : {}),
  };
  const servers = await Promise.all(Array.from({ length: count }, () => startKontor({ env })));
  const [first] = servers;
  if (first === undefined) throw new Error('no server was asked for');
  const token = await register(first, 'racer');
  return { servers, blobs, env: { ...env, KONTOR_DATA: first.data }, database, token };
}

const leftover = (version: string) => blobKey('npm', 'crashed', version, `crashed-${version}.tgz`);

/** What publishes that crashed before their commit left under the very keys that will be wanted again. */
function plantLeftovers(blobs: string): void {
  for (const index of PUBLISHERS) {
    const file = join(blobs, leftover(`1.0.${index}`));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `half of version 1.0.${index}`);
  }
}

const countOf = (answers: PublishAnswer[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

describe.skipIf(!hasPostgres())(
  'Sixteen publishers at two servers on PostgreSQL, the sweeper running',
  () => {
    race(2, freshDatabase, holdUp);
  },
);

describe('Sixteen publishers at one server on SQLite, the sweeper running', () => {
  race(1);
});

function race(
  count: number,
  makeDatabase?: () => Promise<FreshDatabase>,
  more?: (current: () => Replicas) => void,
): void {
  let replicas: Replicas;

  /** The server that publisher `index` talks to, and another one where there is one. */
  const near = (index: number) => at(index % count);
  const far = (index: number) => at((index + 1) % count);
  function at(index: number): RunningKontor {
    const server = replicas.servers[index];
    if (server === undefined) throw new Error(`there is no server ${index}`);
    return server;
  }

  beforeAll(async () => {
    replicas = await start(count, await makeDatabase?.());
  });
  afterAll(async () => {
    await Promise.all(replicas.servers.map((server) => server.kill9()));
    await replicas.database?.drop();
  });

  test('have each of their versions accepted once and served by every replica from then on', async () => {
    const { token, servers } = replicas;
    const publishOne = async (index: number) => {
      const version = `1.0.${index}`;
      const answer = await publish(near(index), token, 'many', version, { tag: `tag-${index}` });
      expect(answer).toMatchObject({ status: 201 });
      for (const server of [far(index), near(index)]) {
        const seen = await readPackument(server, 'many');
        expect(seen?.versions[version]?.dist.integrity).toBe(answer.integrity);
        expect(seen?.['dist-tags'][`tag-${index}`]).toBe(version);
        expect(await downloadedIntegrity(seen?.versions[version]?.dist.tarball ?? '')).toBe(answer.integrity);
      }
    };
    await Promise.all(PUBLISHERS.map(publishOne));
    for (const server of servers) {
      const seen = await readPackument(server, 'many');
      expect(Object.keys(seen?.versions ?? {}).toSorted()).toEqual(
        PUBLISHERS.map((index) => `1.0.${index}`).toSorted(),
      );
      // Sixteen tags of theirs, and the one that a first version also gets.
      expect(Object.keys(seen?.['dist-tags'] ?? {})).toHaveLength(17);
    }
  });

  test('move tags that every replica shows from then on', async () => {
    const { token } = replicas;
    const moveOne = async (index: number) => {
      const version = `1.0.${(index + 5) % PUBLISHERS.length}`;
      const tag = `tag-${index}`;
      const response = await fetch(`${near(index).url}/npm/-/package/many/dist-tags/${tag}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(version),
      });
      expect([response.status, await response.json()]).toEqual([201, { ok: true }]);
      for (const server of [far(index), near(index)]) {
        const tags = await fetch(`${server.url}/npm/-/package/many/dist-tags`);
        expect(await tags.json()).toMatchObject({ [tag]: version });
        expect((await readPackument(server, 'many'))?.['dist-tags'][tag]).toBe(version);
        const manifest = await fetch(`${packageUrl(server, 'many')}/${tag}`);
        expect(await manifest.json()).toMatchObject({ version });
      }
    };
    await Promise.all(PUBLISHERS.map(moveOne));
  });

  test('have one version accepted from one of them, whose bytes it keeps', async () => {
    const { token, servers } = replicas;
    for (const version of ['1.0.0', '1.0.1', '1.0.2']) {
      const answers = await Promise.all(
        PUBLISHERS.map(async (index) => {
          const mine = { 'package/mine.txt': `of publisher ${index}` };
          const tarball = await packageTarball('one', version, mine);
          return publish(near(index), token, 'one', version, { tarball });
        }),
      );
      expect({ accepted: countOf(answers, 201), refused: countOf(answers, 403) }).toEqual({
        accepted: 1,
        refused: 15,
      });
      const winner = answers.find(({ status }) => status === 201);
      for (const { text } of answers.filter(({ status }) => status === 403)) {
        expect(text).toContain(`cannot publish over the previously published versions: ${version}`);
      }
      for (const server of servers) {
        const dist = (await readPackument(server, 'one'))?.versions[version]?.dist;
        expect(dist?.integrity).toBe(winner?.integrity);
        expect(await downloadedIntegrity(dist?.tarball ?? '')).toBe(winner?.integrity);
      }
    }
  });

  test('who bring the same bytes to two registries have them kept once', async () => {
    const { token, env, servers, blobs } = replicas;
    const made = await kontor(['registry', 'create', 'other', '--format', 'npm'], { env });
    expect(made).toMatchObject({ code: 0 });
    const tarball = await packageTarball('same', '1.0.0');
    const { integrity } = digestsOf(tarball);
    const answers = await Promise.all(
      PUBLISHERS.map((index) =>
        publish(near(index), token, 'same', '1.0.0', { tarball, registry: index < 8 ? 'npm' : 'other' }),
      ),
    );
    expect({ accepted: countOf(answers, 201), refused: countOf(answers, 403) }).toEqual({
      accepted: 2,
      refused: 14,
    });
    for (const registry of ['npm', 'other']) {
      for (const server of servers) {
        const dist = (await readPackument(server, 'same', registry))?.versions['1.0.0']?.dist;
        expect(await downloadedIntegrity(dist?.tarball ?? '')).toBe(integrity);
      }
    }
    const kept = readdirSync(blobs, { recursive: true, encoding: 'utf8' });
    expect(kept.filter((file) => file.includes('same-1.0.0.tgz'))).toHaveLength(1);
  });

  test('are not harmed by keys that the sweeper has barred', async () => {
    const { token, blobs, servers } = replicas;
    const versions = PUBLISHERS.map((index) => `1.0.${index}`);
    const left = () => versions.filter((version) => existsSync(join(blobs, leftover(version))));
    await expect.poll(left, { timeout: 60_000, interval: 20 }).toEqual([]);

    const answers = await Promise.all(
      versions.map((version, index) => publish(near(index), token, 'crashed', version)),
    );
    expect(countOf(answers, 201)).toBe(16);
    for (const server of servers) {
      const seen = await readPackument(server, 'crashed');
      const stored = await Promise.all(
        versions.map((version) => downloadedIntegrity(seen?.versions[version]?.dist.tarball ?? '')),
      );
      expect(stored).toEqual(answers.map(({ integrity }) => integrity));
    }
    // Barred for ever: the removal of old bytes may be delayed, and must not meet new ones.
    expect(left()).toEqual([]);
  });

  more?.(() => replicas);

  test('leave a store that is whole', async () => {
    expect(await verified(replicas.env)).toMatchObject({ clean: true, problems: [] });
    for (const server of replicas.servers) {
      expect(server.logs()).not.toContain('the job sweep failed');
      expect(server.logs()).not.toContain('please report it');
    }
  });
}

function holdUp(current: () => Replicas): void {
  test('lose nothing that they were promised when their commits take longer than the grace', async () => {
    const { token, database, servers } = current();
    const at = (index: number) => servers[index % servers.length] as RunningKontor;
    expect(await publish(at(0), token, 'held', '0.0.1')).toMatchObject({ status: 201 });
    const client = new Client({ connectionString: database?.url ?? '' });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('begin');
    await client.query("select 1 from packages where name = 'held' for update");
    const countBarred = async () => {
      const result = await client.query<{ barred: string }>(
        "select count(*) as barred from blobs where state = 'barred' and key like 'npm/held/%'",
      );
      return Number(result.rows[0]?.barred);
    };

    const versions = ['1.0.0', '1.0.1', '1.0.2', '1.0.3', '1.0.4', '1.0.5'];
    const publishing = versions.map((version, index) => publish(at(index), token, 'held', version));
    await expect.poll(countBarred, { timeout: 60_000, interval: 20 }).toBe(versions.length);
    await client.query('rollback');

    for (const [index, first] of (await Promise.all(publishing)).entries()) {
      // The bytes are gone with the key, so that «send it again» is the only honest answer.
      expect(first).toMatchObject({ status: 503 });
      expect(JSON.parse(first.text)).toMatchObject({ code: 'unavailable' });
      expect(await publish(at(index + 1), token, 'held', versions[index] ?? '')).toMatchObject({
        status: 201,
      });
    }
    for (const server of servers) {
      const seen = await readPackument(server, 'held');
      expect(Object.keys(seen?.versions ?? {})).toEqual(['0.0.1', ...versions]);
    }
  });
}

async function verified(
  env: Record<string, string>,
): Promise<{ clean: boolean; blobs: number; problems: string[] }> {
  const { stdout, stderr } = await kontor(['verify', '--json'], { env });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as { clean: boolean; blobs: number; problems: string[] };
}
