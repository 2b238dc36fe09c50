import type { UpstreamClient, UpstreamResponse } from '../client.ts';
import { readLimited } from '../read.ts';
import { refusal } from '../refusal.ts';

/** Of an answer, uncompressed: that to an audit of thousands of packages has less. */
const MAX_BYTES = 16 * 1024 * 1024;
/** What an answer may take altogether, milliseconds. */
const TOTAL = 30_000;

export interface Asking {
  /** For sentences. */
  what: string;
  path: string;
  /** As in `UpstreamQuestion`. */
  query?: string | undefined;
  /** Sent with POST, as JSON; absent: GET. */
  body?: string;
}

/** The text of an answer; undefined if there is no such thing. Faults `upstream_down`, `upstream_failed`. */
export async function ask(
  client: UpstreamClient,
  { what, path, query, body }: Asking,
): Promise<string | undefined> {
  const total = Math.min(client.timeouts.document, TOTAL);
  const url = client.below(path);
  if (query !== undefined) url.search = query;
  const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
  const response = await (body === undefined
    ? client.get(url, headers, total)
    : client.post(url, { ...headers, 'content-type': 'application/json' }, body, total));
  if (response.status === 200) return textOf(client, response, what);
  response.discard();
  // Not every registry knows every question.
  if ([404, 405, 410, 501].includes(response.status)) return undefined;
  throw refusal(client, response.status, what);
}

async function textOf(client: UpstreamClient, response: UpstreamResponse, what: string): Promise<string> {
  const encoding = response.header('content-encoding') ?? 'identity';
  const bytes =
    encoding === 'identity'
      ? await readLimited(response.body, MAX_BYTES).catch((error: unknown) => {
          throw client.fault(error);
        })
      : undefined;
  if (bytes === undefined) {
    response.discard();
    throw client.down(`its ${what} cannot be read or are larger than ${MAX_BYTES} bytes`);
  }
  return new TextDecoder().decode(bytes);
}
