import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryAccountStore, type MemoryAccountStore } from '../../test/contracts/memory-account-store.ts';
import { theServer } from '../ledger/index.ts';
import { INITIAL_PASSWORD_FILE, createAccounts, ensureFirstAdministrator } from './index.ts';

let store: MemoryAccountStore;
let data: string;
const clock = () => 1_700_000_000_000;
const ensure = (settings: { user?: string; password?: string; email?: string } = {}) =>
  ensureFirstAdministrator(store, clock, settings, data);
const login = (name: string, password: string) => createAccounts(store, clock).login(name, password, null);

beforeEach(async () => {
  store = memoryAccountStore();
  data = await mkdtemp(join(tmpdir(), 'kontor-accounts-'));
});
afterEach(async () => {
  await rm(data, { recursive: true });
});

describe('the first administrator, with a password set', () => {
  test('is made on a fresh store and leaves no file', async () => {
    const made = await ensure({ user: 'chef', password: 'Xk3$vb!e', email: 'chef@example.com' });
    expect(made).toMatchObject({ outcome: 'created', generated: null, warning: null });
    expect(await login('chef', 'Xk3$vb!e')).toMatchObject({
      role: 'administrator',
      email: 'chef@example.com',
    });
    expect(await readdir(data)).toEqual([]);
  });

  test('is called admin if no name is set', async () => {
    await ensure({ password: 'Xk3$vb!e' });
    expect(await login('admin', 'Xk3$vb!e')).toMatchObject({ role: 'administrator' });
  });

  test('[V-09] keeps the old password when another one is set later', async () => {
    await ensure({ user: 'admin', password: 'Xk3$vb!e' });
    expect(await ensure({ user: 'Admin', password: 'another one' })).toEqual({ outcome: 'exists' });
    expect(await login('admin', 'Xk3$vb!e')).toMatchObject({ name: 'admin' });
    await expect(login('admin', 'another one')).rejects.toMatchObject({ code: 'password_wrong' });
  });

  test('is made also when there are users, but none of that name', async () => {
    await createAccounts(store, clock).register({ name: 'anna', password: 'Xk3$vb!e' }, theServer);
    expect(await ensure({ user: 'chef', password: 'Xk3$vb!e' })).toMatchObject({ outcome: 'created' });
  });

  test.each(['changeme', 'admin123'])('[V-10] may have the sample %s, with a warning', async (password) => {
    const made = await ensure({ user: 'admin', password });
    expect(made).toMatchObject({
      outcome: 'created',
      warning: expect.stringContaining('sample password'),
    });
    expect(made).not.toMatchObject({ warning: expect.stringContaining(password) });
    expect(await login('admin', password)).toMatchObject({ role: 'administrator' });
  });

  test.each(['', 'short', 'password1', 'administrator'])('may not have the password %j', async (password) => {
    await expect(ensure({ user: 'administrator', password })).rejects.toMatchObject({
      code: 'password_weak',
    });
    expect(store.users).toEqual([]);
  });
});

describe('the first administrator, without a password set', () => {
  test('gets a random one, in a file that only its owner may read', async () => {
    const made = await ensure();
    if (made.outcome !== 'created' || !made.generated) throw new Error('nobody was made');
    const { password, file } = made.generated;
    expect(file).toBe(join(data, INITIAL_PASSWORD_FILE));
    expect(await readFile(file, 'utf8')).toBe(`${password}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(password.length).toBeGreaterThanOrEqual(20);
    expect(await login('admin', password)).toMatchObject({ role: 'administrator' });
  });

  test('is not made when there is any user', async () => {
    await createAccounts(store, clock).register({ name: 'anna', password: 'Xk3$vb!e' }, theServer);
    expect(await ensure()).toEqual({ outcome: 'exists' });
    expect(await readdir(data)).toEqual([]);
  });

  test('an old file is replaced, not followed or appended to', async () => {
    await writeFile(join(data, INITIAL_PASSWORD_FILE), 'from an older store\n', { mode: 0o644 });
    const made = await ensure();
    expect(await readFile(join(data, INITIAL_PASSWORD_FILE), 'utf8')).toBe(
      `${made.outcome === 'created' ? made.generated?.password : ''}\n`,
    );
    expect((await stat(join(data, INITIAL_PASSWORD_FILE))).mode & 0o777).toBe(0o600);
  });

  test('of replicas that start at once one makes it, and the file holds its password', async () => {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => ensure()));
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
      'created',
      'exists',
      'exists',
      'exists',
    ]);
    expect(await readdir(data)).toEqual([INITIAL_PASSWORD_FILE]);
    const password = (await readFile(join(data, INITIAL_PASSWORD_FILE), 'utf8')).trim();
    expect(await login('admin', password)).toMatchObject({ name: 'admin' });
  });

  test('leaves nothing behind when the store fails', async () => {
    store.createUser = () => Promise.reject(new Error('disk full'));
    await expect(ensure()).rejects.toThrow('disk full');
    expect(await readdir(data)).toEqual([]);
  });
});
