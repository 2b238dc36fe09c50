import { request, type Dispatcher } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  answers,
  connectProxy,
  scriptedUpstream,
  type ConnectProxy,
  type ScriptedUpstream,
} from '../../test/upstream/index.ts';
import type { Resolve } from '../kernel/index.ts';
import { guardedAgent, type GuardedAgentOptions } from './guarded-agent.ts';

/** `cdn.example` is on the internet, `rebound.example` is here. */
const resolve: Resolve = (hostname, _options, done) => {
  done(null, [{ address: hostname === 'cdn.example' ? '8.8.8.8' : '127.0.0.1', family: 4 }]);
};

describe('a guarded agent', () => {
  let inside: ScriptedUpstream;
  let proxy: ConnectProxy;
  let agents: Dispatcher[];

  beforeEach(async () => {
    inside = await scriptedUpstream(answers(200, 'secret'));
    proxy = await connectProxy(inside.port);
    agents = [];
  });
  afterEach(async () => {
    await Promise.all(agents.map((agent) => agent.destroy()));
    await Promise.all([inside.close(), proxy.close()]);
  });

  const get = async (url: string, options: GuardedAgentOptions) => {
    const agent = await guardedAgent({ resolve, ...options });
    agents.push(agent);
    const { body } = await request(url, { dispatcher: agent });
    return body.text();
  };
  const direct = { noProxy: '*' };
  const through = () => ({ httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: 'none.invalid' });

  const inner = [
    '127.0.0.1',
    '[::1]',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.0.0.1.',
    '[::ffff:127.0.0.1]',
    '[::7f00:1]',
    '169.254.169.254',
    '[fe80::1]',
    '0.0.0.0',
    'rebound.example',
    'localhost',
    'localhost.',
  ];

  test.each(inner)('does not connect to %s', async (host) => {
    await expect(get(`http://${host}:${inside.port}/`, direct)).rejects.toMatchObject({ code: 'ENOTPUBLIC' });
    expect(inside.requests).toHaveLength(0);
  });

  test.each(inner)('does not send a proxy to %s', async (host) => {
    for (const scheme of ['http', 'https']) {
      const reading = get(`${scheme}://${host}:${inside.port}/`, through());
      await expect(reading).rejects.toMatchObject({ code: 'ENOTPUBLIC' });
    }
    expect(proxy.requests).toEqual([]);
  });

  test('tells a proxy the address that it looked up, and the host there its own name', async () => {
    expect(await get('http://cdn.example:8080/file', through())).toBe('secret');
    expect(proxy.requests).toEqual(['CONNECT 8.8.8.8:8080']);
    expect(inside.requests[0]?.headers.host).toBe('cdn.example:8080');
  });

  test.each([
    ['http://cdn.example/', 'CONNECT 8.8.8.8:80'],
    ['https://cdn.example/', 'CONNECT 8.8.8.8:443'],
    ['https://[2606:4700::1111]/', 'CONNECT [2606:4700::1111]:443'],
  ])('asks for a tunnel to %s by %s', async (url, asked) => {
    await get(url, through()).catch(() => {});
    expect(proxy.requests[0]).toBe(asked);
  });

  test('does not trust a SOCKS proxy with names', async () => {
    const socks = { httpsProxy: 'socks5://127.0.0.1:1' };
    await expect(get('https://cdn.example/', socks)).rejects.toMatchObject({ code: 'ENOTPUBLIC' });
  });
});
