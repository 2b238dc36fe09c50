import type { Kysely } from 'kysely';
import type { AuditStore, Deliveries, EventStore, Leases } from '../../ledger/index.ts';
import type { KnownNetworks } from '../../policy/index.ts';
import type {
  AccountStore,
  Contacts,
  LinkStore,
  MachineStore,
  OrganisationStore,
  SecondFactorStore,
  SessionStore,
  SignOnStore,
  UserStore,
} from '../../accounts/index.ts';
import type {
  AdvisoryStore,
  Blocks,
  Catalogue,
  Inventory,
  ContentHashes,
  CountStore,
  Origins,
  PackageAccess,
  PolicyStore,
  Listings,
  PreviewStore,
  RegistryRevisions,
  RegistrySettings,
  Rights,
  SimilarNames,
  SigningKeys,
  StagedVersions,
  StorageUses,
  TrustedPublishing,
} from '../../registry/index.ts';
import type { AnswerStore, UpstreamCache, UpstreamDocuments } from '../../upstream/index.ts';
import type { Writer } from './commands/index.ts';
import { advisoryStoreOn } from './ports/advisories.ts';
import { accountStoreOn } from './ports/accounts.ts';
import { auditStoreOn } from './ports/audit.ts';
import { secondFactorsOn } from './ports/second-factors.ts';
import { catalogueOn } from './ports/catalogue.ts';
import { countStoreOn } from './ports/counts.ts';
import { gateBlocksOn } from './ports/gate.ts';
import { inventoryOn } from './ports/inventory.ts';
import { contactsOn, deliveriesOn, knownNetworksOn } from './ports/notify.ts';
import { linkStoreOn, sessionStoreOn, userStoreOn } from './ports/identity.ts';
import { machinesOn, trustedPublishingOn } from './ports/machines.ts';
import { organisationStoreOn } from './ports/organisations.ts';
import { signOnStoreOn } from './ports/sign-on.ts';
import { policyStoreOn } from './ports/policies.ts';
import { previewStoreOn } from './ports/previews.ts';
import { originsOn, packageAccessOn, registrySettingsOn, rightsOn, similarNamesOn } from './ports/rights.ts';
import { listingsOn, registryRevisionsOn } from './ports/registry-revisions.ts';
import { upstreamCacheOn } from './ports/upstream-cache.ts';
import { findByContent } from './queries/content-hashes.ts';
import * as events from './queries/events.ts';
import { listSigningKeys } from './queries/signing-keys.ts';
import { findStaged, listStaged } from './queries/staged-versions.ts';
import { findUpstreamDocument, readUpstreamBody } from './queries/upstream-documents.ts';
import { documentSources, upstreamAnswers } from './queries/upstream-answers.ts';
import type { Schema } from './schema/index.ts';
import type { Searcher } from './searcher.ts';

