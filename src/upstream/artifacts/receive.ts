import { Fault } from '../../kernel/index.ts';
import type { UpstreamClient, UpstreamResponse } from '../client.ts';

/** What the headers say of a file before any of it has come. */
export interface Promised {
  /** `Content-Length`, bytes, or null. */
  size: number | null;
  /** A clause on why this may be something else than the file, or undefined; only the digest tells. */
  doubt: string | undefined;
}

export function promisedBy(response: UpstreamResponse): Promised {
  const length = response.header('content-length') ?? '';
  return { size: /^\d{1,15}$/.test(length) ? Number(length) : null, doubt: doubtOf(response) };
}

function doubtOf(response: UpstreamResponse): string | undefined {
  const encoding = response.header('content-encoding')?.trim().toLowerCase() ?? '';
  // A registry may say so of its archives, which are gzip files, and send them as they are.
  if (encoding !== '' && encoding !== 'identity')
    return `it came in the encoding ${JSON.stringify(encoding.slice(0, 40))}, which was not asked for`;
  return /^text\/html\b/i.test(response.header('content-type')?.trim() ?? '')
    ? 'it is a web page: perhaps one has to log in, or a proxy stands in between'
    : undefined;
}

/**
 * Gives each piece of a body to `take`, one after another. Faults: `upstream_down` for a body that breaks off or takes too long,
 * `upstream_failed` for one over `limit` bytes. What `take` throws passes as it is: it must not be taken for the upstream's fault.
 */
export async function receive(
  client: UpstreamClient,
  response: UpstreamResponse,
  { file, limit, take }: { file: string; limit: number; take: (chunk: Uint8Array) => Promise<void> },
): Promise<void> {
  const tooLarge = new Fault(
    'upstream_failed',
    `The upstream's ${file} is larger than the ${limit} bytes that are allowed here.`,
  );
  if ((promisedBy(response).size ?? 0) > limit) {
    response.body.destroy();
    throw tooLarge;
  }
  let size = 0;
  for await (const chunk of chunksOf(client, response, file)) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    await take(chunk);
  }
}

/** Tells the upstream's errors from the store's. */
async function* chunksOf(
  client: UpstreamClient,
  response: UpstreamResponse,
  file: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code, message, retryAfter } = client.fault(error);
    const sentence = `${file} did not come whole. ${message}`;
    throw new Fault(code, sentence, { cause: error, ...(retryAfter !== undefined && { retryAfter }) });
  }
}
