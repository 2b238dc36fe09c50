import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewMachineToken, TrustRule, User } from '../../src/accounts/index.ts';
import type { AddTrustCommand, RegistryRow } from '../../src/registry/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { at, event, publishCommand, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore } from './stores.ts';

const rule: TrustRule = {
  type: 'github',
  issuer: 'https://token.example.com',
  audience: null,
  claims: { repository: 'acme/demo', workflow_ref: { file: 'release.yml' } },
  permissions: ['createPackage'],
};

const token = (hash: string, more: Partial<NewMachineToken> = {}): NewMachineToken => ({
  hash,
  trust: [{ id: 'rule-1', lastingId: '7' }],
  label: 'GitHub Actions, acme/demo',
  claims: { repository: 'acme/demo' },
  seen: `seen-${hash}`,
  seenUntil: at + 600_000,
  at,
  expiresAt: at + 3_600_000,
  events: [event('machine.token', 'demo', null)],
  ...more,
});

describe.each(adapters)('Machines on $name', (adapter) => {
  let store: SqlStore;
  let close: () => Promise<void>;
  let registry: RegistryRow;
  let anna: User;

  beforeEach(async () => {
    ({ store, close } = await freshStore(adapter));
    const [first] = await store.catalogue.registries();
    registry = first ?? (await store.catalogue.createRegistry('npm', 'npm', at, event('x', 'x', null).actor));
    anna = await store.accounts.createUser(testUser('anna'));
    await store.catalogue.publish(publishCommand(registry, anna, '1.0.0'));
  });
  afterEach(() => close());

  const change = (by: User = anna) => ({
    registryId: registry.id,
    name: 'demo',
    actorId: by.id,
    overrideOwnership: false,
    at,
    event: event('package.trust', 'demo', null),
  });
  const trust = (id: string, more: Partial<AddTrustCommand> = {}) =>
    store.trustedPublishing.add({ ...change(), id, rule, most: 20, ...more });
  const byMachine = (version: string) =>
    publishCommand(registry, anna, version, { publisherId: null, trustedPublisherId: 'rule-1' });

  test('a rule is kept as it was written, and its token knows what it is for until it ends', async () => {
    await trust('rule-1');
    expect(await store.machines.trustIn('demo', null)).toMatchObject([
      { id: 'rule-1', ...rule, registry: 'npm' },
    ]);
    expect(await store.machines.issueMachineToken(token('h'))).toBe('issued');
    expect(await store.machines.machineByToken('h', at)).toMatchObject({
      label: 'GitHub Actions, acme/demo',
      grants: [{ trustId: 'rule-1', packageName: 'demo', permissions: ['createPackage'] }],
    });
    expect(await store.machines.machineByToken('h', at + 3_600_000)).toBeUndefined();
    expect(await store.machines.machineByToken('other', at)).toBeUndefined();
  });

  test('an identity token is used once, by one of those who come at once', async () => {
    await trust('rule-1');
    const outcomes = await Promise.all(
      ['a', 'b', 'c', 'd'].map((hash) => store.machines.issueMachineToken(token(hash, { seen: 'same' }))),
    );
    expect(outcomes.filter((outcome) => outcome === 'issued')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'replayed')).toHaveLength(3);
  });

  test('a rule belongs to the project of its first token; another one uses nothing up', async () => {
    await trust('rule-1');
    await store.machines.issueMachineToken(token('a'));
    const other = token('b', { trust: [{ id: 'rule-1', lastingId: '8' }], seen: 'x' });
    expect(await store.machines.issueMachineToken(other)).toBe('changed');
    expect(await store.machines.machineByToken('b', at)).toBeUndefined();
    expect(await store.machines.issueMachineToken(token('c', { seen: 'x' }))).toBe('issued');
  });

  test('a machine publishes while its rule is there, and not a moment longer', async () => {
    await trust('rule-1');
    await store.machines.issueMachineToken(token('h'));
    await expect(store.catalogue.publish(byMachine('1.1.0'))).resolves.toMatchObject({
      outcome: 'published',
    });
    await store.trustedPublishing.remove({ ...change(), id: 'rule-1' });
    expect(await store.machines.machineByToken('h', at)).toBeUndefined();
    await expect(store.catalogue.publish(byMachine('1.2.0'))).rejects.toMatchObject({ code: 'not_trusted' });
    await expect(store.trustedPublishing.remove({ ...change(), id: 'rule-1' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('a rule lets nobody at another package, and none makes one', async () => {
    await trust('rule-1');
    await store.catalogue.publish(publishCommand(registry, anna, '1.0.0', { name: 'other' }));
    for (const name of ['other', 'new']) {
      const command = publishCommand(registry, anna, '2.0.0', {
        name,
        publisherId: null,
        trustedPublisherId: 'rule-1',
      });
      await expect(store.catalogue.publish(command)).rejects.toMatchObject({ code: 'not_trusted' });
    }
    expect(await store.catalogue.findPackage(registry.id, 'new')).toBeUndefined();
  });

  test('rules are for who may manage the package, also when that has just ended', async () => {
    const eve = await store.accounts.createUser(testUser('eve'));
    await expect(trust('rule-1', change(eve))).rejects.toMatchObject({ code: 'not_owner' });
    await expect(
      store.trustedPublishing.setTrustedOnly({ ...change(eve), trustedOnly: true }),
    ).rejects.toMatchObject({ code: 'not_owner' });
  });

  test('there is a largest number of rules', async () => {
    await trust('rule-1', { most: 1 });
    await expect(trust('rule-2', { most: 1 })).rejects.toMatchObject({ code: 'trust_invalid' });
  });

  test('a package that takes versions from machines only takes none of its owner', async () => {
    await trust('rule-1');
    await store.trustedPublishing.setTrustedOnly({ ...change(), trustedOnly: true });
    const own = publishCommand(registry, anna, '1.1.0');
    await expect(store.catalogue.publish(own)).rejects.toMatchObject({ code: 'trusted_only' });
    await expect(store.catalogue.publish(byMachine('1.1.0'))).resolves.toMatchObject({
      outcome: 'published',
    });
  });
});

describe.each(adapters)('Single sign-on on $name', (adapter) => {
  const identity = { issuer: 'https://login.example.com', subject: 'sub-1' };
  const begun = {
    stateHash: 's',
    browserHash: 'b',
    nonce: 'n',
    verifier: 'v',
    goal: '/x',
    at,
    expiresAt: at + 1000,
    most: 2,
  };

  test('a log-in is ended once, in its own browser, in time', async () => {
    const { store, close } = await freshStore(adapter);
    await store.signOns.startSignOn(begun);
    const claim = { stateHash: 's', browserHash: 'b', at };
    expect(await store.signOns.takeSignOn({ ...claim, browserHash: 'c' })).toBeUndefined();
    expect(await store.signOns.takeSignOn({ ...claim, at: at + 1000 })).toBeUndefined();
    const taken = await Promise.all([1, 2, 3].map(() => store.signOns.takeSignOn(claim)));
    expect(taken.filter((one) => one !== undefined)).toEqual([{ nonce: 'n', verifier: 'v', goal: '/x' }]);
    await close();
  });

  test('there is an end to log-ins under way, and expired ones make room', async () => {
    const { store, close } = await freshStore(adapter);
    const start = (stateHash: string, when = at) =>
      store.signOns.startSignOn({ ...begun, stateHash, at: when, expiresAt: when + 1000 });
    await start('1');
    await start('2');
    await expect(start('3')).rejects.toMatchObject({ code: 'unavailable' });
    await start('4', at + 1000);
    await close();
  });

  test('an identity makes one user, however many come at once, and stays theirs', async () => {
    const { store, close } = await freshStore(adapter);
    const users = await Promise.all(
      ['anna', 'anna-2', 'anna-3'].map((name) =>
        store.signOns.provisionUser({ identity, user: { ...testUser(name), email: null } }),
      ),
    );
    expect(new Set(users.map(({ id }) => id)).size).toBe(1);
    expect(await store.accounts.countUsers()).toBe(1);
    const eve = await store.accounts.createUser(testUser('eve'));
    const { actor } = event('x', 'x', null);
    const link = { identity, userId: eve.id, at, by: actor };
    expect(await store.signOns.linkIdentity(link)).toMatchObject({ id: users[0]?.id });
    await close();
  });
});
