import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { isBrokenConnection } from './reasons.ts';

/** Of a body that nobody wants, so much is read to keep the connection, bytes. */
const LITTLE = 65_536;

export interface UpstreamResponse {
  status: number;
  /** A header's value; several lines of it are joined as one list. */
  header(name: string): string | null;
  /** Must be read to its end or destroyed: until then the request counts as one in flight. */
  body: Readable;
  /** For a body that is not wanted. */
  discard(): void;
}

export interface Sending {
  dispatcher: Dispatcher;
  headers: Record<string, string>;
  signal: AbortSignal;
  /** With a body it is a POST. */
  body?: string | Uint8Array | undefined;
}

/** One request, and once more if the connection broke under it; rejects with the error of undici. */
export async function send(url: URL, { body: sent, ...rest }: Sending): Promise<UpstreamResponse> {
  // Loaded here, and where agents are made, so that a server which asks nobody does not carry it in memory.
  const { request } = await import('undici');
  const options = { ...rest, ...(sent === undefined ? {} : { method: 'POST' as const, body: sent }) };
  const response = await request(url, options).catch((error: unknown) => {
    if (!isBrokenConnection(error)) throw error;
    return request(url, options);
  });
  const { body, headers, statusCode } = response;
  // A body that is thrown away emits an error that concerns nobody; who reads it gets the error from reading.
  body.on('error', () => {});
  return {
    status: statusCode,
    header(name) {
      const value = headers[name];
      return value === undefined ? null : [value].flat().join(', ');
    },
    body,
    discard: () => void body.dump({ limit: LITTLE }).catch(() => {}),
  };
}

/** True for an answer that leads elsewhere. */
export function isRedirect({ status, header }: UpstreamResponse): boolean {
  return [301, 302, 303, 307, 308].includes(status) && header('location') !== null;
}
