import { describe, expect, test } from 'vitest';
import { nobodyAt, type Principal, type TokenScope, type User } from '../accounts/index.ts';
import { mayPublish, mayTag } from './index.ts';

const user = (id: number, role: User['role'] = 'user'): User => ({
  id,
  name: `user${id}`,
  email: null,
  role,
  createdAt: 0,
  disabledAt: null,
});
const principal = (who: User, scopes: TokenScope[] = ['read', 'publish']): Principal => ({
  kind: 'user',
  user: who,
  scopes,
  tokenId: 1,
  via: 'token:1',
  address: null,
});
const nobody = nobodyAt(null);
const anna = principal(user(1));
const admin = principal(user(9, 'administrator'));

describe.each([
  ['mayPublish', mayPublish],
  ['mayTag', mayTag],
])('%s', (_name, decide) => {
  const ask = (
    who: Principal,
    owners: number[] | undefined,
    origin: 'local' | 'upstream' | undefined = owners && 'local',
  ) => {
    const decision = decide({ principal: who, name: '@acme/demo', owners, origin });
    return decision.allowed ? decision : { code: decision.fault.code, message: decision.fault.message };
  };

  test('nobody is asked to log in, whether the package exists or not', () => {
    expect(ask(nobody, undefined)).toMatchObject({ code: 'unauthenticated' });
    expect(ask(nobody, [1])).toMatchObject({ code: 'unauthenticated' });
  });

  test("a token that may only read is refused, even its owner's and an administrator's", () => {
    expect(ask(principal(user(1), ['read']), [1])).toMatchObject({ code: 'forbidden' });
    expect(ask(principal(user(9, 'administrator'), ['read']), [1])).toMatchObject({ code: 'forbidden' });
  });

  test('a new name is free for every user', () => {
    expect(ask(anna, undefined)).toEqual({ allowed: true, userId: 1, overrideOwnership: false });
  });

  test('an owner may write, also one of several', () => {
    expect(ask(anna, [7, 1])).toEqual({ allowed: true, userId: 1, overrideOwnership: false });
  });

  test('a stranger may not, and reads which package it was', () => {
    const refusal = ask(anna, [2, 3]);
    expect(refusal).toMatchObject({ code: 'not_owner' });
    expect(refusal).toHaveProperty('message', expect.stringMatching(/^You do not own @acme\/demo: /));
  });

  test('a package without owners belongs to administrators only', () => {
    expect(ask(anna, [])).toMatchObject({ code: 'not_owner' });
    expect(ask(admin, [])).toMatchObject({ allowed: true });
  });

  test('an administrator may write to what others own', () => {
    expect(ask(admin, [1])).toEqual({ allowed: true, userId: 9, overrideOwnership: true });
  });

  test('a name that comes from upstream is taken, for administrators too', () => {
    expect(ask(anna, [], 'upstream')).toMatchObject({ code: 'name_taken_upstream' });
    expect(ask(admin, [], 'upstream')).toMatchObject({ code: 'name_taken_upstream' });
  });
});
