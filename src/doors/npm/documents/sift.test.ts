import { describe, expect, test } from 'vitest';
import { gateRules } from '../../../policy/index.ts';
import { withKept, type Packument } from './kept.ts';
import { sift } from './sift.ts';

const HOUR = 3_600_000;
const now = Date.parse('2026-06-01T00:00:00Z');
const manifest = (version: string, more: object = {}) => ({
  name: 'left',
  version,
  dist: { tarball: `left-${version}.tgz` },
  ...more,
});
const packument = (): Packument => ({
  name: 'left',
  'dist-tags': { latest: '2.0.0' },
  versions: {
    '1.0.0': manifest('1.0.0', { description: 'Pads.', license: 'MIT' }),
    '2.0.0': manifest('2.0.0', { description: 'Visit evil.example.' }),
  },
  time: { '1.0.0': '2026-01-01T00:00:00Z', '2.0.0': '2026-01-02T00:00:00Z' },
  description: 'Visit evil.example.',
  homepage: 'https://evil.example',
  repository: { url: 'https://evil.example' },
  readme: '# Evil',
  readmeFilename: 'EVIL.md',
  maintainers: [{ name: 'anna' }],
});
const blocking = (range: string) =>
  gateRules('left', null, [{ id: '1', range, reason: 'bad', advisory: null, since: 0 }]);

const kept = (time: string | null) => [
  { version: '0.9.0', manifest: JSON.stringify(manifest('0.9.0')), file: 'left-0.9.0.tgz', time },
];

const cooled = (time: string | null) =>
  sift(withKept(packument(), kept(time)), gateRules('left', { hours: 72, exempt: [] }, []), now);

describe('a document from upstream', () => {
  test('is described by the latest version that is left when the published one is hidden', () => {
    const { packument: left } = sift(packument(), blocking('2.x'), now);
    expect(left).toMatchObject({
      'dist-tags': { latest: '1.0.0' },
      description: 'Pads.',
      license: 'MIT',
      readme: '',
      maintainers: [{ name: 'anna' }],
    });
    expect(JSON.stringify(left)).not.toMatch(/evil/i);
  });

  test('keeps what it says of itself when an older version is hidden', () => {
    const { packument: left } = sift(packument(), blocking('1.x'), now);
    expect(left).toMatchObject({ description: 'Visit evil.example.', readme: '# Evil' });
  });
});

describe('a kept version', () => {
  test('whose upstream never told when it published it is young to a cooldown for as long as there is one', () => {
    const { packument: left, hidden } = cooled(null);
    expect(Object.keys(left.versions)).toEqual(['1.0.0', '2.0.0']);
    expect(hidden.get('0.9.0')).toMatchObject({ rule: 'cooldown', published: null, until: null });
    expect(withKept(packument(), kept(null)).time).not.toHaveProperty('0.9.0');
  });

  test('that is old enough stays', () => {
    const time = new Date(now - 100 * HOUR).toISOString();
    expect(Object.keys(cooled(time).packument.versions)).toContain('0.9.0');
  });
});
