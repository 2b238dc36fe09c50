import type { Kysely } from 'kysely';
import type { Catalogue } from '../../../registry/index.ts';
import type { Writer } from '../commands/index.ts';
import * as blobs from '../queries/blobs.ts';
import * as packages from '../queries/packages.ts';
import { listRegistries } from '../queries/registries.ts';
import * as stars from '../queries/stars.ts';
import { openDocumentOn } from '../queries/upstream-documents.ts';
import * as versions from '../queries/versions.ts';
import type { Schema } from '../schema/index.ts';
import type { Searcher } from '../searcher.ts';

export function catalogueOn(db: Kysely<Schema>, writer: Writer, searcher: Searcher): Catalogue {
  const openRevision = packages.openRevisionOn(db);
  const openDocument = openDocumentOn(db);
  return {
    ...(openRevision && { openRevision }),
    ...(openDocument && { openDocument }),
    registries: () => listRegistries(db),
    createRegistry: (name, format, at, by, settings = {}) =>
      writer.run('createRegistry', { name, format, at, by, settings }),
    findPackage: (registryId, name) => packages.findPackage(db, registryId, name),
    versions: (packageId, afterId, limit) => versions.readVersions(db, packageId, afterId, limit),
    version: (packageId, version) => versions.readVersion(db, packageId, version),
    vanished: (packageId) => versions.readVanished(db, packageId),
    hasVersion: (packageId, versionKey) => versions.hasVersion(db, packageId, versionKey),
    tags: (packageId) => packages.readTags(db, packageId),
    owners: (packageId) => packages.readOwners(db, packageId),
    attestation: (packageId, version) => versions.readAttestation(db, packageId, version),
    readme: (packageId, version) => versions.readReadme(db, packageId, version),
    findArtifact: (registryId, name, file) => versions.findArtifact(db, registryId, name, file),
    findBlob: (sha256) => blobs.findBlob(db, sha256),
    knownKeys: (keys) => blobs.knownKeys(db, keys),
    publish: (command) => writer.run('publish', command),
    tag: (command) => writer.run('moveTag', command),
    deprecate: (command) => writer.run('deprecate', command),
    yank: (command) => writer.run('yank', command),
    unpublish: (command) => writer.run('unpublish', command),
    setOwners: (command) => writer.run('setOwners', command),
    setVisibility: (command) => writer.run('setVisibility', command),
    star: (command) => writer.run('star', command),
    starredBy: (packageId) => stars.starredBy(db, packageId),
    starsOf: (registryId, userName, readerId) => stars.starsOf(db, registryId, userName, readerId),
    search: (query) => searcher.search(query),
    blobs: (afterKey, limit) => blobs.pageBlobs(db, afterKey, limit),
    danglingReferences: () => blobs.danglingReferences(db),
    barKey: (key, at) => writer.run('barKey', { key, at }),
  };
}
