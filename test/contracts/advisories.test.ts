import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { npmAdvisories } from '../../src/formats/npm/index.ts';
import { theCommandLine } from '../../src/ledger/index.ts';
import {
  Advisories,
  type Advisory,
  type AdvisoryFile,
  type PublishCommand,
  type RegistryRow,
} from '../../src/registry/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { osvRecord } from '../setup/osv.ts';
import { at, event, publishCommand, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore } from './stores.ts';

async function* dump(...records: unknown[]): AsyncGenerator<AdvisoryFile> {
  for (const [index, record] of records.entries()) {
    const text = typeof record === 'string' ? record : JSON.stringify(record);
    const { id = index } = (typeof record === 'object' ? record : {}) as { id?: string };
    yield { name: `npm/${id}.json`, read: () => Promise.resolve(Buffer.from(text)) };
  }
}

/** A dump on a disk that goes away behind record 501. */
async function* broken(): AsyncGenerator<AdvisoryFile> {
  for (let index = 0; index < 501; index++) yield* dump(osvRecord(`A-${index}`, 'demo', {}));
  throw new Error('the disk is gone');
}

const advisory = (id: string, more: Partial<Advisory> = {}): Advisory => ({
  id,
  aliases: [],
  summary: `about ${id}`,
  severity: 'high',
  malicious: false,
  url: `https://example.com/${id}`,
  cwes: ['CWE-1'],
  cvss: { score: 9.8, vector: 'CVSS:3.1/x' },
  publishedAt: null,
  modifiedAt: at,
  affected: [{ format: 'npm', name: 'demo', range: '<1.1.0' }],
  ...more,
});

