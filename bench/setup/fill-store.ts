import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createAccounts } from '../../src/accounts/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { sealAll, theServer } from '../../src/ledger/index.ts';
import type { PublishArtifact, PublishCommand, RegistryRow } from '../../src/registry/index.ts';
import { openSqlStore } from '../../src/storage/sql/index.ts';
import { benchUser } from './registry-client.ts';

/** What is said of a version that is written into a store; its one file with its bytes. */
export interface SeededVersion extends Pick<
  PublishCommand,
  'name' | 'version' | 'manifest' | 'summary' | 'readme' | 'tags' | 'searchText'
> {
  raisesDefault?: boolean;
  artifact: PublishArtifact & { key: string };
  bytes: Buffer;
}

/** Commands under way at once; the writer commits as many together as it finds waiting. */
const BATCH = 256;

/**
 * Writes versions into a registry of a fresh data folder with the server's own adapters: the rows of a publish, and a small file for each.
 * Publishing them one by one over HTTP would take an hour. Makes further registries of the format, which are empty.
 */
export async function fillStore(
  folder: string,
  format: string,
  versions: Iterable<SeededVersion>,
  empty: string[] = [],
): Promise<void> {
  const data = join(folder, 'data');
  const { store } = await openSqlStore({ kind: 'sqlite', path: join(data, 'kontor.db') }, { create: true });
  try {
    const { catalogue } = store;
    const registry = await catalogue.createRegistry(format, format, systemClock(), theServer);
    for (const name of empty) await catalogue.createRegistry(name, format, systemClock(), theServer);
    const { id: userId } = await createAccounts(store.accounts, systemClock).register(benchUser, theServer);
    let batch: Promise<unknown>[] = [];
    for (const { artifact, bytes, ...version } of versions) {
      const command = { ...version, artifacts: [artifact] };
      batch.push(
        writeBlob(join(data, 'blobs', artifact.key), bytes).then(() =>
          catalogue.publish(commandOf(registry, userId, command)),
        ),
      );
      if (batch.length < BATCH) continue;
      await Promise.all(batch);
      batch = [];
    }
    await Promise.all(batch);
    // Else the server would do it while it is measured.
    await sealAll(store.events);
  } finally {
    await store.close();
  }
}

/** A server does not start whose storage looks lost. */
async function writeBlob(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

function commandOf(
  registry: RegistryRow,
  userId: number,
  version: Omit<SeededVersion, 'artifact' | 'bytes'> & Pick<PublishCommand, 'artifacts'>,
): PublishCommand {
  const at = systemClock();
  return {
    ...version,
    registryId: registry.id,
    origin: 'local',
    versionKey: version.version,
    fallbackTag: null,
    deprecated: null,
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
      package: version.name,
      version: version.version,
      detail: { tags: version.tags },
    },
  };
}
