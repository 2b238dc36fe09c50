import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limitsCover, limitsNames, matchesPackage, readLimits, type TokenLimits } from './limits.ts';

describe('limits as somebody asks for them', () => {
  test('come in one form, without repetition; empty lists limit nothing', () => {
    expect(
      readLimits({
        registries: ['npm', 'npm'],
        packages: ['demo', '@acme/*'],
        organisations: ['@Acme'],
        addresses: ['192.0.2.9/24'],
      }),
    ).toEqual({
      registries: ['npm'],
      packages: ['demo', '@acme/*'],
      organisations: ['acme'],
      addresses: ['192.0.2.0/24'],
    });
    expect(readLimits({})).toBeNull();
    expect(readLimits({ packages: [], addresses: [] })).toBeNull();
  });

  test.each<TokenLimits>([
    { registries: ['NPM'] },
    { registries: ['../etc'] },
    { packages: ['*'] },
    { packages: ['@*/x'] },
    { packages: ['de*'] },
    { packages: ['a b'] },
    { packages: [''] },
    { packages: ['x'.repeat(215)] },
    { packages: ['a\0b'] },
    { organisations: ['a/b'] },
    { organisations: ['*'] },
    { addresses: ['everywhere'] },
    { packages: Array.from({ length: 101 }, (_, i) => `p${i}`) },
  ])('are refused if they make no sense: %o', (limits) => {
    expect(() => readLimits(limits)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });
});

test('a pattern means a package or a whole scope, to the letter', () => {
  expect(matchesPackage('demo', 'demo')).toBe(true);
  expect(matchesPackage('demo', 'demo2')).toBe(false);
  expect(matchesPackage('@acme/*', '@acme/demo')).toBe(true);
  expect(matchesPackage('@acme/*', '@acme2/demo')).toBe(false);
  expect(matchesPackage('@acme/*', '@Acme/demo')).toBe(false);
});

const some = <T>(one: fc.Arbitrary<T>) => fc.uniqueArray(one, { minLength: 1, maxLength: 3 });

describe('one token covers another', () => {
  test.each<[TokenLimits | null, TokenLimits | null]>([
    [null, null],
    [null, { packages: ['demo'] }],
    [{ packages: ['@acme/*'] }, { packages: ['@acme/*'] }],
    [{ packages: ['@acme/*'] }, { packages: ['@acme/demo'], registries: ['npm'] }],
    [{ organisations: ['acme'] }, { packages: ['@acme/demo', '@acme/*'] }],
    [{ organisations: ['acme', 'b'] }, { organisations: ['b'] }],
    [{ registries: ['npm', 'team'] }, { registries: ['team'] }],
    [{ addresses: ['10.0.0.0/8'] }, { addresses: ['10.1.0.0/16', '10.2.0.1/32'] }],
  ])('with %o: %o', (outer, inner) => {
    expect(limitsCover(outer, inner)).toBe(true);
  });

  test.each<[TokenLimits | null, TokenLimits | null]>([
    [{ packages: ['demo'] }, null],
    [{ packages: ['demo'] }, { packages: ['demo', 'other'] }],
    [{ packages: ['@acme/demo'] }, { packages: ['@acme/*'] }],
    [{ packages: ['@acme/*'] }, { organisations: ['acme'] }],
    [{ organisations: ['acme'] }, { packages: ['demo'] }],
    [{ organisations: ['acme'] }, { registries: ['npm'] }],
    [{ registries: ['npm'] }, { packages: ['demo'] }],
    [{ registries: ['npm'] }, { registries: ['npm', 'team'] }],
    [{ addresses: ['10.1.0.0/16'] }, { addresses: ['10.0.0.0/8'] }],
    [{ addresses: ['10.0.0.0/8'] }, { addresses: ['::/0'] }],
    [{ addresses: ['10.0.0.0/8'] }, null],
  ])('not with %o: %o', (outer, inner) => {
    expect(limitsCover(outer, inner)).toBe(false);
  });

  test('covers itself, and leaving out a limit is never covered', () => {
    const limits = fc.record(
      {
        registries: some(fc.constantFrom('npm', 'team', 'zig')),
        packages: some(fc.constantFrom('demo', '@acme/*', '@acme/demo', 'other')),
        addresses: some(fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', '::1/128')),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(limits, (given) => {
        const read = readLimits(given);
        expect(limitsCover(read, read)).toBe(true);
        expect(limitsCover(read, null)).toBe(read === null);
      }),
    );
  });
});

test('addresses alone do not say which packages a token is for', () => {
  expect(limitsNames({ addresses: ['::/0'] })).toBe(false);
  expect(limitsNames({ registries: ['npm'] })).toBe(true);
});
