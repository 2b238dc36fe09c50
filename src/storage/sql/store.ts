import type { Kysely } from 'kysely';
import type { AccountStore } from '../../accounts/index.ts';
import type { EventStore, Leases } from '../../ledger/index.ts';
import type { Catalogue, SigningKeys } from '../../registry/index.ts';
import type { UpstreamDocuments } from '../../upstream/index.ts';
import type { Writer } from './commands/index.ts';
import * as accounts from './queries/accounts.ts';
import * as blobs from './queries/blobs.ts';
import { readDownloads } from './queries/downloads.ts';
import * as events from './queries/events.ts';
import * as packages from './queries/packages.ts';
import { listSigningKeys } from './queries/signing-keys.ts';
import * as stars from './queries/stars.ts';
import { findUpstreamDocument } from './queries/upstream-documents.ts';
import * as versions from './queries/versions.ts';
import * as webLogins from './queries/web-logins.ts';
import type { Schema } from './schema.ts';
import type { Searcher } from './searcher.ts';

/** Everything that one database keeps, as the ports that the domain asks for. */
export interface SqlStore {
  /** Identity of the store, the same on all its replicas. */
  id: string;
  catalogue: Catalogue;
  accounts: AccountStore;
  events: EventStore;
  leases: Leases;
  signingKeys: SigningKeys;
  upstreamDocuments: UpstreamDocuments;
  /** Resolves when the database answers; rejects when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Ties the queries to the connection for reading and the commands to the writer. */
export async function storeOn(db: Kysely<Schema>, writer: Writer, searcher: Searcher): Promise<SqlStore> {
  const { value: id } = await db
    .selectFrom('store')
    .select('value')
    .where('name', '=', 'id')
    .executeTakeFirstOrThrow();
  return {
    id,
    catalogue: {
      registries: () => packages.listRegistries(db),
      createRegistry: (name, format, at) => writer.run('createRegistry', { name, format, at }),
      findPackage: (registryId, name) => packages.findPackage(db, registryId, name),
      versions: (packageId, afterId, limit) => versions.readVersions(db, packageId, afterId, limit),
      version: (packageId, version) => versions.readVersion(db, packageId, version),
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
      unpublish: (command) => writer.run('unpublish', command),
      setOwners: (command) => writer.run('setOwners', command),
      setVisibility: (command) => writer.run('setVisibility', command),
      star: (command) => writer.run('star', command),
      starredBy: (packageId) => stars.starredBy(db, packageId),
      starsOf: (registryId, userName, readerId) => stars.starsOf(db, registryId, userName, readerId),
      search: (query) => searcher.search(query),
      countDownloads: (counts) => writer.run('countDownloads', counts),
      downloads: (packageId, first, last) => readDownloads(db, packageId, first, last),
      blobs: (afterKey, limit) => blobs.pageBlobs(db, afterKey, limit),
      danglingReferences: () => blobs.danglingReferences(db),
      barKey: (key, at) => writer.run('barKey', { key, at }),
    },
    accounts: {
      createUser: (user) => writer.run('createUser', user),
      userByName: (name) => accounts.userByName(db, name),
      userById: (userId) => accounts.userById(db, userId),
      administrators: () => accounts.listAdministrators(db),
      countUsers: () => accounts.countUsers(db),
      createToken: (token) => writer.run('createToken', token),
      tokenByHash: (hash) => accounts.tokenByHash(db, hash),
      tokensOf: (query) => accounts.tokensOf(db, query),
      revokeToken: (revocation) => writer.run('revokeToken', revocation),
      changePassword: (change) => writer.run('changePassword', change),
      profileOf: (userId) => accounts.profileOf(db, userId),
      updateProfile: (update) => writer.run('updateProfile', update),
      startWebLogin: (login) => writer.run('startWebLogin', login),
      openWebLogin: (pageHash, now) => webLogins.openWebLogin(db, pageHash, now),
      approveWebLogin: (approval) => writer.run('approveWebLogin', approval),
      webLoginState: (doneHash, now) => webLogins.webLoginState(db, doneHash, now),
      redeemWebLogin: (redemption) => writer.run('redeemWebLogin', redemption),
    },
    events: {
      seal: (limit) => writer.run('seal', limit),
      sealed: (afterSeq, limit) => events.sealedEvents(db, afterSeq, limit),
      unsealed: () => events.countUnsealed(db),
    },
    leases: {
      acquire: (name, holder, now, ttl) => writer.run('acquireLease', { name, holder, now, ttl }),
      release: (name, holder) => writer.run('releaseLease', { name, holder }),
    },
    signingKeys: {
      list: (purpose) => listSigningKeys(db, purpose),
      adopt: (key) => writer.run('adoptSigningKey', key),
    },
    upstreamDocuments: {
      get: (registryId, name) => findUpstreamDocument(db, registryId, name),
      put: (document) => writer.run('putUpstreamDocument', document),
      touch: (registryId, name, checkedAt) =>
        writer.run('touchUpstreamDocument', { registryId, name, checkedAt }),
    },
    ping: async () => {
      await db.selectFrom('store').select('value').where('name', '=', 'epoch').executeTakeFirstOrThrow();
    },
    close: async () => {
      await Promise.all([writer.close(), searcher.close()]);
      await db.destroy();
    },
  };
}
