import { UpstreamClient, type ClientOptions } from '../../src/upstream/index.ts';

/** Timeouts for tests that wait until they are over. */
export const impatient = { connect: 2000, headers: 200, idle: 200, document: 1000, artifact: 5000 };

/** A client for a scripted upstream: no proxy, and whatever the test adds. */
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
    settings: { name: 'main', ...settings },
    storeId: 'store1',
    ...rest,
  });
}
