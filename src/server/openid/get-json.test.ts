import { afterEach, expect, test, vi } from 'vitest';
import { connectProxy } from '../../../test/upstream/index.ts';
import { getJson } from './get-json.ts';

afterEach(() => vi.unstubAllEnvs());

test('an issuer that an owner names does not lead into our network, not through a proxy either', async () => {
  const proxy = await connectProxy(1);
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  vi.stubEnv('NO_PROXY', 'none.invalid');
  for (const host of ['localhost', '127.0.0.1', '[::1]', '169.254.169.254']) {
    const asking = getJson(new URL(`https://${host}/.well-known/openid-configuration`), { guarded: true });
    await expect(asking).rejects.toMatchObject({
      code: 'issuer_failed',
      message: /no address of the internet/,
    });
  }
  expect(proxy.requests).toEqual([]);
  await proxy.close();
});
