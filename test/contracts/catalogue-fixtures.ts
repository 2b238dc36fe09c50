import type { AccountStore, User } from '../../src/accounts/index.ts';
import { sha256Hex } from '../../src/kernel/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import type {
  Catalogue,
  CountStore,
  PublishArtifact,
  PublishCommand,
  RegistryRow,
} from '../../src/registry/index.ts';

/** An empty catalogue with the accounts beside it. */
export type OpenCatalogue = () => Promise<{
  catalogue: Catalogue;
  accounts: AccountStore;
  counts: CountStore;
  close(): Promise<void>;
}>;

export const at = 1_700_000_000_000;

export function testUser(name: string) {
  return {
    name,
    email: `${name}@example.com`,
    role: 'user',
    passwordHash: 'hash',
    at,
    by: theServer,
  } as const;
}

export function event(type: string, name: string, version: string | null) {
  return { type, at, actor: theServer, registry: 'npm', package: name, version, detail: {} };
}

export function artifact(
  file: string,
  content: string,
  key = `npm/${file}-${sha256Hex(content).slice(0, 12)}`,
): PublishArtifact {
  const sha256 = sha256Hex(content);
  return { file, key, sha256, sha1: 'a'.repeat(40), sha512: 'b64', size: content.length, facts: '{}' };
}

/** A publish of `demo`, or of `more.name`, by `publisher`. */
export function publishCommand(
  registry: RegistryRow,
  publisher: User,
  version: string,
  more: Partial<PublishCommand> = {},
): PublishCommand {
  const name = more.name ?? 'demo';
  return {
    registryId: registry.id,
    name,
    origin: 'local',
    version,
    versionKey: version,
    manifest: `{"name":"${name}","version":"${version}"}`,
    summary: `{"name":"${name}"}`,
    readme: `read me ${version}`,
    artifacts: [artifact(`${name}-${version}.tgz`, `${name} ${version}`)],
    tags: ['latest'],
    fallbackTag: 'latest',
    searchText: { description: '', keywords: [] },
    deprecated: null,
    visibility: null,
    attestation: null,
    publisherId: publisher.id,
    overrideOwnership: false,
    upstreamTime: null,
    at,
    event: event('package.publish', name, version),
    ...more,
  };
}
