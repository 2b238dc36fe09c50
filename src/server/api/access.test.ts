import { expect, test } from 'vitest';
import { signedInWithPassword, type TokenLimits } from '../../accounts/index.ts';
import { assertAccess } from './access.ts';

const boss = {
  id: 1,
  name: 'boss',
  email: null,
  role: 'administrator' as const,
  createdAt: 0,
  disabledAt: null,
};
const tokenWith = (limits: TokenLimits | null) => ({
  ...signedInWithPassword(boss, null),
  tokenId: 7,
  via: 'token:7',
  limits,
});

const read = (limits: TokenLimits | null) => () =>
  assertAccess({ access: 'administrator' }, tokenWith(limits), 'GET');

test("an administrator's token for some packages reads nothing that only administrators read", () => {
  for (const limits of [{ packages: ['demo'] }, { registries: ['npm'] }, { organisations: ['acme'] }]) {
    expect(read(limits)).toThrow(expect.objectContaining({ code: 'forbidden' }));
  }
  expect(read({ addresses: ['192.0.2.0/24'] })()).toMatchObject({ user: boss });
  expect(read(null)()).toMatchObject({ user: boss });
});
