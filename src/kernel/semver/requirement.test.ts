import * as fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { isFault } from '../errors.ts';
import { comparePrecedence } from './order.ts';
import { parseRequirement } from './requirement.ts';

const LADDER = [
  '0.0.0',
  '0.0.1',
  '0.0.3',
  '0.0.4',
  '0.1.0',
  '0.2.2',
  '0.2.3',
  '0.2.9',
  '0.3.0',
  '1.0.0-rc.1',
  '1.0.0',
  '1.2.0',
  '1.2.2',
  '1.2.3-rc.1',
  '1.2.3-rc.2',
  '1.2.3',
  '1.2.4',
  '1.3.0-rc.1',
  '1.3.0',
  '1.9.9',
  '2.0.0-rc.1',
  '2.0.0',
  '2.1.0',
  '3.0.0',
];

const matching = (requirement: string) => {
  const { matches } = parseRequirement(requirement);
  return LADDER.filter((version) => matches(version));
};

/** Of the ladder, from one version to another; releases only. */
const releases = (from: string, to: string) =>
  LADDER.slice(LADDER.indexOf(from), LADDER.indexOf(to) + 1).filter((version) => !version.includes('-'));

const row = (label: string, requirements: string[], from: string, to = from) => ({
  label,
  requirements,
  expected: releases(from, to),
});

describe('A requirement climbs the ladder as its row says', () => {
  test.each([
    row('[V-33] exact', ['1.2.3', '=1.2.3', '= 1.2.3', '1.2.3+build', '=1.2.3, >=1'], '1.2.3'),
    row('[V-34] caret', ['^1.2.3', '^ 1.2.3', '^1.2.3+b'], '1.2.3', '1.9.9'),
    row('[V-34] bare and not whole: caret', ['1.2', '^1.2', '^1.2.*'], '1.2.0', '1.9.9'),
    row('[V-34] bare major: caret', ['1', '^1', '^1.*', '1.*', '~1', '=1', '1.x.x'], '1.0.0', '1.9.9'),
    row('caret below 1.0', ['^0.2.3'], '0.2.3', '0.2.9'),
    row('caret below 0.1', ['^0.0.3'], '0.0.3'),
    row('caret of 0.0', ['^0.0', '0.0', '~0.0', '0.0.*', '=0.0'], '0.0.0', '0.0.4'),
    row('caret of 0', ['^0', '0', '~0', '0.*', '0.x', '<1', '=0'], '0.0.0', '0.3.0'),
    row('[V-35] tilde', ['~1.2.3', '~ 1.2.3'], '1.2.3', '1.2.4'),
    row('[V-35] tilde of minor', ['~1.2', '1.2.*', '1.2.x', '1.2.X', '=1.2', '~1.2.*'], '1.2.0', '1.2.4'),
    row('[V-36] at least', ['>=1.2.0', '>=1.2', '>= 1.2.*', '>1.1'], '1.2.0', '3.0.0'),
    row('[V-36] at least a major', ['>=1', '>0', '>=1.*', '>0.3', '>0.9.9'], '1.0.0', '3.0.0'),
    row('[V-36] more', ['>1.2', '>=1.3', '>=1.3.0', '>1.2.4'], '1.3.0', '3.0.0'),
    row('[V-36] more than a major', ['>1', '>=2', '>1.*', '>1.9.9'], '2.0.0', '3.0.0'),
    row('[V-36] less', ['<2.0.0', '<2', '<2.0', '<=1', '<=1.9.9', '<2.*'], '0.0.0', '1.9.9'),
    row('[V-36] less than a minor', ['<1.3', '<1.3.0', '<=1.2', '<=1.2.4', '<=1.2.*'], '0.0.0', '1.2.4'),
    row('[V-37] wildcard of a major', ['1.*', '1.x', '1.X', '1.*.*'], '1.0.0', '1.9.9'),
    row('[V-37] wildcard of a minor', ['1.2.*', ' 1.2.* '], '1.2.0', '1.2.4'),
    row('[V-38] comma', ['>=1.0.0, <2.0.0', '>=1.0.0,<2.0.0', ' >= 1.0.0 ,\t< 2.0.0 '], '1.0.0', '1.9.9'),
    row('[V-38] three of them', ['^1, >1.2.2, <=1.3.0'], '1.2.3', '1.3.0'),
    row('any', ['*', '', '  ', '\t*'], '0.0.0', '3.0.0'),
  ])('[V-26] $label: $requirements', ({ requirements, expected }) => {
    const found = requirements.map((requirement) => [requirement, matching(requirement)]);
    expect(found).toEqual(requirements.map((requirement) => [requirement, expected]));
  });

  test.each([
    ['=1.2.3-rc.1', ['1.2.3-rc.1']],
    ['1.2.3-rc.2', ['1.2.3-rc.2']],
    ['^1.2.3-rc.2', ['1.2.3-rc.2', ...releases('1.2.3', '1.9.9')]],
    ['~1.2.3-rc.1', ['1.2.3-rc.1', '1.2.3-rc.2', ...releases('1.2.3', '1.2.4')]],
    ['>=1.2.3-rc.1, <1.2.3', ['1.2.3-rc.1', '1.2.3-rc.2']],
    ['<1.2.3-rc.2, >1.2.2', ['1.2.3-rc.1']],
    ['>=1.3.0-rc.1, <2', ['1.3.0-rc.1', ...releases('1.3.0', '1.9.9')]],
    // `<2.0.0` is below 2.0.0-rc.1 only if that is named, and `<2` keeps all of 2 out.
    ['>=2.0.0-rc.1, <2.0.0', ['2.0.0-rc.1']],
    ['>=2.0.0-rc.1, <2', []],
    ['^1, >=2.0.0-rc.1', []],
    ['>2, <1', []],
    ['<0', []],
  ])('%j takes pre-releases that it names, and no others', (requirement, expected) => {
    expect(matching(requirement)).toEqual(expected);
  });
});

