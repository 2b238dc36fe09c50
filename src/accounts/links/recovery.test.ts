import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshSqliteStore, type FreshStore } from '../../../test/contracts/stores.ts';
import { theServer } from '../../ledger/index.ts';
import type { SqlStore } from '../../storage/sql/index.ts';
import {
  createAccounts,
  createRegistration,
  type Accounts,
  type Message,
  type Registration,
  type User,
} from '../index.ts';
import { createRecovery, type Recovery } from './index.ts';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const ADDRESS = '192.0.2.1';
const password = 'a long pass phrase';

let opened: FreshStore;
let store: SqlStore;
let now: number;
let sent: Message[];
let accounts: Accounts;
let recovery: Recovery;
let registration: Registration;

beforeEach(async () => {
  now = NOW;
  sent = [];
  opened = await freshSqliteStore();
  ({ store } = opened);
  const clock = () => now;
  const { users, links } = store;
  const messenger = { available: true, send: (message: Message) => void sent.push(message) };
  accounts = createAccounts(store.accounts, clock, { users });
  recovery = createRecovery({ accounts: store.accounts, users, links, messenger, clock });
  const mode = 'open' as const;
  registration = createRegistration({ mode, accounts: store.accounts, links, recovery, messenger, clock });
});
afterEach(() => opened.close());

const by = ({ id, name }: User) => ({ userId: id, name, via: 'password', address: ADDRESS });
const secretOf = (message: Message | undefined) => message?.secret ?? '';

/** A user with a verified address. */
async function anna(): Promise<User> {
  const account = { name: 'anna', password, email: 'Anna@example.com', emailVerified: true };
  return accounts.register(account, theServer);
}

/** How many rows the database has got by `action`: what it costs. */
async function rowsBy(action: () => Promise<void>): Promise<number> {
  const before = await store.events.unsealed();
  await action();
  return (await store.events.unsealed()) - before;
}

describe('a forgotten password', () => {
  test.each(['anna', 'ANNA', 'anna@EXAMPLE.com'])(
    'is replaced with a link that goes to the address as it is stored, asked for as %s',
    async (login) => {
      await anna();
      await recovery.forgot(login, ADDRESS);
      expect(sent).toEqual([
        {
          kind: 'reset',
          to: 'Anna@example.com',
          user: 'anna',
          secret: expect.stringMatching(/^[\w-]{43}$/),
          expiresAt: NOW + HOUR,
        },
      ]);
      await recovery.reset(secretOf(sent[0]), 'another pass phrase', ADDRESS);
      await accounts.login('anna', 'another pass phrase', ADDRESS);
      await expect(accounts.login('anna', password, ADDRESS)).rejects.toMatchObject({
        code: 'password_wrong',
      });
    },
  );

  test('of an account that is not there costs as much, and sends nothing', async () => {
    const user = await anna();
    const known = await rowsBy(() => recovery.forgot('anna', ADDRESS));
    for (const nobody of ['ben', 'ben@example.com', 'no name at all', '', 'x'.repeat(10_000)]) {
      expect(await rowsBy(() => recovery.forgot(nobody, ADDRESS))).toBe(known);
    }
    await store.accounts.createUser({
      name: 'boss',
      email: null,
      role: 'administrator',
      passwordHash: '',
      at: NOW,
      by: theServer,
    });
    await store.users.disable({ userId: user.id, at: NOW, by: theServer });
    expect(await rowsBy(() => recovery.forgot('anna', ADDRESS))).toBe(known);
    expect(sent).toHaveLength(1);
  });

  test('sends nothing to an address that nobody has verified', async () => {
    await accounts.register({ name: 'carl', password, email: 'carl@example.com' }, theServer);
    for (const login of ['carl', 'carl@example.com']) await recovery.forgot(login, ADDRESS);
    expect(sent).toEqual([]);
  });

  test('fills nobody’s inbox: three links an hour', async () => {
    await anna();
    for (let i = 0; i < 5; i++) await recovery.forgot('anna', ADDRESS);
    expect(sent).toHaveLength(3);
    now += HOUR;
    await recovery.forgot('anna', ADDRESS);
    expect(sent).toHaveLength(4);
  });

  test('ends with the hour, and each link with the use of one', async () => {
    await anna();
    await recovery.forgot('anna', ADDRESS);
    await recovery.forgot('anna', ADDRESS);
    const reset = (message: Message | undefined) => recovery.reset(secretOf(message), 'another one', ADDRESS);
    await expect(recovery.reset('x'.repeat(43), 'another one', ADDRESS)).rejects.toMatchObject({
      code: 'link_invalid',
    });
    await reset(sent[0]);
    await expect(reset(sent[1])).rejects.toMatchObject({ code: 'link_invalid' });
    await recovery.forgot('anna', ADDRESS);
    now += HOUR;
    await expect(reset(sent[2])).rejects.toMatchObject({ code: 'link_invalid' });
  });

  test('is not replaced by a weak one, and the link stays good', async () => {
    await anna();
    await recovery.forgot('anna', ADDRESS);
    const reset = (next: string) => recovery.reset(secretOf(sent[0]), next, ADDRESS);
    await expect(reset('password1')).rejects.toMatchObject({ code: 'password_weak' });
    await expect(reset('ANNA')).rejects.toMatchObject({ code: 'password_weak' });
    await reset('another pass phrase');
  });
});

describe('an address', () => {
  test('is verified by who has the mail and is logged in as its user; then one can log in by it', async () => {
    const carl = await registration.register({ name: 'carl', password, email: 'Carl@example.com' }, ADDRESS);
    expect(sent).toEqual([expect.objectContaining({ kind: 'verification', to: 'Carl@example.com' })]);
    await expect(accounts.login('carl@example.com', password, null)).rejects.toMatchObject({
      code: 'password_wrong',
    });
    const stranger = await anna();
    const secret = secretOf(sent[0]);
    await expect(recovery.verify(secret, stranger, by(stranger))).rejects.toMatchObject({
      code: 'link_invalid',
    });
    await recovery.verify(secret, carl, by(carl));
    expect(await accounts.login('carl@EXAMPLE.com', password, null)).toEqual(carl);
  });

  test('that was changed meanwhile is not verified by the mail to the old one', async () => {
    const carl = await registration.register({ name: 'carl', password, email: 'carl@example.com' }, ADDRESS);
    await accounts.changeProfile(carl, { email: 'other@example.com', fields: {} }, by(carl));
    await expect(recovery.verify(secretOf(sent[0]), carl, by(carl))).rejects.toMatchObject({
      code: 'link_invalid',
    });
  });

  test('that others have verified may be typed by anybody, and tells nobody so', async () => {
    await anna();
    const copy = await registration.register({ name: 'copy', password, email: 'anna@example.com' }, ADDRESS);
    await expect(recovery.verify(secretOf(sent[0]), copy, by(copy))).rejects.toMatchObject({
      code: 'email_taken',
    });
  });

  test('gets no mail if there is none, and no fourth one', async () => {
    const carl = await registration.register({ name: 'carl', password }, ADDRESS);
    await expect(recovery.sendVerification(carl, by(carl))).rejects.toMatchObject({ code: 'bad_request' });
    const withAddress = { ...carl, email: 'carl@example.com' };
    for (let i = 0; i < 3; i++) await recovery.sendVerification(withAddress, by(carl));
    await expect(recovery.sendVerification(withAddress, by(carl))).rejects.toMatchObject({
      code: 'rate_limited',
    });
  });
});
