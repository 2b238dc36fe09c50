import type { FastifyRequest } from 'fastify';
import { Fault } from '../../../kernel/index.ts';
import { isForm } from '../../multipart.ts';
import { readCommitForm } from './form.ts';
import { readCommitJson } from './json.ts';
import type { CommitBody, CommitBodyOptions } from './sent.ts';
import { stageWithin } from './stage-within.ts';

export { discardAll, type CommitBody, type CommitBodyOptions, type SentPackage } from './sent.ts';

/** Archives of the largest size that one request may bring; small ones it may bring more of. */
const LARGEST_ARCHIVES = 8;

/**
 * Reads the packages of a commit, in each of the dialects of protocols/pantry 3, and stages their archives while they come. On any failure
 * what was staged has been discarded before the promise rejects. Faults `unsupported_media`, `bad_request`, `too_large`, those of the
 * readers and of `given.mayBring`.
 */
export function readCommitBody(request: FastifyRequest, given: CommitBodyOptions): Promise<CommitBody> {
  const options = { ...given, stage: stageWithin(given.stage, LARGEST_ARCHIVES * given.maxTarballBytes) };
  const type = request.headers['content-type'];
  if (isForm(type)) return readCommitForm(type, request.raw, options);
  if (/^application\/json *(;|$)/i.test(type ?? '')) return readCommitJson(request.raw, options);
  throw new Fault('unsupported_media', 'Unsupported content type');
}
