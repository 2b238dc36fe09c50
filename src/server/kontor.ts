import {
  createMachines,
  createSecondFactors,
  noGuard,
  noMessenger,
  type Machines,
  type SecondFactors,
} from '../accounts/index.ts';
import { npmAdvisories } from '../formats/npm/index.ts';
import { Fault, systemClock } from '../kernel/index.ts';
import { theServer, type Actor } from '../ledger/index.ts';
import {
  Advisories,
  allKeys,
  BlockKeeper,
  checkRegistryName,
  ClaimKeeper,
  Claims,
  Explainer,
  TrustKeeper,
  type PolicyKeeper,
  Registries,
  Sharing,
  verify,
  type Blobs,
  type Catalogue,
  type NewOwner,
  type RegistryChange,
  type RegistryPolicies,
  type RegistryRow,
  storageReport,
  type StorageReport,
  type VerifyReport,
} from '../registry/index.ts';
import { openSqlStore, type SqlStore } from '../storage/sql/index.ts';
import { deferBlobs, reachStorage } from './blob-storage.ts';
import type { Config, Values } from './config/index.ts';
import { versionRanges } from './formats.ts';
import { issuerKeys } from './openid/index.ts';
import { keyWrap } from './key-wrap.ts';
import { createIdentity, type Identity } from './identity.ts';
import { previewsGoneUntil } from './preview-life.ts';
import { createPolicies } from './policies.ts';
import { refuseLostBlobs, storeFault } from './store-fault.ts';
import { claimStorage, refuseOthersStorage } from './store-marker.ts';

/** Formats that this release has a door for. */
const formats = ['npm', 'zig', 'vais'];
/** Registries that the first start makes. */
const firstRegistries = [
  { name: 'npm', format: 'npm' },
  { name: 'zig', format: 'zig' },
  { name: 'vais', format: 'vais' },
];

