import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PackageCommand } from '../../src/registry/index.ts';
import { at, event } from './catalogue-fixtures.ts';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters } from './stores.ts';

describe.each(adapters)('Yanked versions on $name', (adapter) => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse(adapter);
    for (const version of ['1.0.0', '1.1.0', '2.0.0-beta.1']) await publish(version);
  });
  afterEach(() => house.close());

  const publish = (version: string) =>
    house.publish('anna', 'demo', version, { tags: [], fallbackTag: null, raisesDefault: true });
  const mark = (version: string, yanked: boolean, more: Partial<PackageCommand> = {}, by = 'anna') =>
    house.store.catalogue.yank({
      ...house.change(by, 'demo'),
      at: at + 5,
      event: event(yanked ? 'package.yank' : 'package.unyank', 'demo', version),
      version,
      yanked,
      ...more,
    });
  const headOf = async () => {
    const head = await house.store.catalogue.findPackage(house.registry.id, 'demo');
    if (head === undefined) throw new Error('demo is not there');
    return head;
  };
  const latest = async () => (await house.store.catalogue.tags((await headOf()).id))['latest'];
  const yankedAt = async (version: string) =>
    (await house.store.catalogue.version((await headOf()).id, version))?.yankedAt;
  const found = async () => {
    const query = { typed: 'demo', scope: null, owner: null, keywords: [], readerId: null };
    const { hits } = await house.store.catalogue.search({
      ...query,
      registryId: house.registry.id,
      words: ['demo'],
      limit: 5,
      offset: 0,
    });
    return hits.map(({ version }) => version);
  };

  test('[V-63] are marked and stay, and the default tag goes to the best that is left', async () => {
    const { revision, history } = await headOf();
    expect(await mark('1.1.0', true)).toEqual({ revision: revision + 1 });
    expect(await headOf()).toMatchObject({ revision: revision + 1, history: history + 1 });
    expect([await yankedAt('1.1.0'), await yankedAt('1.0.0')]).toEqual([at + 5, null]);
    expect([await latest(), await found()]).toEqual(['1.0.0', ['1.0.0']]);
    await mark('1.0.0', true);
    expect(await latest()).toBe('2.0.0-beta.1');
  });

  test('leave the search with the last one, and come back with the first', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0-beta.1']) await mark(version, true);
    expect([await latest(), await found()]).toEqual([undefined, []]);
    await mark('1.0.0', false);
    expect([await latest(), await found(), await yankedAt('1.0.0')]).toEqual(['1.0.0', ['1.0.0'], null]);
    await mark('1.1.0', false);
    expect(await latest()).toBe('1.1.0');
  });

  test('are no default of a package that gets another version', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0-beta.1']) await mark(version, true);
    await publish('0.9.0');
    expect([await latest(), await found()]).toEqual(['0.9.0', ['0.9.0']]);
  });

  test('may be marked twice: nothing changes then, and nothing is recorded', async () => {
    const first = await mark('1.1.0', true);
    expect(await mark('1.1.0', true, { at: at + 9 })).toEqual(first);
    expect([(await headOf()).revision, await yankedAt('1.1.0')]).toEqual([first.revision, at + 5]);
    expect(await mark('1.0.0', false)).toEqual(first);
  });

  test('keep their number taken', async () => {
    await mark('1.1.0', true);
    await expect(publish('1.1.0')).rejects.toMatchObject({ code: 'version_exists' });
  });

  test('are marked by whoever may change the package, and only if they are there', async () => {
    await expect(mark('1.1.0', true, {}, 'berta')).rejects.toMatchObject({ code: 'not_owner' });
    await expect(mark('9.9.9', true)).rejects.toMatchObject({ code: 'version_not_found' });
    await expect(mark('1.1.0', true, { name: 'other' })).rejects.toMatchObject({ code: 'package_not_found' });
    await mark('1.1.0', true, { overrideOwnership: true }, 'berta');
    expect(await latest()).toBe('1.0.0');
  });
});
