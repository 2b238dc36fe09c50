import type { SecondFactors } from '../../accounts/index.ts';
import type {
  Blobs,
  Catalogue,
  ContentLookUp,
  DownloadCounter,
  Publisher,
  Reader,
} from '../../registry/index.ts';
import type { ArtifactSender } from '../send-artifact.ts';

/** What the Zig door works with. */
export interface ZigDoorOptions {
  catalogue: Catalogue;
  blobs: Blobs;
  reader: Reader;
  contents: ContentLookUp;
  artifacts: ArtifactSender;
  publisher: Publisher;
  downloads: DownloadCounter;
  secondFactors: SecondFactors;
  /** Bytes of one archive. */
  maxTarballBytes: number;
}
