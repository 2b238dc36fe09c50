import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { makeTarball } from './publish.ts';

/** A tarball of exactly `size` bytes with a good package of version 1.0.0. */
export async function packageOfSize(name: string, size: number): Promise<Buffer> {
  // Random bytes do not compress, and deflate adds less than a thousandth to them.
  const noise = randomBytes(Math.floor(size * 0.999) - 8192);
  const tarball = await makeTarball({
    'package/package.json': JSON.stringify({ name, version: '1.0.0' }),
    'package/noise': noise,
  });
  return withGzipComment(tarball, size - tarball.length);
}

/** RFC 1952 section 2.3: the header of a gzip file may hold a comment, which makes it `more` bytes longer. */
function withGzipComment(gzip: Buffer, more: number): Buffer {
  if (more < 1) throw new Error(`The tarball is ${1 - more} bytes too long for its size.`);
  const header = Buffer.from(gzip.subarray(0, 10));
  header[3] = (header[3] ?? 0) | 0x10;
  return Buffer.concat([header, Buffer.alloc(more - 1, 'c'), Buffer.alloc(1), gzip.subarray(10)]);
}

type Header = Parameters<ReturnType<typeof pack>['entry']>[0];

/** A gzipped tar archive of any entries, such as links and devices. */
export async function makeArchive(entries: (Header & { content?: string | Buffer })[]): Promise<Buffer> {
  const archive = pack();
  for (const { content = '', ...header } of entries)
    archive.entry({ mtime: new Date(0), ...header }, content);
  archive.finalize();
  return gzipSync(await buffer(archive));
}
