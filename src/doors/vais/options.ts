import type { SecondFactors } from '../../accounts/index.ts';
import type { Blobs, Catalogue, DownloadCounter, Publisher, Reader } from '../../registry/index.ts';
import type { ArtifactSender } from '../send-artifact.ts';

/** What the Vais door works with. */
export interface VaisDoorOptions {
  catalogue: Catalogue;
  blobs: Blobs;
  reader: Reader;
  artifacts: ArtifactSender;
  publisher: Publisher;
  downloads: DownloadCounter;
  secondFactors: SecondFactors;
}
