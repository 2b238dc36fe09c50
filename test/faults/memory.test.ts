import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startCeph, whyNoCeph } from '../setup/ceph.ts';
import { publish, register } from '../setup/publish.ts';
import { downloadedIntegrity, readPackument } from '../setup/read.ts';
import { bucketVariables } from '../setup/s3.ts';
import { launcher, startKontor } from '../setup/server.ts';
import { scriptedPackage, scriptedUpstream, serves } from '../upstream/index.ts';
import { largeTarball, publishLarge } from './large-package.ts';

const MIB = 2 ** 20;

async function bucketOf(): Promise<Record<string, string>> {
  const ceph = await startCeph();
  return bucketVariables(ceph, ceph.bucketName());
}

async function read(server: { url: string }, name: string, version: string): Promise<string> {
  const dist = (await readPackument(server, name))?.versions[version]?.dist;
  if (!dist) throw new Error(`${name}@${version} is not in the packument.`);
  return downloadedIntegrity(dist.tarball);
}

const noCeph = await whyNoCeph();

describe.each([
  ['files', false],
  ['S3', noCeph === undefined],
])('on %s', (kind, isThere) => {
  test.skipIf(kind === 'S3' && !isThere)(
    'a tarball of 100 MB is published and downloaded with less than 64 MB of memory more',
    async () => {
      const env = kind === 'S3' ? await bucketOf() : {};
      const tarball = await largeTarball('large', '1.0.0', 100);
      expect(tarball.bytes).toBeGreaterThan(100_000_000);
      const server = await startKontor({ command: launcher, env });
      const token = await register(server, 'anna');
      const small = await publish(server, token, 'small', '1.0.0');
      for (let times = 0; times < 5; times += 1) {
        expect(await read(server, 'small', '1.0.0')).toBe(small.integrity);
      }
      const before = server.vmHwm();

      expect(await publishLarge(server, token, 'large', '1.0.0', tarball)).toMatchObject({ status: 201 });
      const published = server.vmHwm();
      expect(await read(server, 'large', '1.0.0')).toBe(tarball.integrity);
      const downloaded = server.vmHwm();

      const rise = [published, downloaded].map((after) => ((after - before) / MIB).toFixed(1));
      process.stdout.write(`${(before / MIB).toFixed(1)} MiB; +${rise.join(' published, +')} downloaded\n`);
      expect(downloaded - before).toBeLessThan(64_000_000);
      expect(await server.stop()).toBe(0);
    },
  );
});

test('a cold tarball of 100 MB goes to eight clients at once, one of them slow, with less than 64 MB of memory more', async () => {
  const bytes = randomBytes(100_000_000);
  const upstream = await scriptedUpstream();
  onTestFinished(() => upstream.close());
  const packages = [
    scriptedPackage('large', ['1.0.0'], upstream.url, { bytes: () => bytes }),
    scriptedPackage('small', ['1.0.0', '1.0.1'], upstream.url),
  ];
  upstream.script = serves(...packages);
  const server = await startKontor({ command: launcher, env: { KONTOR_NPM_UPSTREAM: upstream.url } });
  const file = (name: string, version = '1.0.0') => `${server.url}/npm/${name}/-/${name}-${version}.tgz`;
  for (const version of ['1.0.0', '1.0.1']) await downloadedIntegrity(file('small', version));
  // The most that it has held so far, at its start, says nothing of now: proc_pid_clear_refs(5).
  writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
  const before = server.vmHwm();

  const slow = (await fetch(file('large'))).body?.getReader();
  await slow?.read();
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  const fast = await Promise.all(Array.from({ length: 7 }, () => downloadedIntegrity(file('large'))));
  expect(new Set(fast)).toEqual(new Set([integrity]));
  let rest = 0;
  for (let next = await slow?.read(); next?.value; next = await slow?.read()) rest += next.value.length;
  expect(rest).toBeGreaterThan(0);
  expect(upstream.count(/large-1\.0\.0\.tgz/)).toBe(1);

  const after = server.vmHwm();
  process.stdout.write(`${(before / MIB).toFixed(1)} MiB; +${((after - before) / MIB).toFixed(1)} pulled\n`);
  expect(after - before).toBeLessThan(64_000_000);
});
