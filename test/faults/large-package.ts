import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { packageUrl, publishBody, type Target } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';

export interface LargeTarball {
  path: string;
  bytes: number;
  integrity: string;
}

/** A package with files of 1 MiB that nothing compresses. */
export async function largeTarball(name: string, version: string, files: number): Promise<LargeTarball> {
  const path = join(temporaryFolder('large'), 'large.tgz');
  const archive = pack();
  const written = pipeline(archive, createGzip({ level: 1 }), createWriteStream(path));
  archive.entry({ name: 'package/package.json' }, JSON.stringify({ name, version }));
  for (let file = 0; file < files; file += 1) {
    await new Promise((resolve, reject) => {
      const done = (error?: Error | null): void => (error ? reject(error) : resolve(undefined));
      archive.entry({ name: `package/data/${file}` }, randomBytes(2 ** 20), done);
    });
  }
  archive.finalize();
  await written;
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  const integrity = `sha512-${hash.digest('base64')}`;
  return { path, bytes: (await stat(path)).size, integrity };
}

/** Publishes it with a body that never lies in memory as a whole. */
export async function publishLarge(
  server: Target,
  token: string,
  name: string,
  version: string,
  tarball: LargeTarball,
): Promise<{ status: number | undefined; text: string }> {
  const document = JSON.stringify({
    ...publishBody(name, version, Buffer.alloc(0)),
    versions: { [version]: { name, version, dist: { integrity: tarball.integrity } } },
    _attachments: { [`${name}-${version}.tgz`]: { data: '', length: tarball.bytes } },
  });
  const [head = '', tail = ''] = document.split('"data":""');
  const put = request(packageUrl(server, name), {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': head.length + tail.length + '"data":""'.length + Math.ceil(tarball.bytes / 3) * 4,
    },
  });
  const answered = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    put.once('error', reject);
    put.once('response', (response) => {
      text(response).then((said) => resolve({ status: response.statusCode, text: said }), reject);
    });
  });
  async function* body(): AsyncGenerator<string> {
    yield `${head}"data":"`;
    // A multiple of three bytes has no padding.
    for await (const chunk of createReadStream(tarball.path, { highWaterMark: 3 * 2 ** 16 })) {
      yield (chunk as Buffer).toString('base64');
    }
    yield `"${tail}`;
  }
  await pipeline(Readable.from(body()), put);
  return answered;
}