/** Everything that one database keeps, as the ports that the domain asks for. */
export interface SqlStore {
  /** Identity of the store, the same on all its replicas. */
  id: string;
  catalogue: Catalogue;
  inventory: Inventory;
  counts: CountStore;
  stagedVersions: StagedVersions;
  rights: Rights;
  blocks: Blocks;
  contentHashes: ContentHashes;
  packageAccess: PackageAccess;
  registryRevisions: RegistryRevisions;
  registrySettings: RegistrySettings;
  listings: Listings;
  origins: Origins;
  policies: PolicyStore;
  previews: PreviewStore;
  similarNames: SimilarNames;
  accounts: AccountStore;
  secondFactors: SecondFactorStore;
  users: UserStore;
  sessions: SessionStore;
  links: LinkStore;
  organisations: OrganisationStore;
  machines: MachineStore;
  signOns: SignOnStore;
  trustedPublishing: TrustedPublishing;
  events: EventStore;
  audit: AuditStore;
  leases: Leases;
  deliveries: Deliveries;
  knownNetworks: KnownNetworks;
  contacts: Contacts;
  signingKeys: SigningKeys;
  upstreamDocuments: UpstreamDocuments;
  upstreamAnswers: AnswerStore;
  advisories: AdvisoryStore;
  upstreamCache: UpstreamCache;
  storageUses: StorageUses;
  /** True if several servers may work on this database at once; false where one has it for itself. */
  shared: boolean;
  /**
   * Tells at once whether anything was committed, by whatever process: if it answers the same number twice, nothing was in
   * between. Missing where the database is asked over a wire.
   */
  changes?: () => number;
  /** Resolves when the database answers; rejects when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Ties the queries to the connection for reading and the commands to the writer. */
export async function storeOn(
  db: Kysely<Schema>,
  writer: Writer,
  searcher: Searcher,
): Promise<Omit<SqlStore, 'shared'>> {
  const { value: id } = await db
    .selectFrom('store')
    .select('value')
    .where('name', '=', 'id')
    .executeTakeFirstOrThrow();
  return {
    id,
    catalogue: catalogueOn(db, writer, searcher),
    inventory: inventoryOn(db),
    counts: countStoreOn(db, writer, searcher),
    stagedVersions: {
      stage: (command) => writer.run('stageVersion', command),
      find: (registryId, stageId) => findStaged(db, registryId, stageId),
      list: (query) => listStaged(db, query),
      approve: (command) => writer.run('approveVersion', command),
      reject: (command) => writer.run('rejectVersion', command),
    },
    rights: rightsOn(db),
    blocks: gateBlocksOn(db, writer),
    contentHashes: { find: (query) => findByContent(db, query) },
    packageAccess: packageAccessOn(db, writer),
    registryRevisions: registryRevisionsOn(db),
    registrySettings: registrySettingsOn(db, writer),
    listings: listingsOn(searcher),
    origins: originsOn(db, writer),
    policies: policyStoreOn(db, writer),
    previews: previewStoreOn(db, writer),
    similarNames: similarNamesOn(db),
    accounts: accountStoreOn(db, writer),
    secondFactors: secondFactorsOn(db, writer),
    users: userStoreOn(db, writer),
    sessions: sessionStoreOn(db, writer),
    links: linkStoreOn(db, writer),
    machines: machinesOn(db, writer),
    signOns: signOnStoreOn(db, writer),
    trustedPublishing: trustedPublishingOn(db, writer),
    organisations: organisationStoreOn(db, writer),
    events: {
      seal: (limit) => writer.run('seal', limit),
      sealed: (afterSeq, limit) => events.sealedEvents(db, afterSeq, limit),
      unsealed: () => events.countUnsealed(db),
    },
    audit: auditStoreOn(db, writer),
    leases: {
      acquire: (name, holder, now, ttl) => writer.run('acquireLease', { name, holder, now, ttl }),
      release: (name, holder) => writer.run('releaseLease', { name, holder }),
    },
    deliveries: deliveriesOn(db, writer),
    knownNetworks: knownNetworksOn(db, writer),
    contacts: contactsOn(db),
    signingKeys: {
      list: (purpose) => listSigningKeys(db, purpose),
      adopt: (key) => writer.run('adoptSigningKey', key),
    },
    upstreamDocuments: {
      find: (registryId, name) => findUpstreamDocument(db, registryId, name),
      body: (registryId, name) => readUpstreamBody(db, 'body', registryId, name),
      index: (registryId, name) => readUpstreamBody(db, 'artifact_index', registryId, name),
      put: (document) => writer.run('putUpstreamDocument', document),
      touch: (registryId, name, etag, checkedAt) =>
        writer.run('touchUpstreamDocument', { registryId, name, etag, checkedAt }),
    },
    upstreamAnswers: {
      get: (registryId, upstream, keys) => upstreamAnswers(db, registryId, upstream, keys),
      put: (answers) => writer.run('putUpstreamAnswers', answers),
      prune: (pruning) => writer.run('pruneUpstreamAnswers', pruning),
      sources: (registryId, names) => documentSources(db, registryId, names),
    },
    advisories: advisoryStoreOn(db, writer),
    upstreamCache: upstreamCacheOn(db, writer),
    storageUses: { read: () => writer.run('readStorageUse', undefined) },
    ping: async () => {
      await db.selectFrom('store').select('value').where('name', '=', 'epoch').executeTakeFirstOrThrow();
    },
    close: async () => {
      await Promise.all([writer.close(), searcher.close()]);
      await db.destroy();
    },
  };
}
