import { Fault } from '../../kernel/index.ts';
import type { UpstreamClient, UpstreamResponse } from '../client.ts';
import { askForRest, type Rest } from './request.ts';

/** How often one file may break off. */
const RESUMES = 5;

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

/** A file whose first bytes are about to come. */
export interface Coming {
  client: UpstreamClient;
  /** Where the document says that it is. */
  place: string;
  response: UpstreamResponse;
  /** Gives it up. */
  signal: AbortSignal;
}

export interface Receiver {
  /** Its name. */
  file: string;
  /** Bytes. */
  limit: number;
  /** Takes each piece, one after another. */
  take: (chunk: Uint8Array) => Promise<void>;
}

/**
 * Receives a file to its end. One that breaks off is asked for again from there, as long as that brings more of it: many wait for it
 * who have a part already. Faults: `upstream_down` if it does not come whole, `upstream_failed` if it is more than the limit or than
 * was promised, `unavailable` if it is given up. What `take` throws passes as it is.
 */
export async function receive(coming: Coming, { file, limit, take }: Receiver): Promise<void> {
  const { client, place, response, signal } = coming;
  const promised = promisedBy(response).size;
  const most = Math.min(promised ?? limit, limit);
  let size = 0;
  const takeNext = async (chunk: Uint8Array) => {
    size += chunk.length;
    if (size > most) throw tooLarge(file, most);
    await take(chunk);
  };
  let rest: Rest | undefined = { response, known: 0 };
  const giveUp = () => rest?.response.body.destroy(stopping());
  signal.addEventListener('abort', giveUp);
  try {
    if (promised !== null && promised > limit) throw tooLarge(file, limit);
    for (let resumed = 0; ; resumed += 1) {
      if (signal.aborted) giveUp();
      const before = size;
      const fault = await readRest(client, rest, takeNext);
      if (!fault) return;
      const isWorthIt =
        fault.code === 'upstream_down' && size > before && resumed < RESUMES && !signal.aborted;
      rest = isWorthIt ? await askForRest(client, place, response, size) : undefined;
      if (!rest) throw brokenOff(file, fault);
    }
  } finally {
    signal.removeEventListener('abort', giveUp);
    rest?.response.body.destroy();
  }
}

/** Undefined at the end of the body, else why it has come no further. */
async function readRest(
  client: UpstreamClient,
  { response, known }: Rest,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<Fault | undefined> {
  let toSkip = known;
  const chunks = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<Uint8Array>;
    try {
      next = await chunks.next();
    } catch (error) {
      return client.fault(error);
    }
    if (next.done === true) return undefined;
    const news = next.value.subarray(toSkip);
    toSkip -= next.value.length - news.length;
    if (news.length > 0) await take(news);
  }
}

function brokenOff(file: string, cause: Fault): Fault {
  const { code, message, retryAfter } = cause;
  const options = { cause, ...(retryAfter !== undefined && { retryAfter }) };
  return new Fault(code, `${file} did not come whole. ${message}`, options);
}

function tooLarge(file: string, most: number): Fault {
  return new Fault(
    'upstream_failed',
    `The upstream's ${file} is larger than the ${most} bytes that are allowed here or were promised.`,
  );
}

function stopping(): Fault {
  return new Fault('unavailable', 'This server is stopping and gives up what it was fetching; ask again.');
}
