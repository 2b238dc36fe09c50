import { expect, test } from 'vitest';
import { tokenWish } from './token-wish.ts';

const everything = ['read', 'publish', 'yank'];
const nothing = { packages: [], organisations: [], addresses: [] };
const plain = {
  password: 'secret',
  name: 'npm token',
  description: null,
  scopes: everything,
  limits: nothing,
  bypassSecondFactor: false,
  days: null,
};
const writes = { packages_and_scopes_permission: 'read-write' };
const reads = { packages_and_scopes_permission: 'read-only' };

test.each([
  ['of npm before granular tokens', { readonly: true, cidr_whitelist: [] }, { scopes: ['read'] }],
  ['of npm without anything', { readonly: false, cidr_whitelist: null, name: null }, {}],
  [
    'with a name and a life',
    { name: 'ci', description: 'for x', expires: 30 },
    { name: 'ci', description: 'for x', days: 30 },
  ],
  ['for reading all packages', { packages_all: true, ...reads }, { scopes: ['read'] }],
  [
    'for writing all packages and no organisation',
    { packages_all: true, ...writes, orgs_permission: 'no-access' },
    {},
  ],
  ['for reading, said in both ways', { packages_all: true, ...writes, readonly: true }, { scopes: ['read'] }],
  ['with empty lists', { packages: [], scopes: [], orgs: [], bypass_2fa: false }, {}],
  [
    'from some addresses',
    { cidr_whitelist: ['10.0.0.0/8', '192.0.2.1'] },
    { limits: { ...nothing, addresses: ['10.0.0.0/8', '192.0.2.1'] } },
  ],
  [
    'for packages and scopes, with @ and without',
    { packages: ['demo', '@acme/one'], scopes: ['@acme', 'other'], ...writes },
    { limits: { ...nothing, packages: ['demo', '@acme/one', '@acme/*', '@other/*'] } },
  ],
  [
    'for packages, as one text',
    { packages: 'demo, other', ...reads },
    { scopes: ['read'], limits: { ...nothing, packages: ['demo', 'other'] } },
  ],
  [
    'for an organisation',
    { orgs: ['acme'], orgs_permission: 'read-write', packages_and_scopes_permission: 'no-access' },
    { limits: { ...nothing, organisations: ['acme'] } },
  ],
  ['for a robot', { bypass_2fa: true }, { bypassSecondFactor: true }],
])('a wish %s is understood', (_what, body, wish) => {
  expect(tokenWish({ password: 'secret', ...body })).toEqual({ ...plain, ...wish });
});

test.each([
  ['packages_and_scopes_permission', { packages: ['demo'] }],
  ['packages_and_scopes_permission', { scopes: ['@acme'], packages_and_scopes_permission: 'no-access' }],
  ['packages_and_scopes_permission', { packages_all: true }],
  ['packages_and_scopes_permission', { packages_all: true, packages_and_scopes_permission: 'all' }],
  ['packages_all', { packages_and_scopes_permission: 'read-only' }],
  ['packages_all', { packages_all: true, packages: ['demo'], ...writes }],
  ['orgs_permission', { orgs: ['acme'] }],
  ['orgs', { orgs_permission: 'read-write' }],
  ['orgs', { orgs: ['acme'], packages: ['demo'], orgs_permission: 'read-write', ...writes }],
  ['packages must', { packages: [5], ...writes }],
  ['cidr_whitelist', { cidr_whitelist: {} }],
  ['bypass_2fa', { bypass_2fa: 'yes' }],
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
