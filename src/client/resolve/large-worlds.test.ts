import { describe, expect, test } from 'vitest';
import { resolve, type Candidate, type PackageSource, type Wanted } from './index.ts';

const plain = (version: string, ...dependencies: Wanted[]): Candidate => ({
  version,
  yanked: false,
  dependencies,
});

function sourceOf(all: ReadonlyMap<string, Candidate[]>): PackageSource {
  return { candidates: (name) => all.get(name) };
}

/** Each package has five versions and wants four others further down, with ranges, so that all meet again and again. */
function diamonds(count: number): PackageSource {
  const all = new Map<string, Candidate[]>();
  for (let at = 0; at < count; at++) {
    const below = [1, 2, 7, 31].map((step) => at + step).filter((other) => other < count);
    const versions = ['1.0.0', '1.1.0', '1.2.0', '2.0.0', '2.1.0'].map((version, index) =>
      plain(
        version,
        ...below.map((other, which) => ({
          name: `p${other}`,
          requirement:
            index >= 3 && which === 0
              ? '>=1.1.0'
              : (['^1.0.0', '>=1.0.0, <2.0.0', '~1.2', '*'][which] ?? '*'),
        })),
      ),
    );
    all.set(`p${at}`, versions);
  }
  return sourceOf(all);
}

const root = (...wanted: Wanted[]) => ({ name: 'demo', wanted });

/** All versions of a but the first want a b that is not the one that is wanted. */
const manyWants = (count: number) => {
  const versions = Array.from({ length: count }, (_, minor) =>
    plain(`1.${minor}.0`, { name: 'b', requirement: `=1.${minor}.0` }),
  );
  const all = new Map([
    ['a', versions],
    ['b', Array.from({ length: count }, (_, minor) => plain(`1.${minor}.0`))],
  ]);
  const wanted = root({ name: 'a', requirement: '*' }, { name: 'b', requirement: '=1.0.0' });
  const found = resolve(wanted, sourceOf(all));
  return { steps: found.steps, version: found.packages.get('a')?.version };
};

describe('In a large world', () => {
  test('work grows with the number of packages, not faster', () => {
    const [few, many] = [500, 2000].map((count) =>
      resolve(root({ name: 'p0', requirement: '*' }), diamonds(count)),
    );
    expect(many?.packages.size).toBe(2000);
    expect((many?.steps ?? 0) / (few?.steps ?? 1)).toBeLessThan(6);
    expect(many?.steps).toBeLessThan(2000 * 20);
  });

  test('a chain of ten thousand packages is no matter, whether it ends well or not', () => {
    const length = 10_000;
    const chain = (last: string) =>
      sourceOf(
        new Map(
          Array.from({ length }, (_, at) => [
            `p${at}`,
            [plain('1.0.0', { name: at === length - 1 ? last : `p${at + 1}`, requirement: '^1' })],
          ]),
        ),
      );
    const end = new Map([['end', [plain('1.0.0')]]]);
    const fine = chain('end');
    const both = { candidates: (name: string) => end.get(name) ?? fine.candidates(name) };
    expect(resolve(root({ name: 'p0', requirement: '*' }), both).packages.size).toBe(length + 1);
    expect(() => resolve(root({ name: 'p0', requirement: '*' }), chain('gone'))).toThrow(/more lines/);
    expect(() => resolve(root({ name: 'p0', requirement: '*' }), chain('p0'))).toThrow(/in a ring/);
  });

  test('thousands of versions that all want the same fail together', () => {
    const versions = Array.from({ length: 5000 }, (_, minor) =>
      plain(`1.${minor}.0`, { name: 'b', requirement: '^2' }),
    );
    const all = new Map([
      ['a', [plain('0.9.0'), ...versions]],
      ['b', [plain('1.0.0'), plain('2.0.0')]],
    ]);
    const found = resolve(
      root({ name: 'a', requirement: '*' }, { name: 'b', requirement: '^1' }),
      sourceOf(all),
    );
    expect(found.packages.get('a')?.version).toBe('0.9.0');
    expect(found.steps).toBeLessThan(100);
  });

  test('what takes too long is given up with a sentence', () => {
    const versions = Array.from({ length: 50 }, (_, minor) =>
      plain(`1.${minor}.0`, { name: 'b', requirement: `=1.${minor}.0` }),
    );
    const all = new Map([
      ['a', versions],
      ['b', versions.map(({ version }) => plain(version, { name: 'c', requirement: `=${version}` }))],
      ['c', [plain('1.0.0')]],
    ]);
    const act = (patience: number) => () =>
      resolve(root({ name: 'a', requirement: '>1.0.0' }), sourceOf(all), { patience });
    expect(act(10)).toThrow(/No versions were found in good time/);
    expect(act(100_000)).toThrow(/No versions can be found that meet everything/);
  });

  test('thousands of versions that want different things take as many steps, not their square', () => {
    const [few, many] = [manyWants(300), manyWants(1200)];
    expect([few.version, many.version]).toEqual(['1.0.0', '1.0.0']);
    expect(many.steps / few.steps).toBeLessThan(5);
  });

  test('many that need one package narrow it without much ado', () => {
    const all = new Map([['hub', Array.from({ length: 500 }, (_, minor) => plain(`1.${minor}.0`))]]);
    for (let at = 0; at < 3000; at++) {
      all.set(`p${at}`, [plain('1.0.0', { name: 'hub', requirement: `>=1.${at % 400}.0` })]);
    }
    const wanted = Array.from({ length: 3000 }, (_, at) => ({ name: `p${at}`, requirement: '*' }));
    const found = resolve(root(...wanted), sourceOf(all));
    expect(found.packages.get('hub')?.version).toBe('1.499.0');
    expect(found.steps).toBeLessThan(3000 * 20);
  });
});