/** An open store, beside a running server or as a part of one. */
export interface Kontor extends Identity {
  store: SqlStore;
  catalogue: Catalogue;
  secondFactors: SecondFactors;
  machines: Machines;
  trust: TrustKeeper;
  blobs: Blobs;
  sharing: Sharing;
  registries: Registries;
  blocks: BlockKeeper;
  /** What each registry lets in. */
  policies: RegistryPolicies;
  policyKeeper: PolicyKeeper;
  claims: Claims;
  claimKeeper: ClaimKeeper;
  explainer: Explainer;
  advisories: Advisories;
  /** Faults `name_invalid`, `bad_request` for an unknown format, `registry_exists`. */
  createRegistry(name: string, format: string, by: Actor, settings?: RegistryChange): Promise<RegistryRow>;
  verify(): Promise<VerifyReport>;
  storageUse(): Promise<StorageReport>;
  /** The migrations that opening the store ran. */
  migrate(): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Opens database and blobs as the settings say. `create: false` refuses to make a store where there is none. Fault `config_invalid`
 * for what the operator can mend: rights, paths, a disk that is not mounted.
 */
export async function openKontor(config: Config, options: { create: boolean }): Promise<Kontor> {
  try {
    return await open(config, options);
  } catch (error) {
    throw storeFault(error, config.values);
  }
}

async function open(config: Config, options: { create: boolean }): Promise<Kontor> {
  const { values } = config;
  const { store, migrations } = await openSqlStore(values.database, options);
  try {
    const blobs = await openBlobs(store, values, options.create);
    if (options.create) await createFirstRegistries(store.catalogue);
    const { catalogue } = store;
    const { policies, policyKeeper } = createPolicies(config, store);
    const claims = new Claims(store.origins, policies);
    return {
      store,
      catalogue,
      ...createIdentity({
        store,
        values,
        clock: systemClock,
        guard: noGuard,
        messenger: noMessenger,
      }),
      secondFactors: createSecondFactors({
        store: store.secondFactors,
        users: store.accounts,
        clock: systemClock,
        wrap: keyWrap(values.secret),
        storeId: store.id,
        requirement: values.requireSecondFactor,
      }),
      machines: createMachines(
        store.machines,
        issuerKeys(
          new Set([values.githubIssuer, values.gitlabIssuer, ...values.trustedIssuers]),
          systemClock,
        ),
        systemClock,
      ),
      trust: new TrustKeeper({
        store: store.trustedPublishing,
        rights: store.rights,
        clock: systemClock,
        issuers: { github: values.githubIssuer, gitlab: values.gitlabIssuer },
      }),
      blobs,
      policies,
      policyKeeper,
      claims,
      claimKeeper: new ClaimKeeper({
        origins: store.origins,
        policies,
        rights: store.rights,
        clock: systemClock,
        findOwner: (name) => findOwner(store, name),
      }),
      explainer: new Explainer({
        origins: store.origins,
        policies,
        claims,
        rights: store.rights,
        documents: store.upstreamDocuments,
        clock: systemClock,
      }),
      sharing: new Sharing(catalogue, store.packageAccess, store.rights, systemClock),
      registries: new Registries(catalogue, store.rights, store.registrySettings, systemClock),
      advisories: new Advisories(store.advisories, [npmAdvisories], systemClock),
      blocks: new BlockKeeper(catalogue, store.blocks, versionRanges, systemClock),
      createRegistry: async (name, format, by, settings) => {
        checkRegistryName(name, format);
        if (!formats.includes(format)) {
          throw new Fault(
            'bad_request',
            `There is no format ${format}; this release has: ${formats.join(', ')}.`,
          );
        }
        await refuseFolderOfPackage(catalogue, name);
        return catalogue.createRegistry(name, format, systemClock(), by, settings);
      },
      storageUse: async () => storageReport(await store.storageUses.read(), values.upstreamCacheBytes),
      verify: () =>
        verify({
          catalogue: {
            ...allKeys(catalogue, store.previews),
            blobs: (after, limit) => catalogue.blobs(after, limit),
            danglingReferences: () => catalogue.danglingReferences(),
          },
          blobs,
          previews: { store: store.previews, goneUntil: previewsGoneUntil(values, systemClock()) },
          chain: store,
        }),
      migrate: () => Promise.resolve(migrations),
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openBlobs({ id, catalogue }: SqlStore, values: Values, isServer: boolean): Promise<Blobs> {
  if (!isServer && values.storage.kind === 's3') return deferBlobs(values, id);
  const storage = await reachStorage(values);
  const isMarked = await refuseOthersStorage(storage, id);
  await refuseLostBlobs(catalogue, storage);
  const blobs = await storage.open({ probed: isServer });
  if (isServer && !isMarked) await claimStorage(storage, id, catalogue, blobs);
  return blobs;
}

/** On a server for Vais packages those have folders beside those of registries: two in one would make a file where the other has a folder. */
async function refuseFolderOfPackage(catalogue: Catalogue, name: string): Promise<void> {
  const folder = `${name}/`;
  const [first] = await catalogue.blobs(folder, 1);
  if (!first?.key.startsWith(folder)) return;
  // That there is one is for the catalogue to say.
  if ((await catalogue.registries()).some((registry) => registry.name === name)) return;
  throw new Fault(
    'name_invalid',
    `This registry name is not accepted: a package of another registry is called so, and its files lie in the folder ${name} of the storage, where those of the registry would; choose another name.`,
  );
}

async function createFirstRegistries(catalogue: Catalogue): Promise<void> {
  const known = new Set((await catalogue.registries()).map(({ name }) => name));
  for (const { name, format } of firstRegistries) {
    if (known.has(name)) continue;
    await catalogue.createRegistry(name, format, systemClock(), theServer).catch((error: unknown) => {
      // Another replica was faster.
      if (!(error instanceof Fault && error.code === 'registry_exists')) throw error;
    });
  }
}

async function findOwner({ accounts, organisations }: SqlStore, name: string): Promise<NewOwner | undefined> {
  const user = await accounts.userByName(name);
  if (user) return { userId: user.id };
  // No user has this id, so it says no role either.
  const organisation = await organisations.find(name.toLowerCase(), 0);
  return organisation && { organisationId: organisation.id };
}
