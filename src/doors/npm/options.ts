import type { Accounts, Registration, SecondFactors } from '../../accounts/index.ts';
import type { Blobs, Catalogue, DownloadCounter, Publisher, Reader, Signer } from '../../registry/index.ts';
import type { Documents } from './documents/index.ts';

/** What the npm door works with. */
export interface NpmDoorOptions {
  catalogue: Catalogue;
  blobs: Blobs;
  reader: Reader;
  publisher: Publisher;
  accounts: Accounts;
  secondFactors: SecondFactors;
  signer: Signer;
  documents: Documents;
  downloads: DownloadCounter;
  registration: Registration;
  /** Bytes of one tarball. */
  maxTarballBytes: number;
}
