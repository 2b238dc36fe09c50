import { createHash } from 'node:crypto';
import { fillStore, type SeededVersion } from './fill-store.ts';

export const vaisName = (place: number) => `library-${String(place).padStart(5, '0')}`;

/** Fills the registry `vais` with packages of two versions, whose archives are empty; further registries, `empty`, have nothing. */
export async function seedVaisStore(folder: string, packages: number, empty: string[]): Promise<void> {
  await fillStore(folder, 'vais', versionsOf(packages), empty);
}

function* versionsOf(packages: number): Generator<SeededVersion> {
  for (const version of ['1.0.0', '1.1.0'])
    for (let place = 0; place < packages; place += 1) yield versionOf(place, version);
}

function versionOf(place: number, version: string): SeededVersion {
  const name = vaisName(place);
  const checksum = createHash('sha256').update(`${name} ${version}`).digest('hex');
  const needs = [1, 7].filter((step) => place >= step).map((step) => vaisName(place - step));
  const description = `What the library number ${place} is good for, in a few words`;
  const keywords = ['library', `topic-${place % 97}`];
  const release = {
    name,
    version,
    description,
    license: 'MIT',
    authors: ['Ada Example <ada@example.com>'],
    keywords,
    repository: `https://example.com/${name}`,
    categories: [`category-${place % 23}`],
    dependencies: needs.map((need) => ({ name: need, version_req: '^1.0.0', kind: 'normal' })),
  };
  const entry = {
    version,
    checksum,
    dependencies: Object.fromEntries(needs.map((need) => [need, { req: '^1.0.0' }])),
    size: 4000 + place,
  };
  const file = `${name}-${version}.tar.gz`;
  const digests = { sha256: checksum, sha1: '0'.repeat(40), sha512: checksum };
  return {
    name,
    version,
    manifest: JSON.stringify(release),
    summary: JSON.stringify(entry),
    readme: null,
    artifact: { file, ...digests, size: entry.size, facts: '{}', key: `vais/${name}/${file}` },
    bytes: Buffer.alloc(0),
    tags: [],
    raisesDefault: true,
    searchText: { description, keywords, categories: release.categories },
  };
}
