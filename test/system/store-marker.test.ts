import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { S3Storage } from '../../src/index.ts';
import { startCeph, whyNoCeph } from '../setup/ceph.ts';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { publish, register } from '../setup/publish.ts';
import { downloadedIntegrity } from '../setup/read.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { bucketVariables } from '../setup/s3.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

interface Shared {
  /** Settings of the storage. */
  env: Record<string, string>;
  marker: string;
  /** Takes the marker away, as an operator would. */
  unmark(): Promise<void> | void;
}

const SWEEPING = { KONTOR_SWEEP_INTERVAL: '50ms', KONTOR_SWEEP_GRACE: '1ms' };
const OTHERS = /holds the packages of another store: its marker (\S+) names [\w-]{36}, and this database is /;

const emptyData = () => join(temporaryFolder('data'), 'data');
const tarballUrl = ({ url }: RunningKontor, name: string) => `${url}/npm/${name}/-/${name}-1.0.0.tgz`;

function serve(env: Record<string, string>, data: string) {
  return kontor(['serve'], { env: { ...env, KONTOR_DATA: data, KONTOR_PORT: '0' } });
}

function sharedStorage(kind: string, begin: () => Promise<Shared>): void {
  describe(`two stores in one ${kind}`, () => {
    test('the second refuses to start and to touch the packages of the first, which stay', async () => {
      const { env, marker } = await begin();
      const first = await startKontor({ env });
      const { integrity } = await publish(first, await register(first, 'anna'), 'kept', '1.0.0');
      const data = emptyData();

      const { code, stderr } = await serve({ ...env, ...SWEEPING }, data);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(OTHERS) as string });
      expect(stderr).toContain(`remove ${marker} and start again`);
      expect(OTHERS.exec(stderr)?.[1]).toBe(marker);
      expect(stderr).not.toContain('KONTOR_LOG_LEVEL=debug');
      // The refused start has made its database.
      const verified = await kontor(['verify'], { env: { ...env, KONTOR_DATA: data } });
      expect(verified.code).not.toBe(0);
      expect(verified.stderr).toMatch(OTHERS);

      expect(await downloadedIntegrity(tarballUrl(first, 'kept'))).toBe(integrity);
      await first.stop();
      const again = await startKontor({ env, data: first.data });
      expect(await downloadedIntegrity(tarballUrl(again, 'kept'))).toBe(integrity);
      const { code: whole, stdout } = await kontor(['verify', '--json'], {
        env: { ...env, KONTOR_DATA: first.data },
      });
      expect(whole).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ clean: true, blobs: 1, orphans: 0 });
    });

    test('of two that start at once one gets the place', async () => {
      const { env } = await begin();
      const started = await Promise.allSettled([startKontor({ env }), startKontor({ env })]);
      const refused = started.filter((start) => start.status === 'rejected');
      expect(refused.map(({ reason }) => String(reason))).toEqual([expect.stringMatching(OTHERS)]);
    });

    test('a storage from before markers goes to a database that knows its packages, not to one that knows others', async () => {
      const { env, unmark } = await begin();
      const first = await startKontor({ env });
      const { integrity } = await publish(first, await register(first, 'anna'), 'kept', '1.0.0');
      await first.stop();
      await unmark();

      const stranger = await startKontor();
      await publish(stranger, await register(stranger, 'berta'), 'other', '1.0.0');
      await stranger.stop();
      const { code, stderr } = await serve(env, stranger.data);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          /database knows packages, but none of them is in .*other files/,
        ) as string,
      });

      const again = await startKontor({ env, data: first.data });
      expect(await downloadedIntegrity(tarballUrl(again, 'kept'))).toBe(integrity);
      expect((await serve(env, stranger.data)).stderr).toMatch(OTHERS);
    });
  });
}

sharedStorage('folder', async () => {
  const blobs = join(temporaryFolder('shared'), 'blobs');
  const marker = join(blobs, '.store');
  return { env: { KONTOR_STORAGE: `file:${blobs}` }, marker, unmark: () => rmSync(marker) };
});

test('a marker that nobody can read is not taken for this store’s', async () => {
  const server = await startKontor();
  await server.stop();
  const marker = join(server.data, 'blobs/.store');
  const id = readFileSync(marker, 'utf8');
  writeFileSync(marker, '<html>\u001B[31m');
  const { code, stderr } = await serve({}, server.data);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining(`${marker} names none that can be read`) as string,
  });
  writeFileSync(marker, id.trim());
  expect((await kontor(['verify'], { env: { KONTOR_DATA: server.data } })).code).toBe(0);
});

test.skipIf(!hasPostgres())('replicas of one store start at once in one folder', async () => {
  const database = await freshDatabase();
  const blobs = join(temporaryFolder('shared'), 'blobs');
  const env = { KONTOR_DATABASE: database.url, KONTOR_STORAGE: `file:${blobs}` };
  const replicas = await Promise.all([startKontor({ env }), startKontor({ env }), startKontor({ env })]);
  expect(readFileSync(join(blobs, '.store'), 'utf8')).toMatch(/^[\w-]{36}\n$/);
  await Promise.all(replicas.map((replica) => replica.stop()));
  await database.drop();
});

const noCeph = await whyNoCeph();

describe.skipIf(noCeph !== undefined)('through a real S3 gateway', async () => {
  const ceph = noCeph === undefined ? await startCeph() : undefined;
  sharedStorage('bucket', async () => {
    if (ceph === undefined) throw new Error(noCeph);
    const bucket = ceph.bucketName();
    const objects = new S3Storage(bucket, { endpoint: ceph.endpoint, credentials: ceph.user });
    return {
      env: bucketVariables(ceph, bucket),
      marker: `s3://${bucket}/.kontor/store`,
      unmark: () => objects.delete('.kontor/store'),
    };
  });
});
