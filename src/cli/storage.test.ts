import { expect, test } from 'vitest';
import type { StorageReport } from '../registry/index.ts';
import type { Context } from './context.ts';
import type { Kontor, ServerFace } from './server-face.ts';
import { storage } from './storage.ts';

const stored: StorageReport = {
  registries: [
    {
      registry: 'npm',
      owned: { packages: 1, versions: 2, files: 2, bytes: 96 },
      cached: { packages: 3, versions: 4, files: 4, bytes: 4000 },
      previews: { count: 7, bytes: 70 },
      documents: { count: 5, bytes: 600 },
    },
  ],
  stored: { files: 6, bytes: 4096 },
  cache: { bytes: 4600, cap: 5000 },
};

/** What the command writes for the report. */
async function written(options: { json?: boolean }, report = stored): Promise<string> {
  let text = '';
  const kontor = { storageUse: async () => report, close: async () => {} } as Partial<Kontor>;
  const context = {
    io: { out: (more: string) => void (text += more) },
    server: { openKontor: async () => kontor } as unknown as ServerFace,
  } as Context;
  expect(await storage(context, options)).toBe(0);
  return text;
}

test('tells what is owned here from what is cached of upstreams', async () => {
  expect((await written({})).split('\n')).toEqual([
    'REGISTRY  WHAT       PACKAGES  VERSIONS  FILES  BYTES',
    'npm       owned      1         2         2      96',
    'npm       cached     3         4         4      4000',
    'npm       previews   7                   7      70',
    'npm       documents  5                          600',
    'stored: 6 files with 4096 bytes',
    'cached of upstreams: 4600 bytes; 5000 are allowed',
    '',
  ]);
});

test('says that there is no cap', async () => {
  const report = { ...stored, cache: { bytes: 4600, cap: null } };
  expect(await written({}, report)).toContain('cached of upstreams: 4600 bytes; any number is allowed\n');
});

test('is told to scripts as JSON', async () => {
  expect(JSON.parse(await written({ json: true }))).toEqual(stored);
});
