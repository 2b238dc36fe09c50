import type { Accounts, Machines, Organisations, Registration, SecondFactors } from '../../accounts/index.ts';
import type {
  Advisories,
  Analytics,
  Blobs,
  Catalogue,
  DownloadCounter,
  Publisher,
  Reader,
  Sharing,
  Signer,
  Stages,
  TrustKeeper,
  UpstreamAnswers,
} from '../../registry/index.ts';
import type { ArtifactSender } from '../send-artifact.ts';
import type { Documents } from './documents/index.ts';

/** What the npm door works with. */
export interface NpmDoorOptions {
  catalogue: Catalogue;
  blobs: Blobs;
  reader: Reader;
  artifacts: ArtifactSender;
  advisories: Advisories;
  answers: UpstreamAnswers;
  publisher: Publisher;
  stages: Stages;
  accounts: Accounts;
  secondFactors: SecondFactors;
  machines: Machines;
  /** Can people log in at `/-/sso/login` of the server? */
  signOn: boolean;
  trust: TrustKeeper;
  /** Under which this server is reached, if its operator has said so. */
  publicUrl: string | undefined;
  organisations: Organisations;
  sharing: Sharing;
  signer: Signer;
  documents: Documents;
  downloads: DownloadCounter;
  analytics: Analytics;
  registration: Registration;
  /** Bytes of one tarball. */
  maxTarballBytes: number;
}
