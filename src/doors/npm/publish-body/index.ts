import { Fault, freeChunk, type Digests } from '../../../kernel/index.ts';
import type { StagedBlob } from '../../../registry/ports/index.ts';
import { Base64Decoder, BodyScanner, received, shown, shownSize } from '../../body/index.ts';
import { AttachmentPath } from './path.ts';
import { PossibleChange } from './possible-change.ts';

export interface PublishBodyOptions {
  /** Bytes of JSON without the tarball's text; 4 MiB unless given. */
  maxMetadataBytes?: number;
  /** Bytes of the decoded tarball. */
  maxTarballBytes: number;
  /** Begins an upload; called once the tarball's bytes arrive, so not at all for a body without one. */
  stage: () => Promise<StagedBlob>;
  /**
   * Asked for a body with much metadata and no tarball: what takes it in from the start, or undefined if it can be no
   * change of a package.
   */
  change?: () => Promise<ChangeSink | undefined>;
}

/** Takes in a body piece by piece and keeps the parts of its document that matter. */
export interface ChangeSink {
  push(bytes: Buffer): Promise<void>;
  end(): unknown;
}

export interface PublishedAttachment {
  /** Its key in `_attachments`, as the client wrote it: not a checked name. */
  fileName: string;
  /** Bytes, as the client declares them in `length`; not compared with what came. */
  declaredLength?: number;
  /** Finished, not promoted. It is the caller's to promote or discard. */
  staged: StagedBlob;
  digests: Digests;
}

export interface PublishBody {
  /** The JSON object, in which the `data` of a staged attachment is an empty string; or what the change kept of it. */
  document: unknown;
  /** One, or none if no `data` came. Attachments named `*.sigstore` stay in the document. */
  attachments: PublishedAttachment[];
}

/**
 * Reads the JSON that npm publish sends (`PUT /<name>`, with the tarball as base64 in `_attachments.<file>.data`) and
 * stages the tarball while it arrives: memory does not grow with it. On any failure what was staged has been discarded
 * before the promise rejects, and a request stream is left open, unread, for the answer. The chunks of `source` are
 * freed on the way.
 *
 * Faults: `json_invalid`, `body_truncated` (also when the client hangs up), `base64_invalid`, `too_large`,
 * `manifest_invalid` (two tarballs, a key of the attachments twice, a `length` that is none). Errors of `stage` and of
 * the staged blob pass as they are.
 */
export async function readPublishBody(
  source: AsyncIterable<Uint8Array>,
  options: PublishBodyOptions,
): Promise<PublishBody> {
  const scanner = scannerOf(options);
  const change = new PossibleChange(scanner, options);
  let staged: StagedBlob | undefined;
  try {
    for await (const chunk of received(source)) {
      await change.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      const [taken] = scanner.taken;
      if (taken) {
        staged ??= await options.stage();
        const { decoder } = taken;
        for (const batch of decoder.take()) {
          await staged.write(batch);
          decoder.giveBack(batch);
        }
      }
      freeChunk(chunk);
    }
    if (await change.isLarge()) return { document: change.end(), attachments: [] };
    const document = scanner.end();
    const [taken] = scanner.taken;
    if (!taken || !staged) return { document, attachments: [] };
    const { name: fileName } = taken;
    const length = declaredLength(document, fileName);
    return { document, attachments: [{ ...length, fileName, staged, digests: await staged.finish() }] };
  } catch (error) {
    // The refusal is what the client must hear; a copy that cannot be discarded now is swept later.
    await staged?.discard().catch(() => undefined);
    throw error;
  }
}

function scannerOf({ maxMetadataBytes = 4 * 1024 ** 2, maxTarballBytes }: PublishBodyOptions): BodyScanner {
  let isTaken = false;
  return new BodyScanner({
    path: new AttachmentPath(),
    maxMetadataBytes,
    begin: (fileName) => {
      if (isTaken) throw twoTarballs();
      isTaken = true;
      return new Base64Decoder({
        what: `The data of attachment ${shown(fileName)}`,
        maxBytes: maxTarballBytes,
        tooLarge: () => attachmentTooLarge(fileName, maxTarballBytes),
      });
    },
  });
}

function twoTarballs(): Fault {
  return new Fault(
    'manifest_invalid',
    'The request body has more than one tarball attached; publish one version at a time.',
  );
}

function attachmentTooLarge(fileName: string, maxBytes: number): Fault {
  return new Fault(
    'too_large',
    `The attachment ${shown(fileName)} is over the limit of ${shownSize(maxBytes)} for a tarball; leave files out of the package.`,
  );
}

function declaredLength(document: unknown, fileName: string): { declaredLength?: number } {
  const length = property(property(property(document, '_attachments'), fileName), 'length');
  if (length === undefined) return {};
  if (typeof length === 'number' && Number.isSafeInteger(length) && length >= 0)
    return { declaredLength: length };
  throw new Fault(
    'manifest_invalid',
    `The length of attachment ${shown(fileName)} is not a number of bytes; give the size of the tarball.`,
  );
}

/** An own property only: a file may be called `__proto__`. */
function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, key)?.value
    : undefined;
}
