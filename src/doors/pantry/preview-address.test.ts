import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { isPreviewPath, readPreviewAddress, type PreviewAddress } from './preview-address.ts';

const word = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/);
const packageName = fc.oneof(
  word,
  fc.tuple(word, word).map(([scope, name]) => `@${scope}/${name}`),
);
const ref = fc
  .oneof(
    fc.stringMatching(/^[0-9a-f]{7,40}$/),
    fc.stringMatching(/^[1-9][0-9]{0,5}$/),
    fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9@#%+ü/._-]{0,20}$/),
  )
  .filter((text) => !text.endsWith('.tgz'));

function outcomeOf(path: string): 'none' | 'read' | 'malformed' {
  try {
    return readPreviewAddress(path) === undefined ? 'none' : 'read';
  } catch (error) {
    if (isFault(error, 'bad_request') && error.message === 'Malformed URI') return 'malformed';
    throw error;
  }
}

describe('the address of a preview', () => {
  const tinybench = {
    repository: { owner: 'tinylibs', repo: 'tinybench' },
    name: 'tinybench',
    ref: 'a832a55',
  };
  const sdk = { repository: { owner: 'stackblitz', repo: 'sdk' }, name: '@stackblitz/sdk', ref: 'a832a55' };
  const compact = { ...sdk, repository: undefined };

  test.each<[string, PreviewAddress]>([
    ['/tinylibs/tinybench/tinybench@a832a55', tinybench],
    ['/tinylibs/tinybench@a832a55', tinybench],
    ['/tinybench@a832a55', { ...tinybench, repository: undefined }],
    ['/stackblitz/sdk/@stackblitz/sdk@a832a55', sdk],
    ['/stackblitz/@stackblitz/sdk@a832a55', sdk],
    ['/@stackblitz/sdk@a832a55', compact],
    ['/%40stackblitz%2Fsdk@a832a55', compact],
    ['/%40stackblitz%2fsdk%40a832a55.tgz?x=.tgz', compact],
    ['/tinylibs/tinybench/tinybench@feature/a@b', { ...tinybench, ref: 'feature/a@b' }],
    ['/tinylibs/tinybench/tinybench@feature%2Fa%20b', { ...tinybench, ref: 'feature/a b' }],
    ['/tinylibs/tinybench/tinybench@88', { ...tinybench, ref: '88' }],
  ])('%s', (path, address) => {
    expect(readPreviewAddress(path)).toEqual(address);
    expect(isPreviewPath(path)).toBe(true);
  });

  test.each([
    '/',
    '/demo',
    '/@acme/demo',
    '/demo@',
    '/demo@.tgz',
    '/a/b/c/demo@1234567',
    '/-/demo@1234567',
    '/ü/demo@1',
    '/demo@a%00',
  ])('is none: %s', (path) => {
    expect(readPreviewAddress(path)).toBeUndefined();
    expect(isPreviewPath(path)).toBe(false);
  });

  test('that cannot be decoded is refused', () => {
    expect(() => readPreviewAddress('/demo@%ff')).toThrow('Malformed URI');
    expect(isPreviewPath('/demo@%ff')).toBe(true);
  });

  test('is read back from how it was written, whatever was encoded, with or without suffix and query', () => {
    const written = fc.record({
      repository: fc.option(fc.record({ owner: word, repo: word }), { nil: undefined }),
      name: packageName,
      ref,
      encode: fc.boolean(),
      end: fc.constantFrom('', '.tgz', '?a=1', '.tgz?a=@b'),
    });
    fc.assert(
      fc.property(written, ({ encode, end, ...address }) => {
        const { repository, name } = address;
        const before = repository ? `${repository.owner}/${repository.repo}/` : '';
        const path = `/${before}${encode ? encodeURIComponent(name) : name}@${encodeURIComponent(address.ref)}${end}`;
        expect(readPreviewAddress(path)).toEqual(address);
      }),
    );
  });

  test('never lets a path fail but by a sentence, and agrees with the quick look', () => {
    const sign = fc.constantFrom('/', '@', '%40', '%2f', '%', '%ff', '.tgz', '?', '-', 'demo', '1a2b3c4');
    fc.assert(
      fc.property(fc.array(fc.oneof(sign, fc.string()), { maxLength: 9 }), (pieces) => {
        const path = `/${pieces.join('')}`;
        expect(isPreviewPath(path)).toBe(outcomeOf(path) !== 'none');
      }),
    );
  });
});
