import { Fault, freeChunk, type Digests } from '../../kernel/index.ts';
import type { StagedBlob } from '../../registry/index.ts';
import { Base64Decoder } from './base64.ts';
import { PatternPath, type DataPattern } from './data-path.ts';
import { received } from './received.ts';
import { BodyScanner, type TakenData } from './scanner.ts';

export interface TarballJsonOptions {
  /** Where tarballs stand in the body. */
  at: readonly DataPattern[];
  /** Bytes of JSON without the tarballs' text. */
  maxMetadataBytes: number;
  /** Bytes of one decoded tarball. */
  maxTarballBytes: number;
  /** What is said of a larger one, by its path as in `SentTarball`. */
  tooLarge: (path: string) => Fault;
  maxTarballs: number;
  /** Begins the upload of a tarball; called once its text begins. */
  stage: (path: string) => Promise<StagedBlob>;
}

export interface SentTarball {
  /** `tarball`, `packages.0.tarball`. */
  path: string;
  /** Finished, not promoted. It is the caller's to promote or discard. */
  staged: StagedBlob;
  digests: Digests;
  /** Set if its text is no base64: then the bytes mean nothing. The door says so when nothing else is wrong. */
  invalid: Fault | undefined;
}

export interface TarballJson {
  /** The JSON object, with an empty string for each tarball's text. */
  document: unknown;
  tarballs: SentTarball[];
}

/**
 * Reads a JSON object that has tarballs in it as base64, and stages them while they arrive: memory does not grow with them. On any
 * failure what was staged has been discarded before the promise rejects, and a request stream is left open, unread, for the answer.
 * The chunks of `source` are freed on the way.
 *
 * Faults: `json_invalid`, `body_truncated` (also when the client hangs up), `too_large`, and those of the options.
 */
export async function readTarballJson(
  source: AsyncIterable<Uint8Array>,
  options: TarballJsonOptions,
): Promise<TarballJson> {
  const scanner = scannerOf(options);
  const uploads: Upload[] = [];
  try {
    for await (const chunk of received(source)) {
      scanner.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      for (const [index, taken] of scanner.taken.entries()) {
        uploads[index] ??= { taken, staged: await options.stage(taken.name) };
        await drain(uploads[index]);
      }
      freeChunk(chunk);
    }
    const document = scanner.end();
    return { document, tarballs: uploads.map(tarballOf) };
  } catch (error) {
    // The refusal is what the client must hear; a copy that cannot be discarded now is swept later.
    await Promise.allSettled(uploads.map(({ staged }) => staged.discard()));
    throw error;
  }
}

interface Upload {
  taken: TakenData;
  staged: StagedBlob;
  digests?: Digests;
}

/** Writes what has been decoded. */
async function drain(upload: Upload): Promise<void> {
  const { taken, staged } = upload;
  if (upload.digests) return;
  for (const batch of taken.decoder.take()) {
    await staged.write(batch);
    taken.decoder.giveBack(batch);
  }
  if (taken.decoder.ended) upload.digests = await staged.finish();
}

function tarballOf({ taken, staged, digests }: Upload): SentTarball {
  // The body has ended, and so has every text in it.
  if (digests === undefined) throw new TypeError('A tarball has not ended.');
  return { path: taken.name, staged, digests, invalid: taken.decoder.invalid };
}

function scannerOf({ at, maxMetadataBytes, maxTarballBytes, maxTarballs, tooLarge }: TarballJsonOptions) {
  let count = 0;
  return new BodyScanner({
    path: new PatternPath(at),
    maxMetadataBytes,
    begin: (path) => {
      if (++count > maxTarballs) {
        throw new Fault(
          'too_large',
          `The request has more than ${maxTarballs} tarballs; send fewer at once.`,
        );
      }
      return new Base64Decoder({
        what: `The text of ${path}`,
        maxBytes: maxTarballBytes,
        tooLarge: () => tooLarge(path),
        tellsLater: true,
      });
    },
  });
}
