import type { FileSender } from '../send-file.ts';
import type { ArtifactSender } from '../send-artifact.ts';
import type {
  Analytics,
  Blobs,
  Catalogue,
  Contents,
  DownloadCounter,
  Previews,
  Publisher,
  Reader,
  RegistryRow,
  Signer,
  UpstreamAnswers,
} from '../../registry/index.ts';
import type { SecondFactors } from '../../accounts/index.ts';

/** What the pantry door works with. */
export interface PantryDoorOptions {
  catalogue: Catalogue;
  blobs: Blobs;
  reader: Reader;
  contents: Contents;
  answers: UpstreamAnswers;
  artifacts: ArtifactSender;
  /** For files that belong to no package's version. */
  files: FileSender;
  publisher: Publisher;
  previews: Previews;
  downloads: DownloadCounter;
  analytics: Analytics;
  /** Registries whose packages Pantry counts together with those of this door. */
  alsoCounted: () => RegistryRow[];
  secondFactors: SecondFactors;
  signer: Signer;
  /** Bytes of one tarball. */
  maxTarballBytes: number;
}
