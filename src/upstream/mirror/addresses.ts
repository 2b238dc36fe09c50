import { inQuestion } from '../../policy/index.ts';
import type { UpstreamSettings } from '../../registry/index.ts';
import type { UpstreamClient } from '../client.ts';

/** An upstream, as far as it takes to ask it for files. */
export interface Reached {
  settings: UpstreamSettings;
  client: UpstreamClient;
}

/** Where a file is, and who is to ask for it. */
export interface Located {
  url: URL;
  client: UpstreamClient;
}

/**
 * Finds the first upstream whose URL is the beginning of an address (`host/path`, percent-encoded); undefined if nobody is to be
 * asked there. Whether it is http or https is for the upstream's URL to say.
 */
export function locate(address: string, upstreams: readonly Reached[]): Located | undefined {
  const below = upstreams.filter(({ client: { base } }) => address.startsWith(base.host + base.pathname));
  const [found] = inQuestion(address, below, ({ settings }) => settings.names).asked;
  if (found === undefined) return undefined;
  const { client } = found;
  const url = new URL(`${client.base.protocol}//${address}`);
  // What reads as another address than it was written is not asked for: `..` would lead out of the prefix.
  return url.host + url.pathname === address ? { url, client } : undefined;
}
