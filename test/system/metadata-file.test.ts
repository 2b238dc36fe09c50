import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { packageTarball, publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';

interface Metadata {
  version: number;
  packages: Record<string, Record<string, unknown>>;
  commits: Record<string, Record<string, unknown>[]>;
  packageCommits: Record<string, Record<string, unknown>[]>;
}

const read = (data: string) => JSON.parse(readFileSync(join(data, 'metadata.json'), 'utf8')) as Metadata;

async function start(data: string): Promise<InProcess> {
  const server = await startInProcess({
    KONTOR_DATA: data,
    KONTOR_PROFILE: 'pantry',
    KONTOR_HOST: '127.0.0.1',
    KONTOR_PUBLIC_URL: 'https://registry.example.com',
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= server.stop());
  onTestFinished(stop);
  return { ...server, stop };
}

const soon = { timeout: 30_000, interval: 50 };

test('[P-62] what is published stands in ./.registry/metadata.json a moment later, in the shape of Pantry', async () => {
  const data = temporaryFolder('metadata');
  const server = await start(data);
  const token = await register(server, 'anna');
  const manifest = {
    name: '@acme/demo',
    version: '1.0.0',
    description: 'A demo',
    repository: { type: 'git', url: 'https://git.example/acme/demo' },
    keywords: ['demo'],
  };
  const tarball = await packageTarball('@acme/demo', '1.0.0', {
    'package/package.json': JSON.stringify(manifest),
  });
  await publish(server, token, '@acme/demo', '1.0.0', { tarball });
  await expect.poll(() => read(data).packages, soon).toHaveProperty('@acme/demo');
  expect(read(data)).toMatchObject({
    version: 1,
    packages: {
      '@acme/demo': {
        name: '@acme/demo',
        latestVersion: '1.0.0',
        publishedBy: 'anna',
        totalDownloads: 0,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        versions: {
          '1.0.0': {
            version: '1.0.0',
            tarballUrl: 'https://registry.example.com/packages/%40acme%2Fdemo/1.0.0/tarball',
            checksum: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
            size: tarball.length,
          },
        },
      },
    },
    commits: {},
    packageCommits: {},
    paywalls: {},
    accessGrants: {},
  });
  // Private packages stand in it too.
  expect(statSync(join(data, 'metadata.json')).mode & 0o007).toBe(0);
});

test('[P-62] it is complete after a clean stop, counts too, and made again by the next start', async () => {
  const data = temporaryFolder('metadata');
  const first = await start(data);
  const token = await register(first, 'anna');
  await publish(first, token, 'demo', '1.0.0');
  await publish(first, token, 'demo', '1.1.0');
  await (await fetch(`${first.url}/npm/demo/-/demo-1.1.0.tgz`)).arrayBuffer();
  await first.stop();
  const written = read(data);
  expect(written.packages['demo']).toMatchObject({
    latestVersion: '1.1.0',
    versions: { '1.0.0': {}, '1.1.0': {} },
    totalDownloads: 1,
  });

  // Whatever becomes of it, the database is what counts.
  rmSync(join(data, 'metadata.json'));
  await start(data);
  await expect.poll(() => existsAsJson(data), soon).toBe(true);
  expect(read(data).packages).toEqual(written.packages);
});

function existsAsJson(data: string): boolean {
  try {
    read(data);
    return true;
  } catch {
    return false;
  }
}

test('[P-62] what somebody else has put in its place is kept', async () => {
  const data = temporaryFolder('metadata');
  for (const text of ['not JSON', '{"version":1,"packages":{}}']) {
    writeFileSync(join(data, 'metadata.json'), text);
    const server = await start(data);
    await server.stop();
    expect(read(data)).toMatchObject({ version: 1, writtenBy: 'kontor' });
  }
  const kept = (name: string) => readFileSync(join(data, 'before-kontor', name), 'utf8');
  expect(kept('metadata.json')).toBe('not JSON');
  expect(kept('metadata.json.2')).toBe('{"version":1,"packages":{}}');
});

test('without the profile there is none', async () => {
  const data = temporaryFolder('metadata');
  const server = await startInProcess({ KONTOR_DATA: data });
  await publish(server, await register(server, 'anna'), 'demo', '1.0.0');
  await server.stop();
  expect(existsAsJson(data)).toBe(false);
});
