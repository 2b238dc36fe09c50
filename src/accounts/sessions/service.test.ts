import { createHmac, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { SignJWT, UnsecuredJWT, decodeJwt, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshSqliteStore, type FreshStore } from '../../../test/contracts/stores.ts';
import type { SqlStore } from '../../storage/sql/index.ts';
import { theServer } from '../../ledger/index.ts';
import type { User } from '../index.ts';
import { SESSION_LIFE, createSessions, secretKey, type SessionSecrets } from './index.ts';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const SECRET = 'f0e1d2c3b4a5968778695a4b3c2d1e0f'.repeat(2);
const FORMER = '00112233445566778899aabbccddeeff'.repeat(2);
const ISSUER = 'urn:kontor:one';

let opened: FreshStore;
let store: SqlStore;
let anna: User;
let now: number;

const by = () => ({ userId: anna.id, name: anna.name, via: 'password', address: '192.0.2.1' });
const service = (secrets: Partial<SessionSecrets> = {}, issuer = ISSUER) =>
  createSessions({
    store: store.sessions,
    clock: () => now,
    secrets: () => Promise.resolve({ current: secretKey(SECRET), previous: null, ...secrets }),
    issuer,
  });
const refused = { code: 'token_invalid' };

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

beforeEach(async () => {
  now = NOW;
  opened = await freshSqliteStore();
  ({ store } = opened);
  const user = { name: 'Anna', email: null, role: 'user' as const, passwordHash: '', at: NOW };
  anna = await store.accounts.createUser({ ...user, by: theServer });
});
afterEach(() => opened.close());

describe('a session', () => {
  test('says who its user is, in a JWT that others with the secret can check [A-14] [S-72]', async () => {
    const { id, token, expiresAt } = await service().start(anna, 'a browser', by());
    expect(expiresAt).toBe(NOW + SESSION_LIFE);
    expect(await service().authenticate(token, '192.0.2.7')).toEqual({
      kind: 'user',
      user: anna,
      scopes: ['read', 'publish', 'yank'],
      tokenId: null,
      limits: null,
      expiresAt,
      bypassSecondFactor: false,
      via: `session:${id}`,
      address: '192.0.2.7',
    });
    const options = { algorithms: ['HS256'], currentDate: new Date(NOW) };
    const { payload } = await jwtVerify(token, new TextEncoder().encode(SECRET), options);
    expect(payload).toMatchObject({
      sub: 'Anna',
      iss: ISSUER,
      iat: NOW / 1000,
      exp: (NOW + SESSION_LIFE) / 1000,
    });
    expect(Object.keys(payload).toSorted()).toEqual(['exp', 'iat', 'iss', 'sid', 'sub']);
  });

  test('ends after 24 hours [A-73]', async () => {
    const { token } = await service().start(anna, '', by());
    now = NOW + 24 * HOUR - 1;
    await service().authenticate(token, null);
    now = NOW + 24 * HOUR;
    await expect(service().authenticate(token, null)).rejects.toMatchObject(refused);
    now = NOW + 25 * HOUR;
    await expect(service().authenticate(token, null)).rejects.toMatchObject(refused);
  });

  test('ends at once for every replica when it is ended, and only for its own user', async () => {
    const { id, token } = await service().start(anna, '', by());
    const ben = { ...anna, id: anna.id + 1 };
    await expect(service().end(ben, id, by())).rejects.toMatchObject({ code: 'not_found' });
    const replica = service();
    await replica.authenticate(token, null);
    await service().end(anna, id, by());
    await expect(replica.authenticate(token, null)).rejects.toMatchObject(refused);
    await expect(service().end(anna, id, by())).rejects.toMatchObject({ code: 'not_found' });
  });

  test('ends by a log-out with it, and a log-out with garbage tells nothing', async () => {
    const { token } = await service().start(anna, '', by());
    await service().logout(token, null);
    await service().logout(token, null);
    await service().logout('garbage', null);
    await expect(service().authenticate(token, null)).rejects.toMatchObject(refused);
  });

  test('is nothing once its user is disabled', async () => {
    const { token } = await service().start(anna, '', by());
    const user = { name: 'boss', email: null, role: 'administrator' as const, passwordHash: '', at: NOW };
    await store.accounts.createUser({ ...user, by: theServer });
    await store.users.disable({ userId: anna.id, at: NOW, by: theServer });
    await expect(service().authenticate(token, null)).rejects.toMatchObject(refused);
  });

  test('is listed with what tells it apart', async () => {
    const { id } = await service().start(anna, 'Firefox\u0007\u202e', by());
    expect(await service().of(anna)).toEqual([
      {
        id,
        client: 'Firefox',
        address: '192.0.2.1',
        createdAt: NOW,
        expiresAt: NOW + SESSION_LIFE,
      },
    ]);
  });
});

describe('a change of the secret', () => {
  test('leaves sessions alone until the grace ends [A-72]', async () => {
    const { token } = await service({ current: secretKey(FORMER) }).start(anna, '', by());
    const previous = { key: secretKey(FORMER), until: NOW + HOUR };
    await expect(service().authenticate(token, null)).rejects.toMatchObject(refused);
    await service({ previous }).authenticate(token, null);
    now = NOW + HOUR - 1;
    await service({ previous }).authenticate(token, null);
    now = NOW + HOUR;
    await expect(service({ previous }).authenticate(token, null)).rejects.toMatchObject(refused);
  });
});

describe('a forged token is refused:', () => {
  let claims: Record<string, unknown>;
  let genuine: string;
  const key = createSecretKey(SECRET, 'utf8');
  const forge = (changes: Record<string, unknown> = {}, alg = 'HS256') =>
    new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg }).sign(key);

  beforeEach(async () => {
    genuine = (await service().start(anna, '', by())).token;
    claims = decodeJwt(genuine);
  });

  test('the same claims signed again are fine, so that what follows is about the change', async () => {
    expect(await service().authenticate(await forge(), null)).toMatchObject({ user: anna });
  });

  test.each<[string, () => string | Promise<string>]>([
    ['without a signature (alg none)', () => new UnsecuredJWT(claims).encode()],
    ['with its signature cut off', () => genuine.replace(/[^.]+$/, '')],
    [
      'with the first letter of its signature changed',
      () =>
        genuine.replace(
          /\.(.)([^.]*)$/,
          (_all, first: string, rest: string) => `.${first === 'A' ? 'B' : 'A'}${rest}`,
        ),
    ],
    [
      'signed by another secret',
      () => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secretKey(FORMER)),
    ],
    ['signed with HS512 by our secret', () => forge({}, 'HS512')],
    [
      'signed with RS256 by a key of theirs',
      () =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'RS256' })
          .sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
    ],
    [
      'that says RS256 and is signed with HMAC',
      () => {
        const head = `${part({ alg: 'RS256' })}.${part(claims)}`;
        return `${head}.${createHmac('sha256', SECRET).update(head).digest('base64url')}`;
      },
    ],
    ['of another store', () => forge({ iss: 'urn:kontor:two' })],
    ['without an issuer', () => forge({ iss: undefined })],
    ['of somebody else', () => forge({ sub: 'Ben' })],
    ['of a session that never was', () => forge({ sid: 'x'.repeat(32) })],
    ['whose session is no text', () => forge({ sid: 7 })],
    ['without a session', () => forge({ sid: undefined })],
    ['without an end', () => forge({ exp: undefined })],
    ['that has expired', () => forge({ exp: NOW / 1000 - 60 })],
    ['that is not valid yet', () => forge({ nbf: NOW / 1000 + 60 })],
    ['from the future', () => forge({ iat: NOW / 1000 + 60 })],
    ['that was issued too long ago, though it says it lives', () => forge({ iat: NOW / 1000 - 2 * 86_400 })],
    ['that is much too long', () => forge({ more: 'x'.repeat(20_000) })],
    ['with a part too many', () => `${genuine}.x`],
    ['that is three dots', () => '...'],
    ['that is nothing', () => ''],
  ])('%s', async (_what, token) => {
    await expect(service().authenticate(await token(), null)).rejects.toMatchObject(refused);
  });
});
