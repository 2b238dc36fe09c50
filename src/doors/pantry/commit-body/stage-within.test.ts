import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Blobs } from '../../../registry/index.ts';
import { openFileBlobs } from '../../../storage/files/index.ts';
import { readCommitBody } from './index.ts';

const LIMIT = 1000;
let folder: string;
let blobs: Blobs;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kontor-commit-body-'));
  blobs = await openFileBlobs(folder);
});
afterAll(() => rm(folder, { recursive: true }));

const bodyOf = (type: string, text: string) =>
  readCommitBody(
    {
      headers: { 'content-type': type },
      raw: Readable.from([Buffer.from(text)]),
    } as unknown as FastifyRequest,
    {
      maxTarballBytes: LIMIT,
      maxPackages: 200,
      mayBring: () => Promise.resolve(),
      stage: () => blobs.stage(),
    },
  );
const form = (sizes: number[]) =>
  bodyOf(
    'multipart/form-data; boundary=b',
    [
      '--b\r\ncontent-disposition: form-data; name="sha"\r\n\r\nabc1234\r\n',
      ...sizes.map(
        (size, at) =>
          `--b\r\ncontent-disposition: form-data; name="package:p${at}"; filename="p.tgz"\r\n\r\n${'x'.repeat(size)}\r\n`,
      ),
      '--b--\r\n',
    ].join(''),
  );
const json = (sizes: number[]) => {
  const packages = sizes.map((size, at) => ({
    name: `p${at}`,
    tarball: Buffer.alloc(size).toString('base64'),
  }));
  return bodyOf('application/json', JSON.stringify({ sha: 'abc1234', packages }));
};

test.each([
  ['form', form],
  ['JSON', json],
])(
  'a %s brings eight archives of the largest size or more smaller ones, and no more than that',
  async (_, send) => {
    const sizes = [
      ...Array.from({ length: 7 }, () => LIMIT),
      ...Array.from({ length: 10 }, () => LIMIT / 10),
    ];
    const { packages } = await send(sizes);
    expect(packages).toHaveLength(17);
    for (const { staged } of packages) await staged.discard();
    await expect(send([...sizes, 1])).rejects.toMatchObject({ code: 'too_large' });
    const left = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  },
);
