import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTarball } from '../../../test/setup/publish.ts';
import type { Blobs, PreviewPackage, StagedBlob } from '../../registry/index.ts';
import { openFileBlobs } from '../../storage/files/index.ts';
import type { SentPackage } from './commit-body/index.ts';
import { openPackages, withSiblingUrls } from './commit-packages.ts';

let folder: string;
let blobs: Pick<Blobs, 'stage'>;
/** Each holds its file open until it is discarded. */
const stagedHere: StagedBlob[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kontor-commit-packages-'));
  const files = await openFileBlobs(folder);
  blobs = {
    stage: async () => {
      const staged = await files.stage();
      stagedHere.push(staged);
      return staged;
    },
  };
});
afterAll(async () => {
  for (const staged of stagedHere) await staged.discard();
  await rm(folder, { recursive: true });
});

async function sent(name: string, more: object, files: Record<string, Buffer> = {}): Promise<SentPackage> {
  const staged = await blobs.stage();
  const packageJson = JSON.stringify({ name, version: '1.0.0', ...more });
  await staged.write(await makeTarball({ 'package/package.json': packageJson, ...files }));
  return { name, version: undefined, packageDir: undefined, staged, digests: await staged.finish() };
}

test('all package.json of a request have 16 MiB at most', async () => {
  const large = { note: 'x'.repeat(1_000_000) };
  const packages = await Promise.all(Array.from({ length: 17 }, (_, at) => sent(`p${at}`, large)));
  await expect(openPackages(packages.slice(1))).resolves.toHaveLength(16);
  await expect(openPackages(packages)).rejects.toMatchObject({ code: 'too_large' });
});

test('what siblings make of an archive has a limit, and what was staged is handed over for its end', async () => {
  const archive = await sent('demo', { dependencies: { sibling: '1' } }, { 'package/x': randomBytes(9000) });
  const opened = await openPackages([archive]);
  const rewrite = (maxTarballBytes: number, staged: PreviewPackage[] = []) =>
    withSiblingUrls(opened, () => 'https://kontor.example/sibling.tgz', { blobs, staged, maxTarballBytes });
  const staged: PreviewPackage[] = [];
  await expect(rewrite(9000, staged)).rejects.toMatchObject({ code: 'too_large' });
  expect(staged).toHaveLength(1);
  const [rewritten] = await rewrite(20_000);
  expect(rewritten?.digests.size).toBeGreaterThan(9000);
});
