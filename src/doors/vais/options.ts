import type { Accounts, Registration, SecondFactors } from '../../accounts/index.ts';
import type {
  Analytics,
  Blobs,
  Catalogue,
  DownloadCounter,
  Listings,
  Publisher,
  Reader,
  RegistryRevisions,
} from '../../registry/index.ts';
import type { ArtifactSender } from '../send-artifact.ts';
import type { IndexDocuments } from './index-document/index.ts';
import type { PackageDocuments } from './package-documents.ts';

/** What the Vais door works with. */
export interface VaisDoorOptions {
  catalogue: Catalogue;
  blobs: Blobs;
  reader: Reader;
  artifacts: ArtifactSender;
  publisher: Publisher;
  downloads: DownloadCounter;
  secondFactors: SecondFactors;
  analytics: Analytics;
  indexes: IndexDocuments;
  packages: PackageDocuments;
  revisions: RegistryRevisions;
  listings: Listings;
  /** Of this server. */
  version: string;
  /** Bytes of one archive. */
  maxTarballBytes: number;
  /** True on a server that is for Vais packages: see `storagePlace`. */
  atTop: boolean;
  accounts: Accounts;
  registration: Registration;
  /** Identity of the store, which ids of users are made from. */
  storeId: string;
  /** Days that a token lives which a log-in gives. */
  tokenDays: number;
  /** Sites whose pages may ask. */
  corsOrigins: '*' | readonly string[];
}
