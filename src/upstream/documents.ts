import { Fault, sha256Hex } from '../kernel/index.ts';
import type { RawDocument, RegistryRow, RemoteFormat } from '../registry/index.ts';
import type { UpstreamClient, UpstreamResponse } from './client.ts';
import { readLimited } from './read.ts';
import type { StoredDocument } from './store.ts';

/** Of a document as it comes over the wire, compressed or not. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** An upstream with what its documents mean. */
export interface Remote {
  client: UpstreamClient;
  format: RemoteFormat;
}

/** What there is to know after asking: a new document (found or missing), or that the stored one still holds. */
export type Answer = StoredDocument | 'unchanged';

/**
 * Asks the upstream for a document, with the validators of the stored one if there is one (RFC 9110 section 13).
 * Faults: `upstream_down`, also for a body that is no document, and `upstream_failed` for an answer that another try
 * will not change.
 */
export async function fetchDocument(
  { client, format }: Remote,
  registry: RegistryRow,
  name: string,
  stored: StoredDocument | undefined,
  now: number,
): Promise<Answer> {
  const validators = validatorsOf(stored);
  const url = client.below(format.documentPath(name));
  const headers = { accept: format.accept, 'accept-encoding': 'gzip', ...validators };
  const response = await client.get(url, headers, client.timeouts.document);
  const base = { registryId: registry.id, name, checkedAt: now, fetchedAt: now };
  if (response.status === 200) {
    const raw = await readRaw(client, response, name);
    const { body, index } = await format.ingest(name, raw);
    return {
      ...base,
      status: 'found',
      upstreamEtag: response.header('etag'),
      lastModified: response.header('last-modified'),
      body,
      index,
      etag: sha256Hex(body).slice(0, 32),
    };
  }
  response.discard();
  if (response.status === 304 && Object.keys(validators).length > 0) return 'unchanged';
  if (response.status === 404 || response.status === 410) {
    return {
      ...base,
      status: 'missing',
      upstreamEtag: null,
      lastModified: null,
      body: null,
      index: null,
      etag: '',
    };
  }
  throw refusal(client, response.status, name);
}

/** The Fault for a status that is neither success nor "not here". */
export function refusal(client: UpstreamClient, status: number, what: string): Fault {
  const host = client.base.host;
  return status === 401 || status === 403
    ? new Fault(
        'upstream_failed',
        `The upstream registry ${host} refuses us ${what} (status ${status}): the operator should check the credentials for it.`,
      )
    : new Fault(
        'upstream_failed',
        `The upstream registry ${host} answered status ${status} when asked for ${what}.`,
      );
}

function validatorsOf(stored: StoredDocument | undefined): Record<string, string> {
  if (stored?.status !== 'found') return {};
  if (stored.upstreamEtag !== null) return { 'if-none-match': stored.upstreamEtag };
  return stored.lastModified === null ? {} : { 'if-modified-since': stored.lastModified };
}

async function readRaw(
  client: UpstreamClient,
  response: UpstreamResponse,
  name: string,
): Promise<RawDocument> {
  const encoding = (response.header('content-encoding') ?? 'identity').toLowerCase();
  const gzip = encoding === 'gzip' || encoding === 'x-gzip';
  if (!gzip && encoding !== 'identity') {
    response.body.destroy();
    throw client.down(`it sent ${name} in an encoding that was not asked for`);
  }
  const bytes = await readLimited(response.body, MAX_DOCUMENT_BYTES).catch((error: unknown) => {
    throw client.fault(error);
  });
  if (!bytes) throw client.down(`its document of ${name} is larger than ${MAX_DOCUMENT_BYTES} bytes`);
  return { bytes, gzip };
}
