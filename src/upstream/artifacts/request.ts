import type { UpstreamClient, UpstreamResponse } from '../client.ts';

/** Asks for a file as it is: its digest is that of the bytes themselves, so no encoding is wanted on the way. */
export function ask(
  client: UpstreamClient,
  place: string,
  more: Record<string, string> = {},
): Promise<UpstreamResponse> {
  return client.getFile(place, { accept: '*/*', 'accept-encoding': 'identity', ...more });
}

/** A body that goes on where another one broke off. */
export interface Rest {
  response: UpstreamResponse;
  /** Bytes at its beginning that have come already. */
  known: number;
}

/**
 * Asks for the rest of a file of which `from` bytes have come (RFC 9110 section 14). An upstream that knows no ranges sends it all again.
 * Undefined if that is not to be had now. Whether both parts are of one file the digest tells.
 */
export async function askForRest(
  client: UpstreamClient,
  place: string,
  first: UpstreamResponse,
  from: number,
): Promise<Rest | undefined> {
  const etag = first.header('etag');
  const isStrong = etag?.startsWith('"') === true;
  const headers = { range: `bytes=${from}-`, ...(isStrong && { 'if-range': etag }) };
  const response = await ask(client, place, headers).catch(() => undefined);
  if (response?.status === 200) return { response, known: from };
  const begins = /^bytes (\d{1,15})-/.exec(response?.header('content-range') ?? '')?.[1];
  if (response?.status === 206 && Number(begins) === from) return { response, known: 0 };
  response?.discard();
  return undefined;
}
