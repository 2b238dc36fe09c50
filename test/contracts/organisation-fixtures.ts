import type { AccountCommand, OrganisationRole, User } from '../../src/accounts/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import { rightOn, type Right } from '../../src/policy/index.ts';
import type { PackageCommand, PublishCommand, RegistryRow } from '../../src/registry/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { at, event, publishCommand, testUser } from './catalogue-fixtures.ts';
import { freshStore, type TestAdapter } from './stores.ts';

/** A store with a registry and some people, and the changes that tests make in it, each by a user. */
export async function openHouse(adapter: TestAdapter) {
  const { store, location, close } = await freshStore(adapter);
  const registry = await store.catalogue.createRegistry('npm', 'npm', at, theServer);
  const people: Record<string, User> = {};
  for (const name of ['anna', 'berta', 'carla', 'dora']) {
    people[name] = await store.accounts.createUser(testUser(name));
  }
  return { store, location, close, registry, ...helpers(store, registry, people) };
}

export type House = Awaited<ReturnType<typeof openHouse>>;

function helpers(store: SqlStore, registry: RegistryRow, people: Record<string, User>) {
  const user = (name: string): User => {
    const found = people[name];
    if (!found) throw new Error(`${name} is nobody`);
    return found;
  };
  const by = (name: string, administrator = false): AccountCommand => ({
    by: { userId: user(name).id, name, via: 'token:1', address: null },
    administrator,
    at,
  });
  const change = (actor: string, name: string, more: Partial<PackageCommand> = {}): PackageCommand => ({
    registryId: registry.id,
    name,
    actorId: user(actor).id,
    overrideOwnership: false,
    at,
    event: event('package.change', name, null),
    ...more,
  });
  return {
    user,
    by,
    change,
    publish: (actor: string, name: string, version = '1.0.0', more: Partial<PublishCommand> = {}) =>
      store.catalogue.publish(publishCommand(registry, user(actor), version, { name, ...more })),
    organisation: (owner: string, name: string, administrator = false) =>
      store.organisations.create({
        ...by(owner, administrator),
        name,
        description: '',
        ownerId: user(owner).id,
      }),
    join: (actor: string, organisationId: number, name: string, role: OrganisationRole) =>
      store.organisations.setMember({ ...by(actor), organisationId, userId: user(name).id, role }),
    leave: (actor: string, organisationId: number, name: string) =>
      store.organisations.removeMember({ ...by(actor), organisationId, userId: user(name).id }),
    right: async (actor: string, name: string): Promise<Right> => {
      const sight = await store.rights.of(registry.id, name, user(actor).id);
      if (!sight) throw new Error('the registry is gone');
      return rightOn(sight, { userId: user(actor).id, administrator: false });
    },
  };
}
