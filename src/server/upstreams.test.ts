import { describe, expect, test, vi } from 'vitest';
import {
  defaultPolicy,
  type RegistryRow,
  type RemoteFormat,
  type UpstreamSettings,
  type UpstreamSource,
} from '../registry/index.ts';
import { defaultTimeouts, UpstreamClient } from '../upstream/index.ts';
import { Upstreams } from './upstreams.ts';

const registry = (id: number, format = 'npm') => ({ id, name: `r${id}`, format }) as RegistryRow;
const settings = (name: string, more: Partial<UpstreamSettings> = {}): UpstreamSettings => ({
  name,
  url: `https://${name}.example/`,
  names: [],
  authorization: null,
  timeouts: defaultTimeouts,
  freshness: 1,
  missingFreshness: 1,
  patience: 1,
  allowHosts: [],
  allowPrivate: false,
  ...more,
});
const format = {} as RemoteFormat;

function upstreams(source?: (url: string) => Promise<UpstreamSource | undefined>) {
  const asked: string[] = [];
  const all = new Upstreams({
    kinds: new Map([
      [
        'npm',
        {
          format,
          source: async (url) => {
            asked.push(url);
            if (source) return source(url);
            return { url, authorization: null, ca: null, strictTls: true, proxy: null, noProxy: [] };
          },
        },
      ],
    ]),
    storeId: 'store',
    ownUrls: () => [],
  });
  const of = (row: RegistryRow, ...list: UpstreamSettings[]) =>
    all.remotesOf({ registry: row, policy: { ...defaultPolicy, upstreams: list } });
  return { all, of, asked };
}

describe('the clients of upstreams', () => {
  test('are made once for each that is set in another way, in the order of the policy', async () => {
    const { of, asked } = upstreams();
    const [a, b] = await of(registry(1), settings('a'), settings('b'));
    expect([a?.client.base.host, b?.client.base.host]).toEqual(['a.example', 'b.example']);
    const [second, first] = await of(registry(1), settings('b'), settings('a'));
    expect([first?.client, second?.client]).toEqual([a?.client, b?.client]);
    expect((await of(registry(2), settings('a')))[0]?.client).toBe(a?.client);
    const [other] = await of(registry(3), settings('a', { authorization: 'Bearer geheim' }));
    expect(other?.client).not.toBe(a?.client);
    expect(asked).toEqual(['https://a.example/', 'https://b.example/', 'https://a.example/']);
  });

  test('go on with what they are doing when a policy names them no more, and are closed afterwards', async () => {
    vi.useFakeTimers();
    const close = vi.spyOn(UpstreamClient.prototype, 'close');
    try {
      const { of } = upstreams();
      const [a] = await of(registry(1), settings('a'));
      await of(registry(2), settings('a'));
      await of(registry(1), settings('b'));
      await vi.advanceTimersByTimeAsync(defaultTimeouts.artifact);
      expect(close).not.toHaveBeenCalled();
      await of(registry(2), settings('b'));
      expect(close).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(defaultTimeouts.artifact);
      expect(close.mock.contexts).toEqual([a?.client]);
    } finally {
      close.mockRestore();
      vi.useRealTimers();
    }
  });

  test('are none for a format that knows no upstreams', async () => {
    expect(await upstreams().of(registry(1, 'zig'), settings('a'))).toEqual([]);
  });

  test('of a registry are refused together while it is not known where one of them is, and then tried again', async () => {
    vi.useFakeTimers();
    try {
      let readable = false;
      const { of, asked } = upstreams(async (url) =>
        readable || url !== 'npm'
          ? {
              url: 'https://npm.example/',
              authorization: null,
              ca: null,
              strictTls: true,
              proxy: null,
              noProxy: [],
            }
          : undefined,
      );
      const both = () => of(registry(1), settings('npm', { url: 'npm' }), settings('public'));
      await expect(both()).rejects.toMatchObject({ code: 'upstream_down' });
      await expect(both()).rejects.toMatchObject({ code: 'upstream_down' });
      expect(asked.filter((url) => url === 'npm')).toHaveLength(1);
      readable = true;
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await both()).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });
});
