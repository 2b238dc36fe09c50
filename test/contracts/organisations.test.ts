import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters } from './stores.ts';

describe.each(adapters)('Organisations on $name', (adapter) => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse(adapter);
  });
  afterEach(() => house.close());

  test('begin with one owner, and own what is published in their scope', async () => {
    const { id } = await house.organisation('anna', 'acme');
    expect(await house.store.organisations.find('ACME', house.user('anna').id)).toMatchObject({
      id,
      name: 'acme',
      role: 'owner',
    });
    await house.publish('anna', '@acme/demo');
    const head = await house.store.catalogue.findPackage(house.registry.id, '@acme/demo');
    expect(head?.organisationId).toBe(id);
    expect(await house.store.catalogue.owners(head?.id ?? 0)).toEqual([
      { kind: 'organisation', id, name: 'acme', email: null },
    ]);
  });

  test('take over the packages of their owner that are in the scope already', async () => {
    await house.publish('anna', '@acme/early');
    const { id } = await house.organisation('anna', 'acme');
    const head = await house.store.catalogue.findPackage(house.registry.id, '@acme/early');
    expect(head?.organisationId).toBe(id);
    expect(head?.revision).toBe(2);
  });

  test('share one namespace with users, whoever is first', async () => {
    await expect(house.organisation('berta', 'Anna'.toLowerCase())).rejects.toMatchObject({
      code: 'name_taken',
    });
    await house.organisation('anna', 'acme');
    await expect(house.organisation('berta', 'acme')).rejects.toMatchObject({ code: 'name_taken' });
    const newcomer = {
      name: 'Acme',
      email: null,
      role: 'user',
      passwordHash: 'h',
      at: 1,
      by: house.by('anna').by,
    } as const;
    await expect(house.store.accounts.createUser(newcomer)).rejects.toMatchObject({
      code: 'user_exists',
    });
  });

  test('of the same name as a user, a look-alike or a scope in use are for administrators to make', async () => {
    await house.publish('berta', '@taken/demo');
    await house.publish('berta', '@team-tools/demo');
    await house.organisation('anna', 'acme-corp');
    for (const name of ['taken', 'team_tools', 'acme.corp']) {
      await expect(house.organisation('anna', name)).rejects.toMatchObject({ code: 'name_confusing' });
    }
    for (const name of ['carla', 'taken', 'team_tools', 'acme.corp']) {
      await expect(house.organisation('anna', name, true)).resolves.toMatchObject({ name });
    }
    expect(await house.right('berta', '@taken/demo')).toBe('manage');
    expect(await house.right('anna', '@taken/demo')).toBe('manage');
  });

  test('keep look-alikes of their scope from being published', async () => {
    await house.organisation('anna', 'acme-corp');
    await expect(house.publish('berta', '@acme_corp/demo')).rejects.toMatchObject({ code: 'name_confusing' });
    await house.publish('berta', '@plain/demo');
    await expect(house.publish('carla', '@pla.in/demo')).resolves.toMatchObject({ outcome: 'published' });
    await expect(house.publish('carla', '@p-lain/demo')).resolves.toMatchObject({ outcome: 'published' });
    await expect(house.publish('carla', '@pla_in/demo')).rejects.toMatchObject({ code: 'name_confusing' });
  });

  test('give rights by role, and take them at once', async () => {
    const { id } = await house.organisation('anna', 'acme');
    await house.publish('anna', '@acme/demo', '1.0.0', { visibility: 'private' });
    expect(await house.right('berta', '@acme/demo')).toBe('none');
    for (const [role, right] of [
      ['reader', 'read'],
      ['publisher', 'write'],
      ['maintainer', 'manage'],
      ['owner', 'manage'],
    ] as const) {
      await house.join('anna', id, 'berta', role);
      expect(await house.right('berta', '@acme/demo')).toBe(right);
    }
    await house.leave('anna', id, 'berta');
    expect(await house.right('berta', '@acme/demo')).toBe('none');
  });

  test('are published for from publisher on, as the transaction sees it', async () => {
    const { id } = await house.organisation('anna', 'acme');
    await house.publish('anna', '@acme/demo');
    await expect(house.publish('berta', '@acme/demo', '1.1.0')).rejects.toMatchObject({ code: 'not_owner' });
    await expect(house.publish('berta', '@acme/other')).rejects.toMatchObject({ code: 'scope_owned' });
    await house.join('anna', id, 'berta', 'publisher');
    await house.publish('berta', '@acme/demo', '1.1.0');
    await house.publish('berta', '@acme/other');
    const unpublish = { versions: 'all' as const, tags: null, expectedRevision: null };
    const gone = house.store.catalogue.unpublish({ ...house.change('berta', '@acme/other'), ...unpublish });
    await expect(gone).rejects.toMatchObject({ code: 'not_owner' });
    expect(await house.store.catalogue.findPackage(house.registry.id, '@acme/other')).toMatchObject({
      removedAt: null,
    });
  });

  test('let maintainers look after those below them only', async () => {
    const { id } = await house.organisation('anna', 'acme');
    await house.join('anna', id, 'berta', 'maintainer');
    await house.join('berta', id, 'carla', 'publisher');
    await expect(house.join('berta', id, 'carla', 'maintainer')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(house.join('berta', id, 'anna', 'reader')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(house.join('carla', id, 'dora', 'reader')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(house.join('dora', id, 'dora', 'owner')).rejects.toMatchObject({ code: 'forbidden' });
    await house.leave('carla', id, 'carla');
    expect(await house.store.organisations.countMembers(id)).toBe(2);
  });

  test('never lose their last owner, also when two leave at once', async () => {
    const { id } = await house.organisation('anna', 'acme');
    await expect(house.leave('anna', id, 'anna')).rejects.toMatchObject({ code: 'last_owner' });
    await expect(house.join('anna', id, 'anna', 'reader')).rejects.toMatchObject({ code: 'last_owner' });
    await house.join('anna', id, 'berta', 'owner');
    const left = await Promise.allSettled([
      house.leave('anna', id, 'anna'),
      house.leave('berta', id, 'berta'),
    ]);
    expect(left.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const members = await house.store.organisations.members(id, { limit: 10, offset: 0 });
    expect(members.filter(({ role }) => role === 'owner')).toHaveLength(1);
  });

  test('list their members by name, in pages', async () => {
    const { id } = await house.organisation('dora', 'acme');
    for (const name of ['carla', 'anna', 'berta']) await house.join('dora', id, name, 'reader');
    const names = async (limit: number, offset: number) =>
      (await house.store.organisations.members(id, { limit, offset })).map(({ name }) => name);
    expect(await names(2, 0)).toEqual(['anna', 'berta']);
    expect(await names(2, 2)).toEqual(['carla', 'dora']);
  });

  test('write down what happens to them', async () => {
    const { id } = await house.organisation('anna', 'acme');
    await house.join('anna', id, 'berta', 'reader');
    await house.join('anna', id, 'berta', 'reader');
    await house.leave('berta', id, 'berta');
    await house.store.events.seal(100);
    const sealed = await house.store.events.sealed(0, 100);
    const told = sealed.filter(({ type }) => type.startsWith('organisation'));
    expect(told.map(({ type, actor, detail }) => [type, actor.name, detail])).toEqual([
      ['organisation.create', 'anna', { organisation: 'acme', owner: house.user('anna').id, packages: 0 }],
      ['organisation.member', 'anna', { organisation: 'acme', user: 'berta', role: 'reader' }],
      ['organisation.member', 'berta', { organisation: 'acme', user: 'berta', role: null }],
    ]);
  });
});

describe.each(adapters)('Invitations on $name', (adapter) => {
  let house: House;
  let id: number;
  beforeEach(async () => {
    house = await openHouse(adapter);
    ({ id } = await house.organisation('anna', 'acme'));
  });
  afterEach(() => house.close());

  const toUser = (name: string, by = 'anna', role: 'reader' | 'owner' = 'reader') =>
    house.store.organisations.invite({
      ...house.by(by),
      organisationId: id,
      userId: house.user(name).id,
      email: null,
      secretHash: null,
      role,
      expiresAt: house.by(by).at + 100,
    });
  const answer = (
    name: string,
    which: { invitationId: number } | { secretHash: string },
    accept: boolean,
    later = 0,
  ) => {
    const { by, at } = house.by(name);
    return house.store.organisations.answerInvitation({
      ...which,
      userId: house.user(name).id,
      accept,
      by,
      at: at + later,
    });
  };
  const roleOf = async (name: string) =>
    (await house.store.organisations.find('acme', house.user(name).id))?.role ?? null;

  test('make members of those who accept, once', async () => {
    const { id: invitationId } = await toUser('berta');
    expect(await house.store.organisations.invitationsTo(house.user('berta').id, 0)).toMatchObject([
      { organisation: 'acme', user: 'berta', role: 'reader', invitedBy: 'anna' },
    ]);
    await expect(answer('carla', { invitationId }, true)).rejects.toMatchObject({ code: 'not_found' });
    await answer('berta', { invitationId }, true);
    expect(await roleOf('berta')).toBe('reader');
    await expect(answer('berta', { invitationId }, true)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('can be declined, withdrawn, and expire', async () => {
    const declined = await toUser('berta');
    await answer('berta', { invitationId: declined.id }, false);
    const withdrawn = await toUser('berta');
    const { organisations } = house.store;
    await organisations.withdrawInvitation({
      ...house.by('anna'),
      organisationId: id,
      invitationId: withdrawn.id,
    });
    const expired = await toUser('berta');
    expect(await organisations.invitations(id, house.by('anna').at + 100)).toEqual([]);
    for (const [invitation, later] of [
      [declined, 0],
      [withdrawn, 0],
      [expired, 100],
    ] as const) {
      const late = answer('berta', { invitationId: invitation.id }, true, later);
      await expect(late).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await roleOf('berta')).toBeNull();
  });

  test('to an address are for whoever has the secret', async () => {
    await house.store.organisations.invite({
      ...house.by('anna'),
      organisationId: id,
      userId: null,
      email: 'carla@example.com',
      secretHash: 'hash',
      role: 'publisher',
      expiresAt: house.by('anna').at + 100,
    });
    await expect(answer('carla', { secretHash: 'other' }, true)).rejects.toMatchObject({ code: 'not_found' });
    await answer('carla', { secretHash: 'hash' }, true);
    expect(await roleOf('carla')).toBe('publisher');
  });

  test('cannot give more than who invites may, and never lower a role', async () => {
    await house.join('anna', id, 'berta', 'maintainer');
    await expect(toUser('carla', 'berta', 'owner')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(toUser('carla', 'dora')).rejects.toMatchObject({ code: 'forbidden' });
    const { id: invitationId } = await toUser('berta');
    await answer('berta', { invitationId }, true);
    expect(await roleOf('berta')).toBe('maintainer');
  });
});

describe.each(adapters)('Teams on $name', (adapter) => {
  let house: House;
  let id: number;
  beforeEach(async () => {
    house = await openHouse(adapter);
    ({ id } = await house.organisation('anna', 'acme'));
    await house.join('anna', id, 'berta', 'reader');
  });
  afterEach(() => house.close());

  const team = (name: string, by = 'anna') =>
    house.store.organisations.createTeam({ ...house.by(by), organisationId: id, name, description: '' });
  const put = (name: string, member: boolean, user: string, by = 'anna') =>
    house.store.organisations.setTeamMember({
      ...house.by(by),
      organisationId: id,
      name,
      userId: house.user(user).id,
      member,
    });
  const grant = (teamId: number, access: 'read' | 'write' | null, name = 'theirs', by = 'dora') =>
    house.store.packageAccess.grant({ ...house.change(by, name), teamId, access });

  test('have members of the organisation, looked after by maintainers', async () => {
    const { id: teamId } = await team('devs');
    await expect(team('devs')).rejects.toMatchObject({ code: 'team_exists' });
    await expect(team('mine', 'berta')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(put('devs', true, 'carla')).rejects.toMatchObject({ code: 'bad_request' });
    await expect(put('none', true, 'berta')).rejects.toMatchObject({ code: 'team_not_found' });
    await put('devs', true, 'berta');
    await put('devs', true, 'berta');
    expect(await house.store.organisations.teamMembers(teamId)).toEqual(['berta']);
    await put('devs', false, 'berta');
    expect(await house.store.organisations.teamMembers(teamId)).toEqual([]);
  });

  test('give their members what they were granted, at once and as long as they are members', async () => {
    await house.publish('dora', 'theirs', '1.0.0', { visibility: 'private' });
    const { id: teamId } = await team('devs');
    await put('devs', true, 'berta');
    await expect(grant(teamId, 'read')).rejects.toMatchObject({ code: 'team_not_found' });
    await expect(grant(teamId, 'read', 'theirs', 'anna')).rejects.toMatchObject({ code: 'not_owner' });
    await house.join('anna', id, 'dora', 'reader');
    expect(await house.right('berta', 'theirs')).toBe('none');
    await grant(teamId, 'read');
    expect(await house.right('berta', 'theirs')).toBe('read');
    await grant(teamId, 'write');
    expect(await house.right('berta', 'theirs')).toBe('write');
    await house.publish('berta', 'theirs', '1.1.0');
    const { rights, packageAccess } = house.store;
    const { head } = (await rights.of(house.registry.id, 'theirs', null)) ?? {};
    expect(await packageAccess.collaborators(head?.id ?? 0)).toEqual({ berta: 'write', dora: 'write' });
    expect(await packageAccess.grantsOn(head?.id ?? 0)).toEqual([
      { organisation: 'acme', team: 'devs', access: 'write' },
    ]);
    const { id: registryId } = house.registry;
    expect(
      await packageAccess.packagesOf({ registryId, of: { teamId }, readerId: house.user('berta').id }),
    ).toEqual({ theirs: 'write' });
    expect(
      await packageAccess.packagesOf({ registryId, of: { teamId }, readerId: house.user('carla').id }),
    ).toEqual({});
    await house.leave('anna', id, 'berta');
    expect(await house.right('berta', 'theirs')).toBe('none');
    expect(await house.store.organisations.teamMembers(teamId)).toEqual([]);
  });

  test('go with their grants', async () => {
    await house.publish('anna', '@acme/demo', '1.0.0', { visibility: 'private' });
    const { id: teamId } = await team('devs');
    await grant(teamId, 'write', '@acme/demo', 'anna');
    await put('devs', true, 'berta');
    expect(await house.right('berta', '@acme/demo')).toBe('write');
    await house.store.organisations.removeTeam({ ...house.by('anna'), organisationId: id, name: 'devs' });
    expect(await house.right('berta', '@acme/demo')).toBe('read');
    expect(await house.store.organisations.teams(id)).toEqual([]);
  });
});
