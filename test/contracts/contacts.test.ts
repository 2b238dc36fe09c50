import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { at, event, publishCommand, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore } from './stores.ts';

describe.each(adapters)('Contacts on $name', (adapter) => {
  let store: SqlStore;
  let close: () => Promise<void>;
  let anna: User;
  let berta: User;
  let carla: User;
  beforeEach(async () => {
    ({ store, close } = await freshStore(adapter));
    const { accounts, catalogue } = store;
    anna = await accounts.createUser({ ...testUser('Anna'), emailVerified: true });
    berta = await accounts.createUser({ ...testUser('berta'), emailVerified: true });
    // Nobody has shown that this address is hers.
    carla = await accounts.createUser(testUser('carla'));
    const npm = await catalogue.createRegistry('npm', 'npm', at, theServer);
    await catalogue.publish(publishCommand(npm, anna, '1.0.0'));
    await catalogue.setOwners({
      registryId: npm.id,
      name: 'demo',
      actorId: anna.id,
      overrideOwnership: false,
      expectedRevision: null,
      owners: [anna.id, berta.id, carla.id],
      at,
      event: event('package.owners', 'demo', null),
    });
  });
  afterEach(() => close());

  const owners = async (limit = 10) =>
    (await store.contacts.answeringFor('npm', 'demo', limit)).map(({ name, email }) => `${name} ${email}`);

  test('are users with an address of their own, in any case of the name', async () => {
    expect(await store.contacts.named('ANNA')).toEqual({
      userId: anna.id,
      name: 'Anna',
      email: 'Anna@example.com',
    });
    expect(await store.contacts.named('carla')).toBeUndefined();
    expect(await store.contacts.named('nobody')).toBeUndefined();
  });

  test('answer for a package if they own it', async () => {
    expect(await owners()).toEqual(['Anna Anna@example.com', 'berta berta@example.com']);
    expect(await owners(1)).toHaveLength(1);
    expect(await store.contacts.answeringFor('npm', 'other', 10)).toEqual([]);
    expect(await store.contacts.answeringFor('zig', 'demo', 10)).toEqual([]);
  });

  test('are not those who are disabled or gone', async () => {
    await store.users.disable({ userId: berta.id, at, by: theServer });
    expect(await owners()).toEqual(['Anna Anna@example.com']);
    await store.users.remove({ userId: anna.id, heirId: carla.id, inherits: 'all', at, by: theServer });
    expect(await owners()).toEqual([]);
    expect(await store.contacts.named('anna')).toBeUndefined();
  });
});
