import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { scriptedRegistry } from '../../../test/setup/scripted-registry.ts';
import { vaisTarball } from '../../../test/setup/vais-packages.ts';
import { PackageCache } from '../cache/index.ts';
import type { Progress } from '../progress/index.ts';
import { RegistryClient } from '../registry/index.ts';
import { fetchAll } from './fetch-all.ts';

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
  const locked = {
    name: 'demo',
    version: '1.0.0',
    checksum: registry.checksum('demo'),
    source: 'registry' as const,
    dependencies: [],
  };
  const arrivals = await fetchAll([locked], {
    cache: new PackageCache({ home: temporaryFolder('home') }),
    remote: async () => ({ client, own: true, index: undefined }),
    progress,
    signal: new AbortController().signal,
    explain: (error) => error,
  });
  client.close();
  expect([...arrivals]).toEqual([['demo', 'fetched']]);
  expect(told).toEqual(['begun', 'lost 100', 'end', 'over']);
  expect(moved).toBe((await vaisTarball({ name: 'demo' })).length);
});
