import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from './errors.ts';
import { isAllowedHost, readHostPattern, type HostPattern } from './hosts.ts';

const allows = (pattern: string, url: string) => isAllowedHost(new URL(url), [readHostPattern(pattern)]);

/** Undefined for what is refused; any other error fails the test. */
function readIfFine(text: string): HostPattern | undefined {
  try {
    return readHostPattern(text);
  } catch (error) {
    if (!isFault(error, 'config_invalid')) throw error;
    return undefined;
  }
}

describe('an allowed host', () => {
  test.each([
    ['cdn.example.com', 'https://cdn.example.com/x'],
    ['cdn.example.com', 'http://cdn.example.com/x'],
    ['CDN.Example.com', 'https://cdn.example.COM./x'],
    ['cdn.example.com.', 'https://cdn.example.com/x'],
    ['cdn.example.com:443', 'https://cdn.example.com/x'],
    ['cdn.example.com:8443', 'https://cdn.example.com:8443/x'],
    ['*.example.com', 'https://a.b.example.com/x'],
    ['*.example.com:8443', 'https://a.example.com:8443/x'],
    ['bücher.example', 'https://xn--bcher-kva.example/x'],
    ['127.0.0.1:4873', 'http://2130706433:4873/x'],
    ['[::1]:4873', 'http://[0:0::1]:4873/x'],
    ['[::1]', 'http://[::1]/x'],
  ])('%s is %s', (pattern, url) => {
    expect(allows(pattern, url)).toBe(true);
  });

  test.each([
    ['cdn.example.com', 'https://cdn.example.com:8443/x'],
    ['cdn.example.com:443', 'http://cdn.example.com/x'],
    ['cdn.example.com', 'https://cdn.example.com.evil.example/x'],
    ['cdn.example.com', 'https://evilcdn.example.com/x'],
    ['cdn.example.com', 'https://cdn.example.com@evil.example/x'],
    ['cdn.example.com', 'https://evil.example/cdn.example.com'],
    ['*.example.com', 'https://example.com/x'],
    ['*.example.com', 'https://evilexample.com/x'],
    ['*.example.com', 'https://a.example.com:8443/x'],
    ['127.0.0.1', 'http://127.0.0.2/x'],
  ])('%s is not %s', (pattern, url) => {
    expect(allows(pattern, url)).toBe(false);
  });

  test.each([
    '',
    '*',
    '*.',
    'a b',
    'https://cdn.example.com',
    'cdn.example.com/x',
    'user@cdn.example.com',
    'a:0',
    'a:99999',
    'a:b',
    '*.1.2.3.4',
    '*.[::1]',
    '*cdn.example.com',
    'a.*.b',
    '[::1',
    '1.2.3.4.5',
    'a%2eb',
  ])('is not written %j', (text) => {
    expect(() => readHostPattern(text)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });

  test('is read or refused, whatever is written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webAuthority(), fc.domain(), fc.ipV4Extended()), (text) => {
        const pattern = readIfFine(text);
        fc.pre(pattern !== undefined);
        const { host, isDomain, port } = pattern;
        const name = isDomain ? `below.${host}` : host;
        expect(isAllowedHost(new URL(`http://${name}:${port ?? 80}/`), [pattern])).toBe(true);
      }),
    );
  });

  test('of a name is no other name', () => {
    fc.assert(
      fc.property(fc.domain(), fc.webUrl(), (domain, url) => {
        const target = new URL(url);
        const isBelow = target.hostname.endsWith(`.${domain}`);
        expect(isAllowedHost(target, [readHostPattern(domain)])).toBe(target.hostname === domain);
        expect(isAllowedHost(target, [readHostPattern(`*.${domain}`)])).toBe(isBelow);
      }),
    );
  });
});
