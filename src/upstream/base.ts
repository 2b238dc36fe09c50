import { Fault } from '../kernel/index.ts';

/** The base URL of an upstream, without the credentials that it may have held. */
export interface Base {
  /** Ends with a slash; no query, no fragment. */
  url: URL;
  /** Value of an `Authorization` header, from user name and password in the URL. */
  authorization: string | undefined;
}

/** Reads what an operator or npm's configuration typed; Fault `config_invalid`. */
export function readBase(text: string): Base {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Fault(
      'config_invalid',
      'The URL of the upstream registry must begin with http:// or https://.',
    );
  }
  const authorization = basicOf(url);
  url.username = '';
  url.password = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  url.search = '';
  url.hash = '';
  return { url, authorization };
}

function basicOf(url: URL): string | undefined {
  if (!url.username && !url.password) return undefined;
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch (cause) {
    const sentence = 'User name and password in the URL of the upstream registry must be percent-encoded.';
    throw new Fault('config_invalid', sentence, { cause });
  }
}
