import type { FastifyRequest } from 'fastify';
import { Fault } from '../../kernel/index.ts';
import type { StagedBlob } from '../../registry/index.ts';
import { refuseEncoding } from '../body/index.ts';
import { isForm, readForm, type FormFile } from '../multipart.ts';

export interface UploadOptions {
  stage: () => Promise<StagedBlob>;
  /** Bytes of the archive. */
  maxTarballBytes: number;
}

/** Bytes of the part `metadata`. */
const MAX_METADATA = 1024 ** 2;
/** Parts that nobody asked for, and the frame of the form; bytes. */
const MAX_REST = 2 * 1024 ** 2;

/**
 * Reads the form of a publish (protocols/vais 2): the parts `metadata` and `archive` in either order, and others, which mean nothing.
 * The archive is the caller's to promote or discard; on a failure nothing stays staged. Faults: `unsupported_media`, `bad_request`,
 * `too_large`, `body_truncated`.
 */
export async function readUpload(
  request: FastifyRequest,
  { stage, maxTarballBytes }: UploadOptions,
): Promise<{ metadata: string; archive: FormFile }> {
  refuseEncoding(request);
  const type = request.headers['content-type'];
  if (!isForm(type)) {
    throw new Fault(
      'bad_request',
      'Send a form (multipart/form-data) with the parts metadata and archive, as vaisc pkg publish does.',
    );
  }
  const tooLarge = () => archiveTooLarge(maxTarballBytes);
  if (Number(request.headers['content-length'] ?? 0) > maxTarballBytes + MAX_METADATA + MAX_REST) {
    throw tooLarge();
  }
  const seen = new Set<string>();
  const { fields, files } = await readForm(type, request.raw, {
    kindOf: (name) => {
      const kind = name === 'archive' ? 'file' : name === 'metadata' ? 'field' : undefined;
      if (kind && seen.has(name))
        throw new Fault('bad_request', `The form has the part ${name} twice; send it once.`);
      seen.add(name);
      return kind;
    },
    stage,
    maxFileBytes: maxTarballBytes,
    tooLarge,
    maxFiles: 1,
    maxFieldBytes: MAX_METADATA,
  });
  const [[metadata], [archive]] = [fields, files];
  if (metadata === undefined || archive === undefined) {
    await archive?.staged.discard();
    throw new Fault('bad_request', `The form lacks the part ${archive ? 'metadata' : 'archive'}.`);
  }
  return { metadata: metadata.value, archive };
}

function archiveTooLarge(maxBytes: number): Fault {
  return new Fault(
    'too_large',
    `The archive is larger than ${Number((maxBytes / 1024 ** 2).toFixed(2))} MB, which is the most that this registry takes; leave files out of it, or ask its operator for more.`,
  );
}
