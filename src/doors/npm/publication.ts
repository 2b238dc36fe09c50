import { readRelease } from '../../formats/npm/index.ts';
import { Fault } from '../../kernel/index.ts';
import type { Publication, Signer } from '../../registry/index.ts';
import { signedPublication } from '../npm-publication.ts';
import type { PublisherShape } from '../publisher-shape.ts';
import type { PublishedAttachment } from './publish-body/index.ts';

/** Everything of the body that is not the tarball: manifest and readme. */
export const MAX_METADATA_BYTES = 4 * 1024 * 1024;

/** Bytes of the largest body with a tarball: base64 takes a third more. */
export function largestBody(maxTarballBytes: number): number {
  return Math.ceil(maxTarballBytes / 3) * 4 + MAX_METADATA_BYTES;
}

/** The version that a document with a tarball brings: checked, signed and said to be `publisher`'s. Faults as `readRelease`. */
export async function publicationOf(
  signer: Signer,
  upload: { name: string; document: unknown; attachment: PublishedAttachment; publisher: PublisherShape },
): Promise<Publication> {
  const { name, document, attachment, publisher } = upload;
  const { staged, digests, fileName, declaredLength } = attachment;
  const release = await readRelease(document, name, {
    fileName,
    declaredLength,
    digests,
    open: () => staged.open(),
  });
  return signedPublication(signer, release, { staged, digests, publisher });
}

export function tooLarge(maxTarballBytes: number): Fault {
  const megabytes = Math.floor(maxTarballBytes / 1024 ** 2);
  return new Fault(
    'too_large',
    `The package is too large: this registry takes tarballs of up to ${megabytes} MB.`,
  );
}
