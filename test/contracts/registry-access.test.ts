import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OrganisationRole } from '../../src/accounts/index.ts';
import { mayRead, type Visibility } from '../../src/policy/index.ts';
import type { NewOwner } from '../../src/registry/index.ts';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters } from './stores.ts';

describe.each(adapters)('Offers of packages on $name', (adapter) => {
  let house: House;
  let id: number;
  beforeEach(async () => {
    house = await openHouse(adapter);
    ({ id } = await house.organisation('anna', 'acme'));
    await house.publish('dora', 'demo');
  });
  afterEach(() => house.close());

  const offer = (by: string, to: NewOwner, name = 'demo') =>
    house.store.packageAccess.offer({ ...house.change(by, name), to, expiresAt: house.by(by).at + 100 });
  const answer = (by: string, accept = true, name = 'demo') =>
    house.store.packageAccess.answerOffer({ ...house.by(by), registryId: house.registry.id, name, accept });
  const owners = async (name = 'demo') => {
    const head = await house.store.catalogue.findPackage(house.registry.id, name);
    return (await house.store.catalogue.owners(head?.id ?? 0)).map((owner) => owner.name);
  };

  test('are accepted by those who may publish for the new owner, who then has it alone', async () => {
    await house.join('anna', id, 'berta', 'reader');
    await offer('dora', { organisationId: id });
    expect(await owners()).toEqual(['dora']);
    await expect(answer('berta')).rejects.toMatchObject({ code: 'not_found' });
    await expect(answer('carla')).rejects.toMatchObject({ code: 'not_found' });
    expect(await house.store.packageAccess.offersTo(house.user('anna').id, 0)).toMatchObject([
      { registry: 'npm', name: 'demo', to: { kind: 'organisation', name: 'acme' }, offeredBy: 'dora' },
    ]);
    expect(await house.store.packageAccess.offersTo(house.user('berta').id, 0)).toEqual([]);
    await answer('anna');
    expect(await owners()).toEqual(['acme']);
    expect(await house.right('dora', 'demo')).toBe('read');
    expect(await house.right('anna', 'demo')).toBe('manage');
  });

  test('go to users too, can be declined, and are gone when they are answered', async () => {
    await offer('dora', { userId: house.user('berta').id });
    await answer('berta', false);
    await expect(answer('berta')).rejects.toMatchObject({ code: 'not_found' });
    await offer('dora', { userId: house.user('berta').id });
    await answer('berta');
    expect(await owners()).toEqual(['berta']);
  });

  test('are made by owners only, and worth nothing once they are owners no more', async () => {
    await expect(offer('carla', { userId: house.user('carla').id })).rejects.toMatchObject({
      code: 'not_owner',
    });
    await house.publish('anna', '@acme/tool');
    await house.join('anna', id, 'berta', 'maintainer');
    await offer('berta', { userId: house.user('berta').id }, '@acme/tool');
    await house.leave('anna', id, 'berta');
    await expect(answer('berta', true, '@acme/tool')).rejects.toMatchObject({ code: 'not_owner' });
    expect(await owners('@acme/tool')).toEqual(['acme']);
  });

  test('fall when the owners change', async () => {
    await offer('dora', { userId: house.user('berta').id });
    const own = [house.user('dora').id, house.user('carla').id];
    await house.store.catalogue.setOwners({
      ...house.change('dora', 'demo'),
      owners: own,
      expectedRevision: null,
    });
    await expect(answer('berta')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('are needed for an organisation that the owner may not publish for', async () => {
    const give = (by: string) =>
      house.store.catalogue.setOwners({
        ...house.change(by, 'demo'),
        owners: [],
        organisationId: id,
        expectedRevision: null,
      });
    await expect(give('dora')).rejects.toMatchObject({ code: 'forbidden' });
    await house.join('anna', id, 'dora', 'publisher');
    await give('dora');
    expect(await owners()).toEqual(['acme']);
  });
});

describe.each(adapters)('Registries on $name', (adapter) => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse(adapter);
  });
  afterEach(() => house.close());

  const set = (by: string, change: object, administrator = false) =>
    house.store.registrySettings.change({
      ...house.by(by, administrator),
      registryId: house.registry.id,
      change,
    });
  const member = (name: string, role: OrganisationRole | null, by = 'anna', administrator = true) =>
    house.store.registrySettings.setMember({
      ...house.by(by, administrator),
      registryId: house.registry.id,
      userId: house.user(name).id,
      role,
    });

  test('are changed by administrators and by their owners', async () => {
    await expect(set('berta', { visibility: 'private' })).rejects.toMatchObject({ code: 'forbidden' });
    await member('berta', 'maintainer');
    await expect(set('berta', { visibility: 'private' })).rejects.toMatchObject({ code: 'forbidden' });
    await member('berta', 'owner');
    expect(await set('berta', { visibility: 'private', publish: 'members' })).toMatchObject({
      visibility: 'private',
      publish: 'members',
    });
    await member('carla', 'reader', 'berta', false);
    expect(await house.store.registrySettings.members(house.registry.id)).toMatchObject([
      { name: 'berta', role: 'owner' },
      { name: 'carla', role: 'reader' },
    ]);
    await member('berta', null);
    expect(await house.store.rights.registry('npm', house.user('berta').id)).toMatchObject({
      row: { name: 'npm', visibility: 'private' },
      role: null,
    });
  });

  test('give the members of their organisation the roles that they have there', async () => {
    const { id } = await house.organisation('anna', 'acme');
    await house.join('anna', id, 'berta', 'publisher');
    const made = await house.store.catalogue.createRegistry('team-npm', 'npm', 1, house.by('anna').by, {
      visibility: 'private',
      organisationId: id,
    });
    expect(made).toMatchObject({ visibility: 'private', publish: 'anyone', organisation: 'acme' });
    const role = async (name: string) =>
      (await house.store.rights.registry('team-npm', house.user(name).id))?.role;
    expect([await role('anna'), await role('berta'), await role('carla')]).toEqual([
      'owner',
      'publisher',
      null,
    ]);
    expect(await house.store.rights.registry('none', 1)).toBeUndefined();
  });

  test('settle who may publish new names, in the transaction that publishes', async () => {
    await set('anna', { publish: 'members' }, true);
    await expect(house.publish('berta', 'one')).rejects.toMatchObject({ code: 'publish_closed' });
    await member('berta', 'publisher');
    await house.publish('berta', 'one');
    await set('anna', { publish: 'admins' }, true);
    await expect(house.publish('berta', 'two')).rejects.toMatchObject({ code: 'publish_closed' });
    await house.publish('berta', 'one', '1.1.0');
    await house.publish('carla', 'two', '1.0.0', { overrideOwnership: true });
  });

  test('show in a search exactly what each user may read', async () => {
    const { id } = await house.organisation('anna', 'acme');
    await house.join('anna', id, 'berta', 'reader');
    const { id: teamId } = await house.store.organisations.createTeam({
      ...house.by('anna'),
      organisationId: id,
      name: 'devs',
      description: '',
    });
    const names: string[] = [];
    for (const visibility of ['public', 'internal', 'private'] as const) {
      for (const [owner, name] of [
        ['anna', `@acme/${visibility}`],
        ['carla', `own-${visibility}`],
      ] as const) {
        await house.publish(owner, name, '1.0.0', { visibility });
        names.push(name);
      }
    }
    await house.join('anna', id, 'carla', 'reader');
    await house.store.packageAccess.grant({
      ...house.change('carla', 'own-private'),
      teamId,
      access: 'read',
    });
    await house.store.organisations.setTeamMember({
      ...house.by('anna'),
      organisationId: id,
      name: 'devs',
      userId: house.user('berta').id,
      member: true,
    });
    await house.leave('anna', id, 'carla');

    const seen: Record<string, number> = {};
    for (const visibility of ['public', 'internal', 'private'] satisfies Visibility[]) {
      await set('anna', { visibility }, true);
      for (const role of [null, 'reader', 'maintainer'] as const) {
        await member('dora', role);
        for (const reader of ['anna', 'berta', 'carla', 'dora', null]) {
          const userId = reader === null ? null : house.user(reader).id;
          const readable: string[] = [];
          for (const name of names) {
            const sight = await house.store.rights.of(house.registry.id, name, userId);
            if (sight && mayRead(sight, { userId, administrator: false })) readable.push(name);
          }
          const query = {
            registryId: house.registry.id,
            words: [],
            typed: '',
            scope: null,
            owner: null,
            keywords: [],
          };
          const found = await house.store.catalogue.search({
            ...query,
            readerId: userId,
            limit: 50,
            offset: 0,
          });
          expect(found.hits.map(({ name }) => name).toSorted()).toEqual(readable.toSorted());
          expect(found.total).toBe(readable.length);
          seen[`${visibility} ${role ?? ''} ${reader ?? ''}`] = readable.length;
        }
      }
    }
    expect(seen['public  ']).toBe(2);
    expect(seen['internal  ']).toBe(0);
    expect(seen['private  berta']).toBe(0);
    expect(seen['public  berta']).toBe(6);
    expect(seen['private maintainer dora']).toBe(6);
  });
});
