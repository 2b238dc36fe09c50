import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../kernel/index.ts';
import { Places } from './places.ts';

const allowed = ['cdn.example.com', '*.files.example.com', 'other.example.com:8443'];
const ours = 'https://packages.example.com/kontor/';
const places = new Places(new URL('https://packages.example.com/repo/npm/'), {
  name: 'main',
  allowHosts: allowed,
  ownUrls: () => [ours],
});

/** What the wording of the settings allows, written down a second time. */
function mayBeAsked({ protocol, host, pathname, username, password, hash }: URL): boolean {
  if (protocol !== 'https:' || username !== '' || password !== '' || hash !== '') return false;
  if (host === 'packages.example.com') return !`${pathname}/`.startsWith('/kontor/');
  return ['cdn.example.com', 'other.example.com:8443'].includes(host) || host.endsWith('.files.example.com');
}

const host = fc.oneof(
  fc.constantFrom(
    'packages.example.com',
    'PACKAGES.example.com:443',
    'packages.example.com:8443',
    'cdn.example.com',
    'cdn.example.com:444',
    'a.files.example.com',
    'files.example.com',
    'other.example.com:8443',
    'cdn.example.com.evil.example',
    'cdn.example.com@evil.example',
    'evil.example:80@cdn.example.com',
    'user:secret@packages.example.com',
    '2130706433',
    '0x7f.1',
    '[::1]:4873',
    '169.254.169.254',
  ),
  fc.webAuthority({ withUserInfo: true, withPort: true }),
);
const path = fc.oneof(
  fc.webPath(),
  fc.constantFrom(
    '/',
    '/repo/npm/x',
    '/kontor',
    '/kontor/npm/x',
    '/repo/../kontor/',
    '//evil.example',
    '/%2e%2e/',
  ),
);
const location = fc.oneof(
  fc
    .tuple(fc.constantFrom('https:', 'http:', 'ftp:', 'file:', 'HTTPS:', ''), host, path)
    .map(([scheme, place, rest]) => `${scheme}//${place}${rest}`),
  path,
  fc.string(),
  fc.constantFrom(
    'javascript:alert(1)',
    'data:text/plain,x',
    '\\\\evil.example\\x',
    '/\\evil.example',
    '#',
    '?a=b',
  ),
);

describe('wherever an answer leads', () => {
  test('a redirect is followed to allowed places only, or refused with a sentence', () => {
    fc.assert(
      fc.property(location, location, (first, second) => {
        let from = places.below('demo');
        try {
          for (const next of [first, second]) {
            from = places.redirected(next, from);
            expect(mayBeAsked(from)).toBe(true);
          }
        } catch (error) {
          if (!isFault(error, 'upstream_failed')) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a file is asked for at allowed places only', () => {
    fc.assert(
      fc.property(location, (text) => {
        fc.pre(URL.canParse(text));
        const { url, instead } = places.located(text);
        let isRefused = false;
        try {
          places.check(url);
        } catch (error) {
          if (!isFault(error, 'upstream_failed')) throw error;
          isRefused = true;
        }
        expect(isRefused || mayBeAsked(url)).toBe(true);
        // What stands elsewhere than it is asked for is asked for below the base.
        expect(instead === null || url.href.startsWith(places.base.href) || isRefused).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('a path stays below the base', () => {
    fc.assert(
      fc.property(fc.oneof(path, fc.string()), (text) => {
        try {
          expect(places.below(text).href.startsWith(places.base.href)).toBe(true);
        } catch (error) {
          if (!isFault(error, 'upstream_failed')) throw error;
        }
      }),
    );
  });
});
