import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { Digester, isFault } from '../../src/kernel/index.ts';
import { readRelease, type Release } from '../../src/formats/npm/index.ts';

export type Json = Record<string, unknown>;

/** What every manifest here begins with. */
export const base: Json = { name: '@acme/demo', version: '1.0.0' };

/** One publish, by its differences from a sound one. */
export interface Publish {
  /** package.json in the archive, beside name and version. */
  packed?: Json | string;
  /** Of the manifest; by default what is packed. */
  published?: Json;
  /** Of the publish document. */
  document?: Json;
  files?: Record<string, string>;
  folder?: string;
  declaredLength?: number;
  url?: string;
  damage?: (archive: Buffer) => Buffer;
}

export async function archiveOf(files: Record<string, string>): Promise<Buffer> {
  const packing = pack();
  for (const [name, content] of Object.entries(files)) packing.entry({ name }, content);
  packing.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packing) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

/** Publishes `@acme/demo` 1.0.0. */
export async function publish(given: Publish = {}): Promise<Release> {
  const { packed = {}, document = {}, files = {}, folder = 'package' } = given;
  const published = given.published ?? (typeof packed === 'string' ? {} : packed);
  const packageJson = typeof packed === 'string' ? packed : JSON.stringify({ ...base, ...packed });
  const whole = await archiveOf({ [`${folder}/package.json`]: packageJson, ...files });
  const archive = given.damage?.(whole) ?? whole;
  const digester = new Digester();
  digester.update(archive);
  const digests = digester.finish();
  const dist = {
    integrity: `sha512-${digests.sha512}`,
    shasum: digests.sha1,
    tarball: 'http://elsewhere.invalid/x',
  };
  const sent = {
    _id: '@acme/demo',
    name: '@acme/demo',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': { ...base, _id: '@acme/demo@1.0.0', dist, ...published } },
    ...document,
  };
  return await readRelease(JSON.parse(JSON.stringify(sent)), given.url ?? '@acme/demo', {
    fileName: '@acme/demo-1.0.0.tgz',
    declaredLength: given.declaredLength ?? archive.length,
    digests,
    open: () => Readable.from([archive]),
  });
}

/** Code and sentence with which a publish is refused. */
export async function refusal(given: Publish): Promise<string> {
  const error: unknown = await publish(given).then(
    () => 'was accepted',
    (reason: unknown) => reason,
  );
  return isFault(error) ? `${error.code}: ${error.message}` : String(error);
}
