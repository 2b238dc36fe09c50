import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createAccounts } from '../../src/accounts/index.ts';
import { abbreviatedVersion } from '../../src/formats/npm/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { sealAll, theServer } from '../../src/ledger/index.ts';
import { blobKey, type PublishCommand, type RegistryRow } from '../../src/registry/index.ts';
import { openSqlStore } from '../../src/storage/sql/index.ts';
import { libraryManifest, type Manifest } from './packages.ts';
import { benchUser } from './registry-client.ts';

/** Packages to be in a store before its server starts. */
export interface Seed {
  /** `name(0)`, `name(1)`, … */
  name: (place: number) => string;
  packages: number;
  versions: number;
}

/** All versions of a registry are signed with one key. */
const KEY_ID = `SHA256:${randomBytes(32).toString('base64')}`;

/** Commands under way at once; the writer commits as many together as it finds waiting. */
const BATCH = 256;

/**
 * Writes packages into a fresh data folder with the server's own adapters: the rows that a publish leaves, and a small
 * file for each version. Publishing them one by one over HTTP would take an hour.
 */
export async function seedStore(folder: string, seeds: Seed[]): Promise<void> {
  const data = join(folder, 'data');
  const { store } = await openSqlStore({ kind: 'sqlite', path: join(data, 'kontor.db') }, { create: true });
  try {
    const { catalogue } = store;
    const registry = await catalogue.createRegistry('npm', 'npm', systemClock(), theServer);
    const { id: userId } = await createAccounts(store.accounts, systemClock).register(benchUser, theServer);
    let batch: Promise<unknown>[] = [];
    for (const { name, packages, versions } of seeds) {
      for (let place = 0; place < packages; place += 1) {
        for (let ordinal = 0; ordinal < versions; ordinal += 1) {
          const manifest = libraryManifest(name(place), `1.0.${ordinal}`, ordinal);
          batch.push(seedVersion(join(data, 'blobs'), registry, userId, manifest, catalogue.publish));
          if (batch.length < BATCH) continue;
          await Promise.all(batch);
          batch = [];
        }
      }
    }
    await Promise.all(batch);
    // Else the server would do it while it is measured.
    await sealAll(store.events);
  } finally {
    await store.close();
  }
}

async function seedVersion(
  blobs: string,
  registry: RegistryRow,
  userId: number,
  manifest: Manifest,
  publish: (command: PublishCommand) => Promise<unknown>,
): Promise<void> {
  const { name, version } = manifest;
  const bytes = randomBytes(100);
  const file = `${name}-${version}.tgz`;
  const key = blobKey(registry.name, name, version, file);
  const path = join(blobs, key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  const at = systemClock();
  const signature = { keyid: KEY_ID, sig: randomBytes(71).toString('base64') };
  await publish({
    registryId: registry.id,
    name,
    origin: 'local',
    version,
    versionKey: version,
    manifest: JSON.stringify({ ...manifest, _id: `${name}@${version}` }),
    summary: JSON.stringify(abbreviatedVersion(manifest)),
    readme: '# Library\n',
    artifacts: [
      {
        file,
        sha256: digest('sha256', bytes, 'hex'),
        sha1: digest('sha1', bytes, 'hex'),
        sha512: digest('sha512', bytes, 'base64'),
        size: bytes.length,
        facts: JSON.stringify({ fileCount: 2, unpackedSize: 2000, signatures: [signature] }),
        key,
      },
    ],
    tags: ['latest'],
    fallbackTag: null,
    deprecated: null,
    searchText: { description: String(manifest['description']), keywords: ['library', 'bench'] },
    visibility: null,
    attestation: null,
    upstreamTime: null,
    publisherId: userId,
    overrideOwnership: false,
    at,
    event: {
      type: 'package.publish',
      at,
      actor: theServer,
      registry: registry.name,
      package: name,
      version,
      detail: { tags: ['latest'] },
    },
  });
}

function digest(algorithm: string, bytes: Buffer, encoding: 'hex' | 'base64'): string {
  return createHash(algorithm).update(bytes).digest(encoding);
}
