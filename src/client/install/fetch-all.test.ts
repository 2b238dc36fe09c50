import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { scriptedRegistry, type ScriptedRegistry } from '../../../test/setup/scripted-registry.ts';
import { vaisTarball } from '../../../test/setup/vais-packages.ts';
import { PackageCache } from '../cache/index.ts';
import { silent, type Progress } from '../progress/index.ts';
import { RegistryClient } from '../registry/index.ts';
import { fetchAll } from './fetch-all.ts';

const locked = (registry: ScriptedRegistry, name: string) => ({
  name,
  version: '1.0.0',
  checksum: registry.checksum(name),
  source: 'registry' as const,
  dependencies: [],
});
const silently = {
  progress: silent,
  signal: new AbortController().signal,
  explain: async (error: unknown) => error,
};

test('what another process is fetching comes last, for it may be there by then', async () => {
  const names = Array.from({ length: 20 }, (_, number) => `p${number}`);
  const registry = await scriptedRegistry(names.map((name) => ({ name })));
  const client = new RegistryClient({ base: registry.url, env: {}, wait: async () => undefined });
  const remote = async () => ({ client, own: true, index: undefined });
  const home = temporaryFolder('home');
  const cache = new PackageCache({ home });
  const [first, ...others] = names.map((name) => locked(registry, name));
  if (first === undefined) throw new Error('there are some');
  const cut = cache.ensure(first, async (sink) => {
    await sink.write(Buffer.from('begun'));
    throw new Error('cut');
  });
  await expect(cut).rejects.toThrow('cut');
  const folder = join(home, 'registry/cache/.tmp');
  const [part = ''] = readdirSync(folder);
  renameSync(join(folder, part), join(folder, part.replace(`-${process.pid}-`, `-${process.ppid}-`)));
  const arrivals = await fetchAll([first, ...others], { cache, remote, ...silently });
  client.close();
  expect(arrivals.size).toBe(20);
  expect(registry.lines().at(-1)).toBe('GET /packages/p0/1.0.0.tar.gz');
});

test('what a server sends anew, since it knows no ranges, is counted once', async () => {
  let asked = 0;
  const registry = await scriptedRegistry([{ name: 'demo' }], (_, response, honest) => {
    asked += 1;
    if (asked > 1) return honest();
    response.writeHead(200, { 'content-length': 1000 });
    return response.write(Buffer.alloc(100), () => response.destroy());
  });
  const client = new RegistryClient({ base: registry.url, env: {}, wait: async () => undefined });
  const told: string[] = [];
  let moved = 0;
  const progress: Progress = {
    together: () => {
      told.push('begun');
      return () => told.push('over');
    },
    start: () => ({
      advance: (bytes) => void (moved += bytes),
      restart: () => {
        told.push(`lost ${moved}`);
        moved = 0;
      },
      end: () => told.push('end'),
    }),
  };
  const arrivals = await fetchAll([locked(registry, 'demo')], {
    cache: new PackageCache({ home: temporaryFolder('home') }),
    remote: async () => ({ client, own: true, index: undefined }),
    progress,
    signal: new AbortController().signal,
    explain: async (error) => error,
  });
  client.close();
  expect([...arrivals]).toEqual([['demo', 'fetched']]);
  expect(told).toEqual(['begun', 'lost 100', 'end', 'over']);
  expect(moved).toBe((await vaisTarball({ name: 'demo' })).length);
});
