import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LinkPurpose, NewLink, User } from '../../src/accounts/index.ts';
import { theCommandLine, theServer } from '../../src/ledger/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { event, publishCommand } from './catalogue-fixtures.ts';
import { adapters, freshStore } from './stores.ts';

const NOW = 1_700_000_000_000;

let store: SqlStore;
let close: () => Promise<void>;
let anna: User;
let ben: User;

const makeUser = (
  name: string,
  more: { role?: User['role']; email?: string; emailVerified?: boolean } = {},
) =>
  store.accounts.createUser({
    name,
    email: null,
    role: 'user',
    passwordHash: `hash of ${name}`,
    at: NOW,
    by: theServer,
    ...more,
  });
const change = ({ id }: User, at = NOW + 1) => ({ userId: id, at, by: theCommandLine });
const startSession = ({ id, name }: User, sidHash: string, more: { at?: number; expiresAt?: number } = {}) =>
  store.sessions.start({
    userId: id,
    sidHash,
    client: 'a browser',
    address: '192.0.2.1',
    at: NOW,
    expiresAt: NOW + 1000,
    by: { userId: id, name, via: 'password', address: '192.0.2.1' },
    ...more,
  });
const makeLink = (purpose: LinkPurpose, hash: string, more: Partial<NewLink> = {}) =>
  store.links.create({
    hash,
    purpose,
    userId: null,
    email: null,
    at: NOW,
    expiresAt: NOW + 1000,
    most: 10,
    by: theServer,
    ...more,
  });
const eventTypes = async () => {
  await store.events.seal(100);
  return (await store.events.sealed(0, 100)).map(({ type }) => type);
};

const find = (purpose: LinkPurpose, hash: string, now = NOW) => store.links.find({ hash, purpose, now });
const makeReset = (hash: string, more = {}) => makeLink('reset', hash, { userId: ben.id, most: 2, ...more });

const ownersOf = async (id: number) => (await store.catalogue.owners(id)).map(({ name }) => name).toSorted();
const remove = (heirId: number | null, inherits: 'all' | 'orphans') =>
  store.users.remove({ ...change(ben), heirId, inherits });

