import { createHash, randomBytes } from 'node:crypto';
import { abbreviatedVersion } from '../../src/formats/npm/index.ts';
import { blobKey } from '../../src/registry/index.ts';
import { fillStore, type SeededVersion } from './fill-store.ts';
import { libraryManifest, type Manifest } from './packages.ts';

/** Packages to be in a store before its server starts. */
export interface Seed {
  /** `name(0)`, `name(1)`, … */
  name: (place: number) => string;
  packages: number;
  versions: number;
}

/** All versions of a registry are signed with one key. */
const KEY_ID = `SHA256:${randomBytes(32).toString('base64')}`;

/** Fills the registry `npm` of a fresh data folder. */
export async function seedStore(folder: string, seeds: Seed[]): Promise<void> {
  await fillStore(folder, 'npm', versionsOf(seeds));
}

function* versionsOf(seeds: Seed[]): Generator<SeededVersion> {
  for (const { name, packages, versions } of seeds)
    for (let place = 0; place < packages; place += 1)
      for (let ordinal = 0; ordinal < versions; ordinal += 1)
        yield versionOf(libraryManifest(name(place), `1.0.${ordinal}`, ordinal));
}

function versionOf(manifest: Manifest): SeededVersion {
  const { name, version } = manifest;
  const bytes = randomBytes(100);
  const file = `${name}-${version}.tgz`;
  const signature = { keyid: KEY_ID, sig: randomBytes(71).toString('base64') };
  return {
    name,
    version,
    manifest: JSON.stringify({ ...manifest, _id: `${name}@${version}` }),
    summary: JSON.stringify(abbreviatedVersion(manifest)),
    readme: '# Library\n',
    artifact: {
      file,
      sha256: digest('sha256', bytes, 'hex'),
      sha1: digest('sha1', bytes, 'hex'),
      sha512: digest('sha512', bytes, 'base64'),
      size: bytes.length,
      facts: JSON.stringify({ fileCount: 2, unpackedSize: 2000, signatures: [signature] }),
      key: blobKey('npm', name, version, file),
    },
    bytes,
    tags: ['latest'],
    searchText: { description: String(manifest['description']), keywords: ['library', 'bench'] },
  };
}

function digest(algorithm: string, bytes: Buffer, encoding: 'hex' | 'base64'): string {
  return createHash(algorithm).update(bytes).digest(encoding);
}
