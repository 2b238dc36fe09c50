import { UpstreamClient, type ClientOptions } from '../../src/upstream/index.ts';

/** A client for a scripted upstream: no proxy, short timeouts, and whatever the test adds. */
export function upstreamClient(
  url: string,
  {
    source,
    settings,
    ...rest
  }: Partial<Omit<ClientOptions, 'source'>> & { source?: Partial<ClientOptions['source']> } = {},
): UpstreamClient {
  return new UpstreamClient({
    source: { url, authorization: null, ca: null, strictTls: true, proxy: null, noProxy: ['*'], ...source },
    settings: {
      name: 'main',
      timeouts: { connect: 2000, headers: 200, idle: 200, document: 1000, artifact: 5000 },
      ...settings,
    },
    storeId: 'store1',
    ...rest,
  });
}