describe.each(adapters)('Users, sessions and links on $name', (adapter) => {
  beforeEach(async () => {
    ({ store, close } = await freshStore(adapter));
    anna = await makeUser('anna', { role: 'administrator' });
    ben = await makeUser('Ben', { email: 'ben@example.com', emailVerified: true });
  });
  afterEach(() => close());

  describe('a session', () => {
    test('is found with its user until it is ended, which it is once', async () => {
      const id = await startSession(anna, 's1');
      expect(await store.sessions.find('s1')).toEqual({ id, expiresAt: NOW + 1000, user: anna });
      expect(await store.sessions.end({ id, ...change(ben) })).toBe(false);
      const ends = [1, 2, 3].map(() => store.sessions.end({ id, ...change(anna) }));
      expect((await Promise.all(ends)).filter(Boolean)).toHaveLength(1);
      expect(await store.sessions.find('s1')).toBeUndefined();
      expect((await eventTypes()).slice(-2)).toEqual(['session.start', 'session.end']);
    });

    test('is listed for its user, newest first; expired ones go when the next one starts', async () => {
      await startSession(anna, 'old', { expiresAt: NOW + 5 });
      const [first, second] = [await startSession(anna, 's1'), await startSession(anna, 's2')];
      await startSession(ben, 's3', { at: NOW + 5 });
      expect(await store.sessions.of(anna.id, NOW + 5)).toEqual([
        expect.objectContaining({ id: second }),
        { id: first, client: 'a browser', address: '192.0.2.1', createdAt: NOW, expiresAt: NOW + 1000 },
      ]);
      expect(await store.sessions.find('old')).toBeUndefined();
      expect(await store.sessions.of(anna.id, NOW + 1000)).toEqual([]);
    });

    test('ends with a change of the password, but for the one that made the change', async () => {
      const mine = await startSession(ben, 's1');
      await startSession(ben, 's2');
      await startSession(anna, 's3');
      const by = { userId: ben.id, name: 'Ben', via: `session:${mine}`, address: null };
      const passwords = { oldHash: 'hash of Ben', newHash: 'new' };
      expect(await store.accounts.changePassword({ userId: ben.id, ...passwords, at: NOW, by })).toBe(true);
      expect(await store.sessions.find('s1')).toBeDefined();
      expect(await store.sessions.find('s2')).toBeUndefined();
      expect(await store.sessions.find('s3')).toBeDefined();
    });
  });

  test('a signing secret is a former one since it was first said to be', async () => {
    expect(await store.sessions.retireSecret({ fingerprint: 'f', at: NOW })).toBe(NOW);
    expect(await store.sessions.retireSecret({ fingerprint: 'f', at: NOW + 5 })).toBe(NOW);
    expect(await store.sessions.retireSecret({ fingerprint: 'g', at: NOW + 5 })).toBe(NOW + 5);
  });

  describe('users', () => {
    test('are listed by name, in pages, filtered by role and state', async () => {
      const carl = await makeUser('carl');
      await store.users.disable(change(carl));
      const names = async (query: object) =>
        (await store.users.list({ after: null, limit: 10, ...query })).map(({ name }) => name);
      expect(await names({})).toEqual(['anna', 'Ben', 'carl']);
      expect(await names({ limit: 2 })).toEqual(['anna', 'Ben']);
      expect(await names({ after: 'Ben' })).toEqual(['carl']);
      expect(await names({ role: 'administrator' })).toEqual(['anna']);
      expect(await names({ disabled: true })).toEqual(['carl']);
      expect(await names({ disabled: false })).toEqual(['anna', 'Ben']);
      expect(await store.users.list({ after: 'anna', limit: 1 })).toEqual([{ ...ben, emailVerified: true }]);
    });

    test('are found by a verified address in any case, and no longer when they have another one', async () => {
      await makeUser('carl', { email: 'carl@example.com' });
      expect(await store.users.byEmail('BEN@Example.com')).toEqual({ ...ben, passwordHash: 'hash of Ben' });
      expect(await store.users.byEmail('carl@example.com')).toBeUndefined();
      await store.accounts.updateProfile({ ...change(ben), email: 'new@example.com', fields: {} });
      expect(await store.users.byEmail('ben@example.com')).toBeUndefined();
      expect(await store.users.byEmail('new@example.com')).toBeUndefined();
    });

    test('cannot be made with the verified address of another one', async () => {
      const copy = makeUser('ben2', { email: 'BEN@example.com', emailVerified: true });
      await expect(copy).rejects.toMatchObject({ code: 'email_taken' });
      expect(await store.accounts.userByName('ben2')).toBeUndefined();
    });

    test('who are disabled lose their sessions, links and logins under way, and may come back', async () => {
      await startSession(ben, 's1');
      await makeLink('reset', 'l1', { userId: ben.id });
      const login = { create: false, client: '', at: NOW, expiresAt: NOW + 1000, most: 9 };
      await store.accounts.startWebLogin({ pageHash: 'p', doneHash: 'd', ...login });
      await store.accounts.approveWebLogin({ pageHash: 'p', userId: ben.id, via: 'password', at: NOW });
      await store.users.disable(change(ben, NOW + 7));
      expect(await store.accounts.userById(ben.id)).toMatchObject({ disabledAt: NOW + 7 });
      expect(await store.sessions.find('s1')).toBeUndefined();
      expect(await store.links.find({ hash: 'l1', purpose: 'reset', now: NOW })).toBeUndefined();
      expect(await store.accounts.webLoginState('d', NOW)).toBeUndefined();
      await store.users.enable(change(ben));
      expect(await store.accounts.userById(ben.id)).toMatchObject({ disabledAt: null });
      expect((await eventTypes()).slice(-2)).toEqual(['user.disable', 'user.enable']);
    });

    test('of whom one must administer keep the last one who can', async () => {
      const refused = { code: 'last_administrator' };
      await expect(store.users.setRole({ ...change(anna), role: 'user' })).rejects.toMatchObject(refused);
      await expect(store.users.disable(change(anna))).rejects.toMatchObject(refused);
      const removal = { ...change(anna), heirId: ben.id, inherits: 'all' as const };
      await expect(store.users.remove(removal)).rejects.toMatchObject(refused);
      await store.users.setRole({ ...change(ben), role: 'administrator' });
      await store.users.disable(change(anna));
      await expect(store.users.disable(change(ben))).rejects.toMatchObject(refused);
      await store.users.enable(change(anna));
      await store.users.disable(change(ben));
    });

    test('who are the last two to administer cannot both leave at the same moment', async () => {
      for (let round = 0; round < 10; round++) {
        await store.users.setRole({ ...change(anna), role: 'administrator' });
        await store.users.setRole({ ...change(ben), role: 'administrator' });
        const outcomes = await Promise.allSettled([
          store.users.setRole({ ...change(anna), role: 'user' }),
          store.users.setRole({ ...change(ben), role: 'user' }),
        ]);
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await store.accounts.administrators()).toHaveLength(1);
      }
    });

    test('who are not there cannot be changed', async () => {
      const gone = { userId: 4711, at: NOW, by: theServer };
      for (const attempt of [
        () => store.users.disable(gone),
        () => store.users.enable(gone),
        () => store.users.setRole({ ...gone, role: 'user' }),
        () => store.users.remove({ ...gone, heirId: null, inherits: 'orphans' }),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
      }
    });

    describe('who are deleted', () => {
      const ofAnna = { by: theServer, administrator: true, at: NOW };
      let packages: Record<'alone' | 'shared' | 'ofAcme', number>;
      let acme: number;
      beforeEach(async () => {
        const registry = await store.catalogue.createRegistry('npm', 'npm', NOW, theServer);
        const publish = async (name: string) => {
          await store.catalogue.publish(publishCommand(registry, ben, '1.0.0', { name }));
          const head = await store.catalogue.findPackage(registry.id, name);
          return head?.id ?? 0;
        };
        packages = {
          alone: await publish('alone'),
          shared: await publish('shared'),
          ofAcme: await publish('@acme/tools'),
        };
        await store.catalogue.setOwners({
          registryId: registry.id,
          name: 'shared',
          actorId: ben.id,
          overrideOwnership: true,
          owners: [ben.id, anna.id],
          expectedRevision: null,
          at: NOW,
          event: event('package.owners', 'shared', null),
        });
        const organisation = { ...ofAnna, name: 'acme', description: '', ownerId: ben.id };
        ({ id: acme } = await store.organisations.create(organisation));
      });

      test('leave to the heir what nobody else owns', async () => {
        expect(await remove(anna.id, 'orphans')).toEqual({ inherited: 1 });
        expect(await ownersOf(packages.alone)).toEqual(['anna']);
        expect(await ownersOf(packages.shared)).toEqual(['anna']);
        expect(await ownersOf(packages.ofAcme)).toEqual(['acme']);
        const members = await store.organisations.members(acme, { limit: 10, offset: 0 });
        expect(members).toEqual([expect.objectContaining({ name: 'anna', role: 'owner' })]);
      });

      test('leave everything to an heir who is named for it', async () => {
        const carl = await makeUser('carl');
        expect(await remove(carl.id, 'all')).toEqual({ inherited: 3 });
        expect(await ownersOf(packages.alone)).toEqual(['carl']);
        expect(await ownersOf(packages.shared)).toEqual(['anna', 'carl']);
      });

      test('are not deleted without an heir while only they own something', async () => {
        await expect(remove(null, 'orphans')).rejects.toMatchObject({
          code: 'conflict',
          message: expect.stringContaining('1 package and 1 organisation'),
        });
        expect(await ownersOf(packages.alone)).toEqual(['Ben']);
        expect(await store.accounts.userByName('ben')).toMatchObject({ disabledAt: null });
      });
    });

    test('who are deleted leave nothing but their name, which nobody can have again', async () => {
      const token = { userId: ben.id, hash: 't', prefix: '', name: 'ci', scopes: ['read' as const] };
      await store.accounts.createToken({ ...token, at: NOW, by: theServer, expiresAt: null });
      await startSession(ben, 's1');
      const removal = { ...change(ben), heirId: null, inherits: 'orphans' as const };
      expect(await store.users.remove(removal)).toEqual({ inherited: 0 });
      expect(await store.accounts.userByName('ben')).toMatchObject({
        name: 'Ben',
        email: null,
        disabledAt: NOW + 1,
      });
      expect(await store.accounts.tokenByHash('t')).toMatchObject({ revokedAt: NOW + 1 });
      expect(await store.sessions.find('s1')).toBeUndefined();
      expect(await store.users.byEmail('ben@example.com')).toBeUndefined();
      expect(await store.users.list({ after: null, limit: 10 })).toHaveLength(1);
      await expect(makeUser('BEN')).rejects.toMatchObject({ code: 'user_exists' });
      await expect(store.users.enable(change(ben))).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.users.remove(removal)).rejects.toMatchObject({ code: 'not_found' });
      expect((await eventTypes()).at(-1)).toBe('user.delete');
    });
  });

  describe('a link', () => {
    test('is there for its purpose until it expires; expired ones go when the next one is made', async () => {
      await makeLink('reset', 'l1', { userId: ben.id, email: 'ben@example.com' });
      expect(await find('reset', 'l1', NOW + 999)).toMatchObject({ user: ben, email: 'ben@example.com' });
      expect(await find('reset', 'l1', NOW + 1000)).toBeUndefined();
      expect(await find('verification', 'l1')).toBeUndefined();
      expect(await find('reset', 'l2')).toBeUndefined();
    });

    test('is not made if there are too many of its kind for the user', async () => {
      const make = makeReset;
      expect([await make('1'), await make('2'), await make('3')]).toEqual([true, true, false]);
      expect(await make('4', { userId: anna.id })).toBe(true);
      expect(await make('5', { userId: null })).toBe(true);
      expect(await make('6', { at: NOW + 1000, expiresAt: NOW + 2000 })).toBe(true);
    });

    test('sets a password once, and ends sessions and the other links', async () => {
      for (const hash of ['1', '2']) await makeLink('reset', hash, { userId: ben.id });
      await startSession(ben, 's1');
      const reset = (hash: string, passwordHash: string, at = NOW + 1) =>
        store.links.resetPassword({ hash, passwordHash, at, by: theServer });
      const outcomes = await Promise.allSettled([reset('1', 'x'), reset('1', 'y'), reset('2', 'z')]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const hash of ['1', '2', 'never']) {
        await expect(reset(hash, 'late')).rejects.toMatchObject({ code: 'link_invalid' });
      }
      expect(['x', 'y', 'z']).toContain((await store.accounts.userByName('ben'))?.passwordHash);
      expect(await store.sessions.find('s1')).toBeUndefined();
      expect((await eventTypes()).at(-1)).toBe('user.password');
    });

    test('ends what its old password has opened: log-ins to be fetched, and pages that have seen a factor', async () => {
      const at = NOW;
      const expiresAt = NOW + 1000;
      await makeReset('1');
      await store.accounts.startWebLogin({
        pageHash: 'page',
        doneHash: 'done',
        create: false,
        client: '',
        at,
        expiresAt,
        most: 10,
      });
      await store.accounts.approveWebLogin({ pageHash: 'page', userId: ben.id, via: 'password', at });
      await store.secondFactors.startPrompt({
        userId: ben.id,
        purpose: 'page',
        passed: true,
        pageHash: 'proof',
        doneHash: null,
        at,
        expiresAt,
        most: 10,
      });
      await store.links.resetPassword({ hash: '1', passwordHash: 'x', at: NOW + 1, by: theServer });
      expect(await store.accounts.webLoginState('done', NOW + 1)).toBeUndefined();
      expect(await store.secondFactors.openPrompt('proof', NOW + 1)).toBeUndefined();
    });

    test('sets no password when it has expired, belongs to nobody, or its user is disabled', async () => {
      await makeLink('reset', 'nobody');
      await makeLink('reset', '1', { userId: ben.id });
      const reset = (hash: string, at = NOW) =>
        store.links.resetPassword({ hash, passwordHash: 'x', at, by: theServer });
      await expect(reset('nobody')).rejects.toMatchObject({ code: 'link_invalid' });
      await expect(reset('1', NOW + 1000)).rejects.toMatchObject({ code: 'link_invalid' });
      await store.users.disable(change(ben));
      await expect(reset('1')).rejects.toMatchObject({ code: 'link_invalid' });
      expect((await store.accounts.userByName('ben'))?.passwordHash).toBe('hash of Ben');
    });

    test('verifies the address of its user, unless it is not theirs (any more)', async () => {
      const carl = await makeUser('carl', { email: 'carl@example.com' });
      await makeLink('verification', '1', { userId: carl.id, email: 'carl@example.com' });
      await makeLink('verification', '2', { userId: carl.id, email: 'before@example.com' });
      await makeLink('verification', '3', { userId: carl.id, email: 'carl@example.com' });
      const verify = (hash: string, user: User) => store.links.verifyEmail({ hash, ...change(user) });
      await expect(verify('1', ben)).rejects.toMatchObject({ code: 'link_invalid' });
      await expect(verify('2', carl)).rejects.toMatchObject({ code: 'link_invalid' });
      await verify('1', carl);
      expect(await store.accounts.profileOf(carl.id)).toMatchObject({ emailVerified: true });
      expect(await store.users.byEmail('Carl@example.com')).toMatchObject({ name: 'carl' });
      await expect(verify('1', carl)).rejects.toMatchObject({ code: 'link_invalid' });
      await verify('3', carl);
    });

    test('verifies no address that is the verified one of somebody else', async () => {
      const carl = await makeUser('carl', { email: 'Ben@example.com' });
      await makeLink('verification', '1', { userId: carl.id, email: 'Ben@example.com' });
      const verification = store.links.verifyEmail({ hash: '1', ...change(carl) });
      await expect(verification).rejects.toMatchObject({ code: 'email_taken' });
      expect(await store.accounts.profileOf(ben.id)).toMatchObject({ emailVerified: true });
    });

    test('invites one person, whose invited address counts as verified', async () => {
      await makeLink('invitation', '1', { email: 'dora@example.com' });
      const register = (name: string, hash = '1', email = 'Dora@example.com') =>
        store.links.registerInvited({
          hash,
          user: { name, email, role: 'user', passwordHash: 'x', at: NOW + 1, by: theServer },
        });
      await expect(register('anna')).rejects.toMatchObject({ code: 'user_exists' });
      const outcomes = await Promise.allSettled([register('dora'), register('emil'), register('fritz')]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await store.users.byEmail('dora@example.com')).toBeDefined();
      await makeLink('invitation', '2', { email: 'gerda@example.com' });
      const gerda = await register('gerda', '2', 'other@example.com');
      expect(await store.accounts.profileOf(gerda.id)).toMatchObject({ emailVerified: false });
    });

    test('that invites is listed, and revoked once', async () => {
      await makeLink('invitation', '1', { email: 'dora@example.com', by: { ...theServer, name: 'anna' } });
      await makeLink('invitation', 'old', { expiresAt: NOW + 1 });
      await makeLink('reset', '2', { userId: ben.id });
      const [row, ...more] = await store.links.invitations(NOW + 1);
      expect(row).toMatchObject({ email: 'dora@example.com', madeBy: 'anna', createdAt: NOW });
      expect(more).toEqual([]);
      const revoke = () =>
        store.links.revokeInvitation({ id: row?.id ?? 0, at: NOW + 1, by: theCommandLine });
      expect([await revoke(), await revoke()]).toEqual([true, false]);
      expect(await find('invitation', '1')).toBeUndefined();
    });
  });
});
