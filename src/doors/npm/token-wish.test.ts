import { expect, test } from 'vitest';
import { tokenWish } from './token-wish.ts';

const plain = { password: 'secret', name: 'npm token', description: null, readonly: false, days: null };

test.each([
  ['of npm before granular tokens', { readonly: true, cidr_whitelist: [] }, { readonly: true }],
  ['of npm without anything', { readonly: false, cidr_whitelist: null, name: null }, {}],
  [
    'with a name and a life',
    { name: 'ci', description: 'for x', expires: 30 },
    { name: 'ci', description: 'for x', days: 30 },
  ],
  [
    'for reading all packages',
    { packages_all: true, packages_and_scopes_permission: 'read-only' },
    { readonly: true },
  ],
  [
    'for writing all packages and no organisation',
    { packages_all: true, packages_and_scopes_permission: 'read-write', orgs_permission: 'no-access' },
    {},
  ],
  [
    'for reading, said in both ways',
    { packages_all: true, packages_and_scopes_permission: 'read-write', readonly: true },
    { readonly: true },
  ],
  ['with empty lists', { packages: [], scopes: [], orgs: [], bypass_2fa: false }, {}],
])('a wish %s is understood', (_what, body, wish) => {
  expect(tokenWish({ password: 'secret', ...body })).toEqual({ ...plain, ...wish });
});

test.each([
  ['addresses', { cidr_whitelist: ['10.0.0.0/8'] }],
  ['single packages', { packages: ['demo'] }],
  ['scopes', { scopes: ['@acme'] }],
  ['organisations', { orgs: ['acme'] }],
  ['organisations', { orgs_permission: 'read-write' }],
  ['second factors', { bypass_2fa: true }],
  ['packages_and_scopes_permission', { packages_all: true }],
  ['packages_all', { packages_and_scopes_permission: 'read-only' }],
  ['packages_and_scopes_permission', { packages_all: true, packages_and_scopes_permission: 'no-access' }],
  ['readonly', { readonly: 'yes' }],
  ['expires', { expires: null }],
  ['expires', { expires: 0 }],
  ['expires', { expires: 1.5 }],
  ['expires', { expires: '30' }],
  ['expires', { expires: 1e9 }],
  ['name', { name: 5 }],
  ['description', { description: {} }],
  ['password', { password: undefined }],
  ['password', { password: ['secret'] }],
])('a wish that cannot be met is refused with the word %s: %o', (word, body) => {
  expect(() => tokenWish({ password: 'secret', ...body })).toThrow(word);
});

test.each([null, 5, 'text', []])('%o is no wish', (body) => {
  expect(() => tokenWish(body)).toThrow(expect.objectContaining({ code: 'bad_request' }));
});
