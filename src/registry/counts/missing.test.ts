import { describe, expect, test } from 'vitest';
import { MissingVersions, MOST_MISSING_OF_A_NAME } from './missing.ts';

describe('Missing versions', () => {
  test('wait once each, and are taken once', () => {
    const missing = new MissingVersions();
    missing.note(1, 'demo', '9.0.0', 10);
    missing.note(1, 'demo', '9.0.0', 20);
    missing.note(2, 'demo', '9.0.0', 20);
    expect(missing.take()).toEqual([
      { registryId: 1, name: 'demo', version: '9.0.0', count: 2, lastAt: 20 },
      { registryId: 2, name: 'demo', version: '9.0.0', count: 1, lastAt: 20 },
    ]);
    expect(missing.take()).toEqual([]);
  });

  test('are those that a version could be', () => {
    const missing = new MissingVersions();
    for (const version of ['', '../x', 'a b', '\u0000', 'ü', '1'.repeat(65)]) {
      missing.note(1, 'demo', version, 10);
    }
    expect(missing.take()).toEqual([]);
  });

  test('of one name are so many at most, and displace no other name’s', () => {
    const missing = new MissingVersions();
    missing.note(1, 'other', '9.0.0', 10);
    for (let index = 0; index < 10_000; index += 1) missing.note(1, 'demo', `0.0.${index}`, 20);
    const taken = missing.take();
    expect(taken).toHaveLength(1 + MOST_MISSING_OF_A_NAME);
    expect(taken[0]).toMatchObject({ name: 'other' });
    missing.note(1, 'demo', '1.0.0', 30);
    expect(missing.take()).toHaveLength(1);
  });

  test('of many names are five thousand at most, and the oldest go first', () => {
    const missing = new MissingVersions();
    for (let index = 0; index < 5_001; index += 1) missing.note(1, `p${index}`, '1.0.0', index);
    const taken = missing.take();
    expect(taken).toHaveLength(4_001);
    expect([taken[0]?.name, taken.at(-1)?.name]).toEqual(['p1000', 'p5000']);
  });
});
