import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import { theCommandLine } from '../../src/ledger/index.ts';
import type { RegistryRow } from '../../src/registry/index.ts';
import type { DatabaseLocation, SqlStore } from '../../src/storage/sql/index.ts';
import { at, event, publishCommand, testUser } from './catalogue-fixtures.ts';
import { adapters, execute, freshStore } from './stores.ts';

describe.each(adapters)('Tens of thousands of previews on $name', (adapter) => {
  /** More than the database takes parameters in one statement. */
  const many = adapter.replicas ? 66_000 : 33_000;
  let store: SqlStore;
  let location: DatabaseLocation;
  let close: () => Promise<void>;
  let npm: RegistryRow;
  let anna: User;

  beforeEach(async () => {
    ({ store, location, close } = await freshStore(adapter));
    npm = await store.catalogue.createRegistry('npm', 'npm', at, theCommandLine);
    anna = await store.accounts.createUser(testUser('anna'));
  });
  afterEach(() => close());

  const fill = (count: number, restricted: 0 | 1) =>
    execute(
      location,
      `with recursive counted(i) as (select 1 union all select i + 1 from counted where i < ${count})
        insert into previews (registry_id, sha, name, restricted, publisher_id, published_at, key, sha256, sha1,
          sha512, size)
        select ${npm.id}, 'abc' || (10000 + i), 'demo', ${restricted}, ${anna.id}, ${at}, 'commits/' || i, 'a', 'b',
          'c', 1 from counted;
      insert into preview_keys (key, barred, created_at) select key, 0, published_at from previews;
      insert into preview_cursors (registry_id, name, owner, repo, ref, sha, moved_at)
        select ${npm.id}, 'demo', 'acme', 'demo', 'main', 'abc10001', ${at}`,
    );
  const left = async () => {
    const query = { registryId: npm.id, goneUntil: -1, name: 'demo', sight: 'all' as const };
    return {
      previews: await store.previews.ofPackage({ ...query, beginning: 'abc', limit: 4 }),
      cursors: await store.previews.atCursor({ ...query, ref: 'main', repository: undefined }),
      keys: await store.previews.knownKeys(['commits/1', `commits/${many}`]),
    };
  };
  const nothing = { previews: [], cursors: [], keys: new Set() };
  const removals = async () => {
    await store.events.seal(100);
    return (await store.events.sealed(0, 100)).filter(({ type }) => type === 'preview.remove');
  };

  test('have a state that changes with any of them', async () => {
    await fill(6000, 0);
    const before = await store.inventory.state(npm.id);
    expect(await store.inventory.state(npm.id)).toBe(before);
    await execute(location, `update previews set published_at = published_at - 1 where sha = 'abc10001'`);
    expect(await store.inventory.state(npm.id)).not.toBe(before);
  });

  test('go with their package', async () => {
    await store.catalogue.publish(publishCommand(npm, anna, '1.0.0'));
    await fill(many, 0);
    await store.catalogue.unpublish({
      registryId: npm.id,
      name: 'demo',
      actorId: anna.id,
      overrideOwnership: false,
      versions: 'all',
      tags: null,
      expectedRevision: null,
      at,
      event: event('package.unpublish', 'demo', null),
    });
    expect(await left()).toEqual(nothing);
    expect(await removals()).toMatchObject([{ package: 'demo', detail: { previews: many } }]);
  });

  test('go with the user who alone could see them', async () => {
    await fill(33_000, 1);
    await store.users.remove({ userId: anna.id, heirId: null, inherits: 'all', at, by: theCommandLine });
    expect(await left()).toEqual(nothing);
    expect(await removals()).toMatchObject([{ package: 'demo', detail: { previews: 33_000 } }]);
  });
});
