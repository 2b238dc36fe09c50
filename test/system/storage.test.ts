import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { api } from '../setup/api.ts';
import { publish, register, packageTarball } from '../setup/publish.ts';
import { downloadedIntegrity } from '../setup/read.ts';
import { kontor, startKontor } from '../setup/server.ts';

interface Report {
  registries: {
    registry: string;
    owned: { versions: number };
    cached: { versions: number; bytes: number };
  }[];
  cache: { bytes: number; cap: number | null };
}

const noise = (size: number) => ({ 'package/data': randomBytes(size) });

test('what is cached of an upstream stays below its cap; what is owned here stays, and what went is pulled again', async () => {
  const upstream = await startKontor();
  const theirs = await register(upstream, 'stranger');
  const integrity: string[] = [];
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    const tarball = await packageTarball('far', version, noise(60_000));
    integrity.push((await publish(upstream, theirs, 'far', version, { tarball })).integrity);
  }
  const server = await startKontor({
    env: {
      KONTOR_NPM_UPSTREAM: `${upstream.url}/npm/`,
      KONTOR_UPSTREAM_CACHE_BYTES: '150KB',
      KONTOR_SWEEP_INTERVAL: '50ms',
      KONTOR_ADMIN_USER: 'root',
      KONTOR_ADMIN_PASS: 'root has a long password',
    },
  });
  const token = await register(server, 'anna');
  const own = await publish(server, token, 'near', '1.0.0', {
    tarball: await packageTarball('near', '1.0.0', noise(200_000)),
  });
  const url = (name: string, version: string) => `${server.url}/npm/${name}/-/${name}-${version}.tgz`;
  const report = async (): Promise<Report> => {
    const { code, stdout } = await kontor(['storage', '--json'], {
      env: { KONTOR_DATA: server.data, KONTOR_UPSTREAM_CACHE_BYTES: '150KB' },
    });
    expect(code).toBe(0);
    return JSON.parse(stdout) as Report;
  };

  expect(await downloadedIntegrity(url('far', '1.0.0'))).toBe(integrity[0]);
  expect(await downloadedIntegrity(url('far', '1.1.0'))).toBe(integrity[1]);
  const before = await report();
  expect(before.cache.cap).toBe(150 * 1024);
  expect(before.registries).toMatchObject([
    { registry: 'npm', owned: { versions: 1 }, cached: { versions: 2 } },
    { registry: 'vais', owned: { versions: 0 } },
    { registry: 'zig', owned: { versions: 0 } },
  ]);

  expect(await downloadedIntegrity(url('far', '1.2.0'))).toBe(integrity[2]);
  const first = join(server.data, 'blobs/npm/far/1.0.0/far-1.0.0.tgz');
  await expect.poll(() => existsSync(first), { timeout: 30_000 }).toBe(false);
  const after = await report();
  expect(after.cache.bytes).toBeLessThan(150 * 1024);
  expect(after.registries).toMatchObject([
    { registry: 'npm', owned: { versions: 1 }, cached: { versions: 2 } },
    { registry: 'vais', owned: { versions: 0 } },
    { registry: 'zig', owned: { versions: 0 } },
  ]);
  const session = await api(server, 'POST', '/sessions', {
    body: { login: 'root', password: 'root has a long password' },
  });
  const { token: jwt } = session.body as { token: string };
  expect((await api(server, 'GET', '/storage', { token: jwt })).body).toMatchObject({
    registries: after.registries,
  });

  expect(await downloadedIntegrity(url('far', '1.0.0'))).toBe(integrity[0]);
  expect(await downloadedIntegrity(url('near', '1.0.0'))).toBe(own.integrity);
  expect(await kontor(['verify'], { env: { KONTOR_DATA: server.data } })).toMatchObject({ code: 0 });
  const audit = await kontor(['audit', 'list', '--type', 'cache.evict', '--json'], {
    env: { KONTOR_DATA: server.data },
  });
  expect(audit.stdout).toContain('"cache.evict"');
});
