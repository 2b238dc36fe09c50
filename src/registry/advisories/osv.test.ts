import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { npmAdvisories } from '../../formats/npm/index.ts';
import { isFault } from '../../kernel/index.ts';
import { readOsv } from './osv.ts';

const record = {
  schema_version: '1.6.0',
  id: 'GHSA-jf85-cpcp-j695',
  aliases: ['CVE-2019-10744'],
  modified: '2024-11-25T05:43:36.123456Z',
  published: '2019-07-10T19:45:23Z',
  summary: 'Prototype Pollution\u001b[31m\nin lodash',
  details: 'long',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'lodash', purl: 'pkg:npm/lodash' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '4.17.12' }] }],
    },
    {
      package: { ecosystem: 'npm', name: 'lodash' },
      ranges: [{ type: 'GIT', events: [{ introduced: 'abc' }] }],
      versions: ['5.0.0'],
    },
    {
      package: { ecosystem: 'RubyGems', name: 'lodash-rails' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
    },
  ],
  database_specific: { cwe_ids: ['CWE-1321', 'CWE-20'], severity: 'CRITICAL' },
};

const read = (json: unknown) => readOsv(json, [npmAdvisories]);
const changed = (change: object) => read({ ...record, ...change });

test('a record becomes what we keep of it, on one line and without what a terminal would act on', () => {
  expect(read(record)).toEqual({
    kind: 'advisory',
    advisory: {
      id: 'GHSA-jf85-cpcp-j695',
      aliases: ['CVE-2019-10744'],
      summary: 'Prototype Pollution [31m in lodash',
      severity: 'critical',
      malicious: false,
      url: 'https://github.com/advisories/GHSA-jf85-cpcp-j695',
      cwes: ['CWE-1321', 'CWE-20'],
      cvss: { score: 9.1, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H' },
      publishedAt: Date.parse('2019-07-10T19:45:23Z'),
      modifiedAt: Date.parse('2024-11-25T05:43:36.123Z'),
      affected: [{ format: 'npm', name: 'lodash', range: '<4.17.12 || 5.0.0' }],
    },
  });
});

test('without a word of its database, the score says how severe it is', () => {
  expect(changed({ database_specific: {} })).toMatchObject({ advisory: { severity: 'critical' } });
  expect(changed({ database_specific: { severity: 'medium' }, severity: [] })).toMatchObject({
    advisory: { severity: 'moderate', cvss: null },
  });
});

test('attacks are told from mistakes', () => {
  const attack = { malicious: true, severity: 'critical' };
  expect(changed({ id: 'MAL-2025-27824', database_specific: null })).toMatchObject({ advisory: attack });
  const origins = { 'malicious-packages-origins': [{ source: 'x' }] };
  expect(changed({ database_specific: origins })).toMatchObject({ advisory: attack });
});

test('what is withdrawn, or about packages of others, says so', () => {
  expect(changed({ withdrawn: '2025-01-01T00:00:00Z' })).toMatchObject({ kind: 'withdrawn', id: record.id });
  expect(changed({ affected: record.affected.slice(2) })).toEqual({ kind: 'foreign', id: record.id });
  expect(changed({ affected: undefined })).toMatchObject({ kind: 'foreign' });
});

test.each([
  ['no object', []],
  ['no id', { ...record, id: 'a b' }],
  ['no time', { ...record, modified: 'yesterday' }],
  [
    'a name that none can have',
    { ...record, affected: [{ ...record.affected[0], package: { ecosystem: 'npm', name: '../x' } }] },
  ],
  [
    'bounds that are no versions',
    {
      ...record,
      affected: [{ ...record.affected[0], ranges: [{ type: 'SEMVER', events: [{ introduced: 'x' }] }] }],
    },
  ],
])('a record with %s is refused', (_, json) => {
  expect(() => read(json)).toThrow(expect.objectContaining({ code: 'advisory_invalid' }));
});

test('whatever JSON comes, it is read or refused', () => {
  const damaged = fc.tuple(
    fc.constantFrom(...Object.keys(record)),
    fc.oneof(
      fc.jsonValue(),
      fc.array(
        fc.record(
          {
            package: fc.constantFrom({ ecosystem: 'npm', name: 'demo' }, null, 'x'),
            ranges: fc.jsonValue(),
            versions: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
      ),
    ),
  );
  const ends = new Set<string>();
  fc.assert(
    fc.property(fc.array(damaged, { minLength: 1, maxLength: 3 }), (changes) => {
      try {
        ends.add(changed(Object.fromEntries(changes)).kind);
      } catch (error) {
        if (!isFault(error, 'advisory_invalid')) throw error;
        ends.add('refused');
      }
    }),
    { numRuns: 2000 },
  );
  expect(ends.size).toBeGreaterThan(2);
});
