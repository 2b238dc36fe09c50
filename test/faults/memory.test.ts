import { expect, test } from 'vitest';
import { publish, register } from '../setup/publish.ts';
import { downloadedIntegrity, readPackument } from '../setup/read.ts';
import { startKontor } from '../setup/server.ts';
import { largeTarball, publishLarge } from './large-package.ts';

const MIB = 2 ** 20;

async function read(server: { url: string }, name: string, version: string): Promise<string> {
  const dist = (await readPackument(server, name))?.versions[version]?.dist;
  if (!dist) throw new Error(`${name}@${version} is not in the packument.`);
  return downloadedIntegrity(dist.tarball);
}

test('a tarball of 100 MB is published and downloaded with less than 64 MB of memory more', async () => {
  const tarball = await largeTarball('large', '1.0.0', 100);
  expect(tarball.bytes).toBeGreaterThan(100_000_000);
  const server = await startKontor();
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
});
