import { describe, expect, test } from 'vitest';
import { readSearchText } from './text.ts';

const all = { words: [], scope: null, owner: null, keywords: [] };

describe('A search text', () => {
  test('is split into words, each once', () => {
    expect(readSearchText('JSON  parser json-parser')).toEqual({ ...all, words: ['json', 'parser'] });
    expect(readSearchText('@acme/demo')).toEqual({ ...all, words: ['acme', 'demo'] });
  });

  test('narrows by its qualifiers, in any case', () => {
    expect(readSearchText('author:anna json')).toEqual({ ...all, owner: 'anna', words: ['json'] });
    expect(readSearchText('Maintainer:anna')).toEqual({ ...all, owner: 'anna' });
    expect(readSearchText('scope:acme')).toEqual({ ...all, scope: 'acme' });
    expect(readSearchText('scope:@ACME')).toEqual({ ...all, scope: 'acme' });
    expect(readSearchText('keywords:a,b')).toEqual({ ...all, keywords: ['a', 'b'] });
    expect(readSearchText('keywords:a+b keywords:c,-d')).toEqual({ ...all, keywords: ['a', 'b', 'c'] });
  });

  test('may have qualifiers that are left out of account, and never looks for them as words', () => {
    expect(readSearchText('not:deprecated is:unstable boost-exact:false')).toEqual(all);
    expect(readSearchText('json not:insecure')).toEqual({ ...all, words: ['json'] });
    expect(readSearchText('scope: author: keywords:,')).toEqual(all);
  });

  test('takes what is no qualifier for words', () => {
    expect(readSearchText('node:fs author')).toEqual({ ...all, words: ['node', 'fs', 'author'] });
  });

  test('finds everything when empty, and nothing when it has signs only', () => {
    expect(readSearchText('')).toEqual(all);
    expect(readSearchText(' \t\n')).toEqual(all);
    expect(readSearchText('*** !')).toBeNull();
    expect(readSearchText('*** scope:acme')).toEqual({ ...all, scope: 'acme' });
  });
});