describe('A requirement that is none', () => {
  test.each([
    ['1.0.0 || 2.0.0', 'gives alternatives'],
    ['1.0.0 - 2.0.0', 'hyphen'],
    ['>=1.0.0 <2.0.0', 'needs a comma'],
    ['1.0.0 2.0.0', 'needs a comma'],
    ['v1.2.3', 'has a v'],
    ['^v1', 'has a v'],
    ['1.2.3.4', 'more than three numbers'],
    ['=1.2.3.4', 'more than three numbers'],
    ['01.2.3', 'begins with 0'],
    ['1.02', 'begins with 0'],
    ['1.2.3-01', 'begins with 0'],
    ['1.*.3', 'is no version'],
    ['1.2.*-rc.1', 'is no version'],
    ['1.2-rc.1', 'is no version'],
    ['1.2+build', 'is no version'],
    ['*, >=1', 'must stand alone'],
    ['>=1, x', 'must stand alone'],
    ['>=*', 'write *'],
    ['^1,', 'nothing between two commas'],
    [',', 'nothing between two commas'],
    ['^1,,^2', 'nothing between two commas'],
    ['latest', '"latest" is no version'],
    ['=>1.0.0', 'is no version'],
    ['==1.0.0', 'is no version'],
    ['!=1.0.0', 'is no version'],
    ['^', 'is no version'],
    ['1.', 'is no version'],
    ['1.2.', 'is no version'],
    ['1.2.3-', 'is no version'],
    ['1.2.3+', 'is no version'],
    ['-1.2.3', 'is no version'],
    ['1.2.3\n', 'is no version'],
    ['१.2.3', 'is no version'],
    ['99999999999999999999.0.0', 'is no version'],
    [`1.0.0-${'a'.repeat(600)}`, 'at most 512'],
    [Array.from({ length: 33 }, () => '*').join(','), 'at most 32'],
  ])('%j is refused with what is wrong and how to write one', (text, reason) => {
    const act = () => parseRequirement(text);
    expect(act).toThrow(expect.objectContaining({ code: 'bad_request' }));
    expect(act).toThrow(reason);
    expect(act).toThrow(/write versions such as 1\.2\.3/);
  });

  test('is refused or read whatever it is, and soon', () => {
    const piece = fc.constantFrom('1', '0', '.', '*', 'x', '-', '+', ',', ' ', '^', '~', '>', '=', 'rc', '|');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 12 }).map((all) => all.join('')),
          fc.string(),
        ),
        (text) => {
          try {
            expect(parseRequirement(text).text).toBe(text);
          } catch (error) {
            if (!isFault(error, 'bad_request')) throw error;
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

const number = fc.integer({ min: 0, max: 3 });
const preRelease = fc.constantFrom('', '', '-rc.1', '-rc.2', '-0', '-rc.1.a', '-rc');
const version = fc.tuple(number, number, number, preRelease).map(([a, b, c, d]) => `${a}.${b}.${c}${d}`);
const operator = fc.constantFrom('=', '>', '>=', '<', '<=', '^', '~');
const partial = fc.oneof(
  fc.tuple(number, number).map((parts) => parts.join('.')),
  number.map(String),
  fc.tuple(number, number).map((parts) => `${parts.join('.')}.*`),
  number.map((major) => `${major}.*`),
);
const predicate = fc.oneof(
  fc.tuple(operator, version).map((parts) => parts.join('')),
  fc.tuple(operator, partial).map((parts) => parts.join('')),
  version,
  partial.filter((text) => text.includes('*')),
);

describe('A requirement means what semver says', () => {
  // npm reads a bare `1.2` as `1.2.*` and a bare `1.2.3` as we do; blanks join where we have commas. All else is common.
  const requirement = fc.array(predicate, { minLength: 1, maxLength: 3 });

  test('[V-26] of every version', () => {
    fc.assert(
      fc.property(requirement, version, (parts, one) => {
        const { matches } = parseRequirement(parts.join(', '));
        expect(matches(one), `${one} in ${parts.join(', ')}`).toBe(semver.satisfies(one, parts.join(' ')));
      }),
      { numRuns: 5000 },
    );
  });

  test('and for policies, of pre-releases as of releases', () => {
    const whole = fc.array(
      fc.tuple(operator, version).map((parts) => parts.join('')),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(whole, version, (parts, one) => {
        const { covers } = parseRequirement(parts.join(', '));
        expect(covers(one), `${one} in ${parts.join(', ')}`).toBe(
          semver.satisfies(one, parts.join(' '), { includePrerelease: true }),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test('of a sorted list, by its span', () => {
    fc.assert(
      fc.property(requirement, fc.uniqueArray(version), (parts, versions) => {
        const { admits, matches, span } = parseRequirement(parts.join(', '));
        const ascending = versions.toSorted(semver.compare).map((one) => new semver.SemVer(one));
        const { from, to } = span(ascending);
        const found = ascending.slice(from, to).filter(admits);
        expect(found.map(String)).toEqual(ascending.map(String).filter((one) => matches(one)));
      }),
      { numRuns: 2000 },
    );
  });

  test('in the order of versions', () => {
    fc.assert(
      fc.property(version, version, (one, other) => {
        const order = comparePrecedence(new semver.SemVer(one), new semver.SemVer(other));
        expect(Math.sign(order)).toBe(semver.compare(one, other));
      }),
    );
  });
});

test('a family holds its pre-releases where policies ask', () => {
  expect(parseRequirement('1.*').covers('1.0.0-rc.1')).toBe(true);
  expect(parseRequirement('1.*').covers('2.0.0-rc.1')).toBe(false);
  expect(parseRequirement('1.*').matches('1.0.0-rc.1')).toBe(false);
  expect(parseRequirement('<2.0.0').covers('2.0.0-rc.1')).toBe(true);
});

test.each(['', 'x', '1.0', 'v', '1.0.0.0'])('%j is no version, so nothing matches it', (text) => {
  expect(parseRequirement('*').matches(text)).toBe(false);
});