describe.each(adapters)('Advisories on $name', (adapter) => {
  let store: SqlStore;
  let close: () => Promise<void>;
  let registry: RegistryRow;
  let advisories: Advisories;

  beforeEach(async () => {
    ({ store, close } = await freshStore(adapter));
    registry = await store.catalogue.createRegistry('npm', 'npm', at, theCommandLine);
    advisories = new Advisories(store.advisories, [npmAdvisories], () => at);
  });
  afterEach(() => close());

  const load = (records: unknown[], options: { source?: string; replace?: boolean } = {}) =>
    advisories.import(dump(...records), theCommandLine, { source: 'osv', replace: false, ...options });
  const known = async () =>
    (await advisories.list({ limit: 100 })).map(({ id, source }) => `${source}/${id}`);
  const putOne = (id: string, malicious: boolean) =>
    store.advisories.put({ source: 'osv', advisories: [advisory(id, { malicious })] });
  const drop = (id: string) => store.advisories.remove({ source: 'osv', ids: [id], event: null });
  const policyRevision = async () => (await store.rights.of(registry.id, 'demo', null))?.policyRevision;

  test('what is stored comes back as it was, by id, by name, and by the names of an install', async () => {
    const other = advisory('B-2', {
      aliases: ['CVE-1'],
      malicious: true,
      cvss: null,
      publishedAt: at - 5,
      affected: [
        { format: 'npm', name: '@acme/ui', range: '*' },
        { format: 'npm', name: 'demo', range: '2.0.0' },
      ],
    });
    expect(await store.advisories.put({ source: 'osv', advisories: [advisory('A-1'), other] })).toBe(2);
    expect(await store.advisories.find('B-2')).toEqual([{ ...other, source: 'osv' }]);
    const list = (query: object) => store.advisories.list({ limit: 10, ...query });
    expect((await list({})).map(({ id }) => id)).toEqual(['A-1', 'B-2']);
    expect((await list({ name: '@acme/ui' })).map(({ id }) => id)).toEqual(['B-2']);
    expect((await list({ malicious: false })).map(({ id }) => id)).toEqual(['A-1']);
    expect((await list({ after: { id: 'A-1', source: 'osv' } })).map(({ id }) => id)).toEqual(['B-2']);
    expect(await list({ limit: 1 })).toHaveLength(1);
    const about = await store.advisories.about('npm', ['demo', 'unknown']);
    expect(about.map(({ id, range }) => [id, range])).toEqual([
      ['A-1', '<1.1.0'],
      ['B-2', '2.0.0'],
    ]);
    expect(await store.advisories.about('zig', ['demo'])).toEqual([]);
    expect(await store.advisories.about('npm', [])).toEqual([]);
  });

  test('a later record takes the place of an earlier one, and never the other way', async () => {
    const put = (modifiedAt: number, range: string) =>
      store.advisories.put({
        source: 'osv',
        advisories: [advisory('A-1', { modifiedAt, affected: [{ format: 'npm', name: 'demo', range }] })],
      });
    expect(await put(at, '<1.0.0')).toBe(1);
    expect(await put(at, '<2.0.0')).toBe(0);
    expect(await put(at + 1, '<3.0.0')).toBe(1);
    expect(await put(at - 1, '<4.0.0')).toBe(0);
    const [stored] = await store.advisories.find('A-1');
    expect(stored?.affected).toEqual([{ format: 'npm', name: 'demo', range: '<3.0.0' }]);
  });

  test('records that come at once by two imports are stored once', async () => {
    const many = Array.from({ length: 50 }, (_, index) => advisory(`A-${index}`));
    // They do not meet in the same way each time.
    const sources = Array.from({ length: 10 }, (_, round) => `osv-${round}`);
    for (const source of sources) {
      await Promise.all([1, 2, 3].map(() => store.advisories.put({ source, advisories: many })));
      expect(await store.advisories.ids(source, '', 100)).toHaveLength(50);
    }
    expect(await store.advisories.about('npm', ['demo'])).toHaveLength(500);
  });

  test('an import counts what it did, and one like it changes nothing', async () => {
    const records = [
      osvRecord('GHSA-1', 'demo', { fixed: '1.1.0' }),
      osvRecord('MAL-1', 'evil', {}),
      { ...osvRecord('GHSA-2', 'x', {}), withdrawn: '2026-01-02T00:00:00Z' },
      { ...osvRecord('GHSA-3', 'x', {}), affected: [] },
      'no json',
      { id: 'GHSA-4' },
    ];
    const first = await load(records);
    expect(first).toMatchObject({ read: 6, stored: 2, unchanged: 0, foreign: 1, withdrawn: 0, malformed: 2 });
    expect(first.problems).toMatchObject(
      [/^npm\/4\.json: .*JSON/, /^npm\/GHSA-4\.json: /].map((text) => expect.stringMatching(text)),
    );
    expect(await load(records)).toMatchObject({ read: 6, stored: 0, unchanged: 2, malformed: 2 });
    expect(await known()).toEqual(['osv/GHSA-1', 'osv/MAL-1']);
  });

  test('what is withdrawn goes, and what is not in the dump any more where that was asked for', async () => {
    const one = osvRecord('A', 'demo', {});
    const two = osvRecord('B', 'demo', {});
    await load([one, two, osvRecord('C', 'demo', {})]);
    await load([osvRecord('C', 'demo', {})], { source: 'own' });
    expect(await load([{ ...one, withdrawn: '2026-02-02T00:00:00Z' }])).toMatchObject({ withdrawn: 1 });
    expect(await known()).toEqual(['osv/B', 'osv/C', 'own/C']);
    // A file that is broken today is no reason to forget what it said yesterday.
    expect(await load([osvRecord('D', 'x', {}), { id: 'B' }], { replace: true })).toMatchObject({
      dropped: 1,
      malformed: 1,
    });
    expect(await known()).toEqual(['osv/B', 'own/C', 'osv/D']);
    await expect(load([], { replace: true })).rejects.toMatchObject({ code: 'advisory_invalid' });
    expect(await known()).toHaveLength(3);
  });

  test('every import and removal counts for every registry at once, and is on record', async () => {
    const before = (await policyRevision()) ?? -1;
    await load([osvRecord('A', 'demo', {})]);
    expect(await policyRevision()).toBe(before + 1);
    await advisories.remove('A', null, theCommandLine);
    expect(await policyRevision()).toBe(before + 2);
    await expect(advisories.remove('A', null, theCommandLine)).rejects.toMatchObject({ code: 'not_found' });
    await expect(advisories.show('A')).rejects.toMatchObject({ code: 'not_found' });
    expect(await policyRevision()).toBe(before + 2);
    await store.events.seal(100);
    const recorded = (await store.events.sealed(0, 100)).filter(({ type }) => type.startsWith('advisories.'));
    expect(recorded.map(({ type, detail }) => [type, detail])).toMatchObject([
      ['advisories.import', { source: 'osv', stored: 1, whole: true }],
      ['advisories.remove', { id: 'A' }],
    ]);
  });

  test('a batch about attacks counts before the rest of the dump is read, and so does its removal', async () => {
    const before = (await policyRevision()) ?? -1;
    await putOne('GHSA-1', false);
    await drop('GHSA-1');
    expect(await policyRevision()).toBe(before);
    await putOne('MAL-1', true);
    expect(await policyRevision()).toBe(before + 1);
    await putOne('MAL-1', true);
    expect(await policyRevision()).toBe(before + 1);
    await drop('MAL-1');
    expect(await policyRevision()).toBe(before + 2);
  });

  test('an import that ends in the middle keeps what it has read, and says so', async () => {
    const before = (await policyRevision()) ?? -1;
    await expect(
      advisories.import(broken(), theCommandLine, { source: 'osv', replace: false }),
    ).rejects.toThrow('the disk is gone');
    expect(await store.advisories.ids('osv', '', 1000)).toHaveLength(500);
    expect(await policyRevision()).toBe(before + 1);
  });

  test('[S-106] a scan flags stored versions that an advisory is about, owned and pulled, and no others', async () => {
    const anna = await store.accounts.createUser(testUser('anna'));
    for (const version of ['1.0.0', '1.1.0']) {
      await store.catalogue.publish(publishCommand(registry, anna, version));
    }
    const pulled: Partial<PublishCommand> = {
      name: 'left',
      origin: 'upstream',
      publisherId: null,
      tags: [],
      fallbackTag: null,
    };
    await store.catalogue.publish(publishCommand(registry, anna, '2.0.0', pulled));
    await store.catalogue.publish(publishCommand(registry, anna, '2.0.0', { name: 'fine' }));
    await load([
      osvRecord('A', 'demo', { fixed: '1.1.0' }),
      osvRecord('B', 'left', {}),
      osvRecord('C', 'fine', { fixed: '1.0.0' }),
      osvRecord('D', 'elsewhere', {}),
    ]);
    const found = await Array.fromAsync(advisories.scan());
    expect(found.map(({ name, version, origin, advisory: { id } }) => [name, version, origin, id])).toEqual([
      ['demo', '1.0.0', 'local', 'A'],
      ['left', '2.0.0', 'upstream', 'B'],
    ]);
    await store.catalogue.unpublish({
      registryId: registry.id,
      name: 'demo',
      versions: 'all',
      expectedRevision: null,
      tags: null,
      actorId: anna.id,
      overrideOwnership: false,
      at,
      event: event('package.unpublish', 'demo', null),
    });
    expect((await Array.fromAsync(advisories.scan())).map(({ name }) => name)).toEqual(['left']);
  });

  test('records about attacks block versions, of each name in one query, and go with the record', async () => {
    await load([
      osvRecord('MAL-1', 'demo', { fixed: '1.1.0' }),
      osvRecord('MAL-2', '@acme/ui', {}),
      osvRecord('GHSA-1', 'demo', {}),
    ]);
    const attacks = await store.advisories.attacks('npm', ['demo', '@acme/ui', 'fine']);
    const since = Date.parse('2026-01-01T00:00:00Z');
    expect(attacks).toEqual(
      new Map([
        [
          'demo',
          [
            {
              id: 'MAL-1',
              range: '<1.1.0',
              reason: 'Something is wrong with demo',
              advisory: 'MAL-1',
              since,
            },
          ],
        ],
        [
          '@acme/ui',
          [
            {
              id: 'MAL-2',
              range: null,
              reason: 'Something is wrong with @acme/ui',
              advisory: 'MAL-2',
              since,
            },
          ],
        ],
      ]),
    );
    expect(await store.advisories.attacks('zig', ['demo'])).toEqual(new Map());
    expect(await store.advisories.attacks('npm', [])).toEqual(new Map());
    await load([osvRecord('MAL-2', '@acme/ui', {})], { replace: true });
    expect([...(await store.advisories.attacks('npm', ['demo', '@acme/ui'])).keys()]).toEqual(['@acme/ui']);
  });

  test('what is known of an install is what touches its versions', async () => {
    await load([osvRecord('A', 'demo', { fixed: '1.1.0' }), osvRecord('B', 'demo', { introduced: '2.0.0' })]);
    const about = async (...versions: string[]) =>
      (await advisories.about('npm', new Map([['demo', versions]]))).map(({ id }) => id);
    expect(await about('1.0.0')).toEqual(['A']);
    expect(await about('1.1.0', 'nonsense', '')).toEqual([]);
    expect(await about('1.0.0', '2.5.0')).toEqual(['A', 'B']);
    expect(await advisories.about('zig', new Map([['demo', ['1.0.0']]]))).toEqual([]);
  });
});
