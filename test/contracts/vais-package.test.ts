import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import { PackageDocuments } from '../../src/doors/vais/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import { openRules, type GateRules } from '../../src/policy/index.ts';
import type { Catalogue, RegistryRow } from '../../src/registry/index.ts';
import { at, publishCommand, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore, type FreshStore } from './stores.ts';

const block = (range: string) => ({
  key: range,
  blocks: [{ id: '1', range, reason: 'bad', advisory: null, since: at }],
  cooldown: null,
});
const fewest = { total: 0, downloads: () => 0 };

describe.each(adapters)('The document on a Vais package on $name', (adapter) => {
  let fresh: FreshStore;
  let vais: RegistryRow;
  let anna: User;
  /** Pages of versions that were read. */
  let pages: number;
  let documents: PackageDocuments;

  beforeEach(async () => {
    fresh = await freshStore(adapter);
    const { catalogue, accounts } = fresh.store;
    vais = await catalogue.createRegistry('vais', 'vais', at, theServer);
    anna = await accounts.createUser(testUser('anna'));
    pages = 0;
    const counting: Pick<Catalogue, 'version' | 'versions'> = {
      version: (packageId, version) => catalogue.version(packageId, version),
      versions: (...asked) => {
        pages += 1;
        return catalogue.versions(...asked);
      },
    };
    documents = new PackageDocuments(counting);
  });
  afterEach(() => fresh.close());

  const publish = (version: string) => {
    // What a text says must not be taken for the number of downloads.
    const dependencies = [{ name: 'x', version_req: '^1', features: ['"downloads":0,'], kind: 'normal' }];
    const manifest = { name: 'demo', version, authors: [], keywords: [], categories: [], dependencies };
    return fresh.store.catalogue.publish(
      publishCommand(vais, anna, version, {
        name: 'demo',
        tags: [],
        fallbackTag: null,
        raisesDefault: true,
        manifest: JSON.stringify({ ...manifest, description: `demo ${version}` }),
      }),
    );
  };
  const found = async (rules: GateRules = openRules) => {
    const sight = await fresh.store.rights.of(vais.id, 'demo', null);
    if (!sight?.head) throw new Error('demo is not there');
    return { head: sight.head, rules };
  };
  const read = async (numbers: Parameters<Awaited<ReturnType<typeof documents.of>>['body']>[0] = fewest) => {
    const body = (await documents.of(await found())).body(numbers, ['anna']);
    return JSON.parse(body?.plain().toString('utf8') ?? 'null') as Record<string, unknown>;
  };

  test('is read once for all who ask, and again when it has changed', async () => {
    await publish('1.0.0');
    const subject = await found();
    const all = await Promise.all(Array.from({ length: 20 }, () => documents.of(subject)));
    expect(new Set(all).size).toBe(1);
    expect(pages).toBe(1);
    await read();
    expect(pages).toBe(1);
    await publish('1.1.0');
    expect(await read()).toMatchObject({
      description: 'demo 1.1.0',
      versions: [{ version: '1.1.0' }, { version: '1.0.0' }],
    });
    expect(pages).toBe(2);
  });

  test('has the numbers of the moment in it, and is joined anew for other ones alone', async () => {
    await publish('1.0.0');
    await publish('1.1.0');
    const text = await documents.of(await found());
    const numbers = { total: 7, downloads: (version: string) => (version === '1.0.0' ? 7 : 0) };
    const body = text.body(numbers, ['anna']);
    expect(text.body(numbers, ['anna'])).toBe(body);
    expect(await read(numbers)).toMatchObject({
      name: 'demo',
      downloads: 7,
      owners: ['anna'],
      versions: [
        { version: '1.1.0', downloads: 0 },
        { version: '1.0.0', downloads: 7, dependencies: [{ features: ['"downloads":0,'] }] },
      ],
    });
    const later = text.body({ ...numbers, total: 8 }, ['anna']);
    expect(later?.etag).not.toBe(body?.etag);
  });

  test('is another one once the gate says something else', async () => {
    await publish('1.0.0');
    await publish('1.1.0');
    expect((await read())['versions']).toHaveLength(2);
    const some = (await documents.of(await found(block('1.1.0')))).body(fewest, []);
    expect(JSON.parse(some?.plain().toString('utf8') ?? '')).toMatchObject({
      versions: [{ version: '1.0.0' }],
    });
    expect((await documents.of(await found(block('>=1.0.0')))).body(fewest, [])).toBeUndefined();
  });
});
