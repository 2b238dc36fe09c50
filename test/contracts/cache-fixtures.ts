import type { User } from '../../src/accounts/index.ts';
import { isFault } from '../../src/kernel/index.ts';
import { storeVersion, type Blobs, type PublishCommand, type RegistryRow } from '../../src/registry/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { artifact, at, publishCommand } from './catalogue-fixtures.ts';

interface File {
  version: string;
  content: string;
}

/** Stores a version of `theirs` as a pull does; one that is there already is left alone. */
export async function storePulled(
  store: SqlStore,
  blobs: Blobs,
  registry: RegistryRow,
  { version, content, at: when }: File & { at: number },
): Promise<void> {
  const user = { id: 0 } as User;
  const more: Partial<PublishCommand> = {
    name: 'theirs',
    origin: 'upstream',
    publisherId: null,
    tags: [],
    fallbackTag: null,
  };
  const command = publishCommand(registry, user, version, { ...more, at: when });
  await storeBytes(store, blobs, registry, command, content).catch((error: unknown) => {
    if (!isFault(error, 'version_exists')) throw error;
  });
}

/** Publishes a version of `demo`. */
export async function storeOwned(
  store: SqlStore,
  blobs: Blobs,
  registry: RegistryRow,
  user: User,
  { version, content }: File,
): Promise<void> {
  await storeBytes(store, blobs, registry, publishCommand(registry, user, version), content);
}

async function storeBytes(
  store: SqlStore,
  blobs: Blobs,
  registry: RegistryRow,
  command: PublishCommand,
  content: string,
): Promise<void> {
  const staged = await blobs.stage();
  await staged.write(Buffer.from(content));
  await staged.finish();
  const { key: _, ...row } = artifact(`${command.name}-${command.version}.tgz`, content);
  await storeVersion(
    { catalogue: store.catalogue, blobs },
    { ...command, registry: registry.name, artifacts: [{ row, staged }] },
  );
}

/** What an upstream said about a name: a document of six bytes with its index, or that it has no such package. */
export async function put(
  store: SqlStore,
  registry: RegistryRow,
  { name, at: when = at, missing = false }: { name: string; at?: number; missing?: boolean },
): Promise<void> {
  await store.upstreamDocuments.put({
    registryId: registry.id,
    name,
    upstream: 'http://127.0.0.1:9',
    versions: [],
    status: missing ? 'missing' : 'found',
    upstreamEtag: null,
    lastModified: null,
    checkedAt: when,
    fetchedAt: when,
    body: missing ? null : Buffer.from('body'),
    index: missing ? null : Buffer.from('{}'),
    etag: missing ? '' : name,
  });
}
