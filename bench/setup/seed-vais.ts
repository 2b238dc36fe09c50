import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createAccounts } from '../../src/accounts/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { sealAll, theServer } from '../../src/ledger/index.ts';
import type { PublishCommand, RegistryRow } from '../../src/registry/index.ts';
import { openSqlStore } from '../../src/storage/sql/index.ts';
import { benchUser } from './registry-client.ts';

export const vaisName = (place: number) => `library-${String(place).padStart(5, '0')}`;

/** Commands under way at once. */
const BATCH = 256;

/**
 * Writes packages of two versions into the registry `vais` of a fresh data folder, with the server's own adapters and without their
 * archives; and makes further registries, which are empty.
 */
export async function seedVaisStore(folder: string, packages: number, empty: string[]): Promise<void> {
  const path = join(folder, 'data', 'kontor.db');
  const { store } = await openSqlStore({ kind: 'sqlite', path }, { create: true });
  try {
    const { catalogue } = store;
    const registry = await catalogue.createRegistry('vais', 'vais', systemClock(), theServer);
    for (const name of empty) await catalogue.createRegistry(name, 'vais', systemClock(), theServer);
    const { id } = await createAccounts(store.accounts, systemClock).register(benchUser, theServer);
    let batch: Promise<unknown>[] = [];
    for (const version of ['1.0.0', '1.1.0']) {
      for (let place = 0; place < packages; place += 1) {
        const command = publishOf(registry, id, place, version);
        // A server does not start whose storage looks lost.
        const blob = join(folder, 'data', 'blobs', command.artifacts[0]?.key ?? '');
        await mkdir(dirname(blob), { recursive: true });
        await writeFile(blob, '');
        batch.push(catalogue.publish(command));
        if (batch.length < BATCH) continue;
        await Promise.all(batch);
        batch = [];
      }
    }
    await Promise.all(batch);
    // Else the server would do it while it is measured.
    await sealAll(store.events);
  } finally {
    await store.close();
  }
}

function publishOf(registry: RegistryRow, userId: number, place: number, version: string): PublishCommand {
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
  const at = systemClock();
  const file = `${name}-${version}.tar.gz`;
  const digests = { sha256: checksum, sha1: '0'.repeat(40), sha512: checksum };
  return {
    registryId: registry.id,
    name,
    origin: 'local',
    version,
    versionKey: version,
    manifest: JSON.stringify(release),
    summary: JSON.stringify(entry),
    readme: null,
    artifacts: [{ file, ...digests, size: entry.size, facts: '{}', key: `vais/${name}/${file}` }],
    tags: [],
    fallbackTag: null,
    raisesDefault: true,
    searchText: { description, keywords, categories: release.categories },
    deprecated: null,
    visibility: null,
    attestation: null,
    publisherId: userId,
    overrideOwnership: false,
    upstreamTime: null,
    at,
    event: {
      type: 'package.publish',
      at,
      actor: theServer,
      registry: registry.name,
      package: name,
      version,
      detail: {},
    },
  };
}
