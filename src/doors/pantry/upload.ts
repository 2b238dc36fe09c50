import type { FastifyRequest } from 'fastify';
import { Fault, isFault, type Digests } from '../../kernel/index.ts';
import type { StagedBlob } from '../../registry/index.ts';
import { readTarballJson } from '../body/index.ts';
import { isForm, readForm } from '../multipart.ts';
import { PantryFault } from '../flat-errors.ts';
import { tarballTooLarge } from '../pantry-uploads.ts';

/** What a publish brings, in either of its two forms. */
export interface Upload {
  metadata: unknown;
  /** Finished, not promoted. It is the caller's to promote or discard. */
  staged: StagedBlob;
  digests: Digests;
  /** Set if the tarball was no base64. */
  invalid: Fault | undefined;
}

export interface UploadOptions {
  stage: () => Promise<StagedBlob>;
  /** Bytes of the tarball. */
  maxTarballBytes: number;
}

/** Bytes of all but the tarball. */
const MAX_METADATA_BYTES = 1024 ** 2;

/**
 * Reads the body of a publish (protocols/pantry 2): a form with the field `metadata` and the file `tarball`, or JSON with an object and
 * a base64 text under these names. On a failure nothing stays staged. Faults: `unsupported_media`, `bad_request`, `json_invalid`,
 * `too_large`, `body_truncated`.
 */
export async function readUpload(request: FastifyRequest, options: UploadOptions): Promise<Upload> {
  const type = request.headers['content-type'];
  const { maxTarballBytes } = options;
  // Base64 takes a third more.
  const most = Math.ceil(maxTarballBytes / 3) * 4 + 2 * MAX_METADATA_BYTES;
  if (Number(request.headers['content-length'] ?? 0) > most) throw tarballTooLarge(maxTarballBytes);
  if (isForm(type)) return readFormUpload(type, request, options);
  if (/^application\/json *(;|$)/i.test(type ?? '')) return readJsonUpload(request, options);
  throw new PantryFault('unsupported_media', 'Unsupported content type');
}

async function readFormUpload(
  type: string,
  { raw }: FastifyRequest,
  { stage, maxTarballBytes }: UploadOptions,
): Promise<Upload> {
  const seen = new Set<string>();
  const { fields, files } = await readForm(type, raw, {
    kindOf: (name) => {
      const kind = name === 'tarball' ? 'file' : name === 'metadata' ? 'field' : undefined;
      if (kind && seen.has(name)) throw twice(name);
      seen.add(name);
      return kind;
    },
    stage,
    maxFileBytes: maxTarballBytes,
    tooLarge: () => tarballTooLarge(maxTarballBytes),
    maxFiles: 1,
    maxFieldBytes: MAX_METADATA_BYTES,
  });
  const [tarball] = files;
  try {
    const [metadata] = fields;
    if (metadata === undefined) throw new PantryFault('bad_request', 'Missing metadata');
    if (tarball === undefined) throw new PantryFault('bad_request', 'Missing tarball');
    const { staged, digests } = tarball;
    return { metadata: parse(metadata.value), staged, digests, invalid: undefined };
  } catch (error) {
    await tarball?.staged.discard();
    throw error;
  }
}

async function readJsonUpload(
  { raw }: FastifyRequest,
  { stage, maxTarballBytes }: UploadOptions,
): Promise<Upload> {
  const { document, tarballs } = await readTarballJson(raw, {
    at: [['tarball']],
    maxMetadataBytes: MAX_METADATA_BYTES,
    maxTarballBytes,
    maxTarballs: 1,
    tooLarge: () => tarballTooLarge(maxTarballBytes),
    stage,
  }).catch((error: unknown) => {
    // What came is all that was sent.
    if (isFault(error, 'body_truncated') && raw.complete) {
      throw new PantryFault('json_invalid', 'Invalid JSON body', { cause: error });
    }
    throw error;
  });
  const [tarball] = tarballs;
  const { metadata } = document as { metadata?: unknown };
  if (metadata === undefined || metadata === null || tarball === undefined) {
    await tarball?.staged.discard();
    throw new PantryFault('bad_request', 'Missing metadata or tarball');
  }
  const { staged, digests, invalid } = tarball;
  return { metadata, staged, digests, invalid };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PantryFault('bad_request', 'Invalid metadata JSON', { cause });
  }
}

function twice(name: string): Fault {
  return new Fault('bad_request', `The form has more than one part called ${name}; send one.`);
}
