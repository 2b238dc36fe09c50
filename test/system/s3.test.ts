import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { reachBucket } from '../../src/storage/s3/index.ts';
import { createServer, Registry, S3Storage } from '../../src/index.ts';
import { startCeph, whyNoCeph, type CephGateway } from '../setup/ceph.ts';
import { npmClient } from '../setup/clients.ts';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { greeter, greetings, machine, output, project } from '../setup/projects.ts';
import { packageTarball, publish, register } from '../setup/publish.ts';
import { downloadedIntegrity } from '../setup/read.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { run } from '../setup/run.ts';
import { bucketOptions, bucketVariables } from '../setup/s3.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

const noCeph = await whyNoCeph();

function tarballUrl({ url }: RunningKontor, name: string): string {
  return `${url}/npm/${name}/-/${name}-1.0.0.tgz`;
}

describe.skipIf(noCeph !== undefined)('a server on S3', () => {
  let gateway: CephGateway;
  let bucket: string;
  let env: Record<string, string>;
  let server: RunningKontor;
  let token: string;
  let upstream: RunningKontor;

  beforeAll(async () => {
    [gateway, upstream] = await Promise.all([startCeph(), startKontor()]);
    bucket = gateway.bucketName();
    env = {
      ...bucketVariables(gateway, bucket),
      KONTOR_NPM_UPSTREAM: `${upstream.url}/npm/`,
      KONTOR_SWEEP_INTERVAL: '200ms',
      KONTOR_SWEEP_GRACE: '1s',
    };
    server = await startKontor({ env });
    token = await register(server, 'anna');
  });

  const objects = (of = bucket) =>
    new S3Storage(of, { endpoint: gateway.endpoint, credentials: gateway.user });
  /** An administrator's command, beside the server. */
  const command = (...args: string[]) => kontor(args, { env: { ...env, KONTOR_DATA: server.data } });

  test('[P-29] [P-35] [A-04] what real npm publishes lies in the bucket, and real npm installs it from there', async () => {
    const npm = await npmClient();
    const registry = `${server.url}/npm`;
    const box = machine(registry, token);
    for (const { manifest, files } of [greetings, greeter]) {
      output(await npm.run(['publish', '--access=public'], project(box, manifest.name, manifest, files)));
    }
    expect(await objects().list('npm/')).toEqual([
      'npm/@acme/greeter/1.0.0/greeter-1.0.0.tgz',
      'npm/greetings/1.0.0/greetings-1.0.0.tgz',
    ]);
    const folder = project(machine(registry), 'application', { name: 'application', version: '1.0.0' });
    output(await npm.run(['install', '@acme/greeter'], folder));
    const said = await run(join(folder.cwd, 'node_modules/.bin/greet'), ['Anna'], { cwd: folder.cwd });
    expect(said.stdout).toBe('Hello, Anna!\n');
    expect(existsSync(join(server.data, 'blobs'))).toBe(false);
    expect(readdirSync(join(server.data, 'spool'))).toEqual([]);
  });

  test('what is pulled from an upstream is kept in the bucket', async () => {
    const theirs = await register(upstream, 'stranger');
    const { integrity } = await publish(upstream, theirs, 'far', '1.0.0');
    expect(await downloadedIntegrity(tarballUrl(server, 'far'))).toBe(integrity);
    await expect
      .poll(() => objects().list('npm/far/'), { timeout: 20_000 })
      .toEqual(['npm/far/1.0.0/far-1.0.0.tgz']);
  });

  test('leftovers in the bucket and in the spool folder are swept, and nothing else is', async () => {
    const { integrity } = await publish(server, token, 'stays', '1.0.0');
    await objects().upload('npm/ghost/1.0.0/ghost-1.0.0.tgz', 'nobody names it');
    writeFileSync(join(server.data, 'spool', 'left-by-a-crash'), 'x');
    await expect.poll(() => objects().list('npm/ghost/'), { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => readdirSync(join(server.data, 'spool')), { timeout: 20_000 }).toEqual([]);
    expect(await downloadedIntegrity(tarballUrl(server, 'stays'))).toBe(integrity);
  });

  test('the commands of an administrator count and check what lies in the bucket', async () => {
    const tarball = await packageTarball('checked', '1.0.0');
    await publish(server, token, 'checked', '1.0.0', { tarball });
    expect(await command('verify')).toMatchObject({ code: 0 });
    const { registries } = JSON.parse((await command('storage', '--json')).stdout) as {
      registries: { registry: string; owned: { bytes: number } }[];
    };
    expect(registries.find(({ registry }) => registry === 'npm')?.owned.bytes).toBeGreaterThan(
      tarball.length,
    );

    const key = 'npm/checked/1.0.0/checked-1.0.0.tgz';
    await objects().delete(key);
    expect(await command('verify')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(key) as string,
    });
    await objects().upload(key, tarball);
    expect(await command('verify')).toMatchObject({ code: 0 });
  });

  test('commands that need no bytes work while the store is away; one that does says why not', async () => {
    const away = { ...env, KONTOR_DATA: server.data, S3_ENDPOINT: 'http://127.0.0.1:9' };
    expect(await kontor(['registry', 'list'], { env: away })).toMatchObject({ code: 0 });
    const verified = await kontor(['verify'], { env: away });
    expect(verified.code).not.toBe(0);
    expect(verified.stderr).toContain('http://127.0.0.1:9 cannot be used: nothing there answers');
  });

  test('[P-34] a wrong secret is said at the start, and the secret is not', async () => {
    const wrong = {
      ...bucketVariables(gateway, gateway.bucketName()),
      AWS_SECRET_ACCESS_KEY: 'not-this-one',
    };
    const failure: unknown = await startKontor({ env: wrong }).catch((error: unknown) => error);
    expect(String(failure)).toMatch(
      /the secret does not belong to the access key: set .*AWS_SECRET_ACCESS_KEY/,
    );
    expect(String(failure)).not.toContain('not-this-one');
  });

  test('files that are copied to a bucket under their paths are a store there', async () => {
    const files = await startKontor();
    const { integrity } = await publish(files, await register(files, 'anna'), 'moved', '1.0.0');
    await files.stop();
    const target = gateway.bucketName();
    await (await reachBucket(bucketOptions(gateway, { bucket: target }))).open({ probed: false });
    const blobs = join(files.data, 'blobs');
    for (const path of readdirSync(blobs, { recursive: true, encoding: 'utf8' })) {
      if (path.startsWith('.') || !statSync(join(blobs, path)).isFile()) continue;
      await objects(target).upload(path, readFileSync(join(blobs, path)));
    }
    const variables = bucketVariables(gateway, target);
    expect(await kontor(['verify'], { env: { ...variables, KONTOR_DATA: files.data } })).toMatchObject({
      code: 0,
    });
    const moved = await startKontor({ env: variables, data: files.data });
    expect(await downloadedIntegrity(tarballUrl(moved, 'moved'))).toBe(integrity);
  });

  test('an empty bucket is not taken for the store of a database that knows packages, nor made', async () => {
    const other = gateway.bucketName();
    const data = join(server.data, '..', 'moved');
    const mine = await startKontor({ env: bucketVariables(gateway, gateway.bucketName()), data });
    await publish(mine, await register(mine, 'berta'), 'mine', '1.0.0');
    await mine.stop();
    await expect(startKontor({ env: bucketVariables(gateway, other), data })).rejects.toThrow(
      `The database knows packages, but the bucket ${other} is empty or missing`,
    );
    await expect(objects(other).list()).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('[A-12] [A-13] [A-21] [A-43] the bucket is made at the start, with the root keys of a MinIO too', async () => {
    const packages = gateway.bucketName();
    const variables = {
      STORAGE_BACKEND: 's3',
      S3_BUCKET: packages,
      MINIO_ENDPOINT: `127.0.0.1:${gateway.port}`,
      MINIO_ROOT_USER: gateway.user.accessKeyId,
      MINIO_ROOT_PASSWORD: gateway.user.secretAccessKey,
    };
    const aam = await startKontor({ env: variables });
    expect((await reachBucket(bucketOptions(gateway, { bucket: packages }))).isEmpty).toBe(true);
    await publish(aam, await register(aam, 'anna'), 'first', '1.0.0');
    expect(await objects(packages).list('npm/')).toEqual(['npm/first/1.0.0/first-1.0.0.tgz']);
  });

  test('[P-58] a registry in a program keeps its packages in the bucket that it names', async () => {
    const s3Bucket = gateway.bucketName();
    const registry = new Registry({
      s3Bucket: `${s3Bucket}/shop`,
      s3Region: 'us-east-1',
      s3Endpoint: gateway.endpoint,
      localStoragePath: join(temporaryFolder('library'), 'store'),
      npmFallback: false,
      settings: {
        s3AccessKeyId: gateway.user.accessKeyId,
        s3SecretAccessKey: gateway.user.secretAccessKey,
        registration: 'open',
      },
    });
    const { start, stop } = createServer(registry, 0);
    const started = await start();
    onTestFinished(() => stop());
    await publish(started, await register(started, 'anna'), 'sold', '1.0.0');
    expect(await objects(s3Bucket).list('shop/npm/')).toEqual(['shop/npm/sold/1.0.0/sold-1.0.0.tgz']);
    expect(() => new Registry({ s3Bucket, settings: { storage: 'file:./x' } })).toThrow(/two places/);
  });

  test.skipIf(!hasPostgres())(
    'two replicas on PostgreSQL share a bucket, and one goes on without the other',
    async () => {
      const database = await freshDatabase();
      const shared = { ...bucketVariables(gateway, gateway.bucketName()), KONTOR_DATABASE: database.url };
      const [one, two] = await Promise.all([startKontor({ env: shared }), startKontor({ env: shared })]);
      const anna = await register(one, 'anna');
      const answers = await Promise.all(
        [one, two].map((replica) => publish(replica, anna, 'raced', '1.0.0')),
      );
      expect(answers.map(({ status }) => `${status}`).toSorted()).toEqual(['201', '403']);
      const { integrity } = await publish(one, anna, 'shared', '1.0.0');
      await one.kill9();
      expect(await downloadedIntegrity(tarballUrl(two, 'shared'))).toBe(integrity);
      expect((await publish(two, anna, 'later', '1.0.0')).status).toBe(201);
      await two.stop();
      expect(await kontor(['verify'], { env: shared })).toMatchObject({ code: 0 });
      await database.drop();
    },
  );
});

test('a server on files never loads the client of an object store', async () => {
  const script = `
    import { createRequire } from 'node:module';
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('client-s3'));
    const face = (path) => import(new URL(path, ${JSON.stringify(import.meta.url)}));
    await face('../../src/server/index.ts');
    const { reachBucket, S3Storage } = await face('../../src/storage/s3/index.ts');
    new S3Storage('bucket');
    const before = loaded();
    const options = { bucket: 'bucket', prefix: '', region: 'x', endpoint: 'http://127.0.0.1:9', forcePathStyle: true, spool: '/nonexistent' };
    await reachBucket({ ...options, credentials: { accessKeyId: 'x', secretAccessKey: 'y' } }).catch(() => undefined);
    console.log(JSON.stringify([before, loaded()]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect(stdout.trim()).toBe('[false,true]');
});
