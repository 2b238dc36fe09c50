import { expect, test } from 'vitest';
import { limitSettings, parseLimit } from './limit-settings.ts';

test.each([
  ['300/1m', { count: 300, per: 60_000 }],
  ['10/s', { count: 10, per: 1_000 }],
  ['2/500ms', { count: 2, per: 500 }],
  ['off', 'off'],
])('%s is a limit', (raw, limit) => {
  expect(parseLimit(raw)).toEqual(limit);
});

test.each(['', '300', '0/1m', '-1/1m', '300/', '300/1', '1e3/1m', '300/1m/1m', '300 per minute'])(
  '«%s» is no limit',
  (raw) => {
    expect(() => parseLimit(raw)).toThrow(/^is "/);
  },
);

test.each([
  ['none', []],
  ['loopback', ['loopback']],
  ['10.0.0.5, 10.1.0.0/16,fc00::/7 private', ['10.0.0.5', '10.1.0.0/16', 'fc00::/7', 'private']],
])('«%s» are proxies', (raw, proxies) => {
  expect(limitSettings.trustedProxies.parse(raw, '/')).toEqual(proxies);
});

test.each(['*', 'proxy.example.com', '10.0.0.5:80', '10.0.0.0/33', 'fc00::/129', '10.0.0.0/8/8', 'all'])(
  '«%s» names no proxy',
  (raw) => {
    expect(() => limitSettings.trustedProxies.parse(raw, '/')).toThrow(/neither an address nor a network/);
  },
);

test('a Redis is shown without its password', () => {
  const { parse, show } = limitSettings.redis;
  const url = parse('redis://kontor:hunter2@redis.example.com:6379/1', '/');
  expect(show?.(url)).toBe('redis://kontor:***@redis.example.com:6379/1');
});

test.each(['redis.example.com:6379', 'http://redis.example.com', 'redis://'])('«%s» is no Redis', (raw) => {
  expect(() => limitSettings.redis.parse(raw, '/')).toThrow(/is not a Redis/);
});
