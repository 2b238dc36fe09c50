import { sha256Hex } from '../../kernel/index.ts';
import type { RawDocument } from '../../registry/index.ts';
import type { UpstreamClient, UpstreamResponse } from '../client.ts';
import { readLimited } from '../read.ts';
import { refusal } from '../refusal.ts';
import type { Remote } from './routes.ts';
import type { DocumentHead, NewDocument } from './store.ts';
import { contradicts, validatorsOf, type Validators } from './validators.ts';

/** Of a document as it comes over the wire, compressed or not. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** What there is to know after asking: another document, that there is none, or that the stored one still holds. */
export type Answer = NewDocument | 'missing' | 'unchanged';

export interface Question {
  registryId: number;
  name: string;
  /** What this upstream said before, if it said something. */
  stored: DocumentHead | undefined;
  now: number;
}

/**
 * Asks an upstream for a document, with the validators of the stored one if there is one (RFC 9110 section 13). An answer that
 * contradicts them comes from a cache on the way that is older than ours, or broken: then the whole document is asked for, once, past all
 * caches. Faults: `upstream_down`, also for a body that is no document, and `upstream_failed` for an answer that another try will not
 * change.
 */
export async function fetchDocument(remote: Remote, question: Question): Promise<Answer> {
  const { stored, name } = question;
  const validators = validatorsOf(stored);
  let response = await ask(remote, name, { ...validators });
  if (contradicts(response, stored, validators)) {
    response.discard();
    response = await ask(remote, name, { 'cache-control': 'no-cache' });
    return read(remote, question, response, {});
  }
  return read(remote, question, response, validators);
}

function ask({ client, format }: Remote, name: string, more: Validators): Promise<UpstreamResponse> {
  const headers = { accept: format.accept, 'accept-encoding': 'gzip', ...more };
  // What is stored can be given meanwhile: who has nothing goes first.
  const yields = Object.keys(more).length > 0;
  return client.get(client.below(format.documentPath(name)), headers, client.timeouts.document, { yields });
}

async function read(
  { client, format }: Remote,
  { registryId, name, stored, now }: Question,
  response: UpstreamResponse,
  validators: Validators,
): Promise<Answer> {
  if (response.status === 200) {
    const raw = await readRaw(client, response, name);
    const { body, index, versions } = await format.ingest(name, raw);
    const etag = sha256Hex(body).slice(0, 32);
    return {
      registryId,
      name,
      upstream: client.base.href,
      status: 'found',
      upstreamEtag: response.header('etag'),
      lastModified: response.header('last-modified'),
      checkedAt: now,
      fetchedAt: stored?.etag === etag ? stored.fetchedAt : now,
      etag,
      body,
      index,
      versions,
    };
  }
  response.discard();
  if (response.status === 304 && Object.keys(validators).length > 0) return 'unchanged';
  if (response.status === 404 || response.status === 410) return 'missing';
  throw refusal(client, response.status, name);
}

async function readRaw(
  client: UpstreamClient,
  response: UpstreamResponse,
  name: string,
): Promise<RawDocument> {
  const encoding = (response.header('content-encoding') ?? 'identity').toLowerCase();
  const gzip = encoding === 'gzip' || encoding === 'x-gzip';
  if (!gzip && encoding !== 'identity') {
    response.discard();
    throw client.down(`it sent ${name} in an encoding that was not asked for`);
  }
  const bytes = await readLimited(response.body, MAX_DOCUMENT_BYTES).catch((error: unknown) => {
    throw client.fault(error);
  });
  if (!bytes) throw client.down(`its document of ${name} is larger than ${MAX_DOCUMENT_BYTES} bytes`);
  return { bytes, gzip };
}
