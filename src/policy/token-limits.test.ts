import { expect, test } from 'vitest';
import { nobodyAt, signedInWithPassword, type SignedIn, type User } from '../accounts/index.ts';
import { readerId, readsAsOwner } from './index.ts';

const anna: User = { id: 1, name: 'anna', email: null, role: 'user', createdAt: 0, disabledAt: null };
const boss: User = { ...anna, id: 9, role: 'administrator' };
const of = (user: User, more: Partial<SignedIn> = {}) => ({ ...signedInWithPassword(user, null), ...more });
const target = { registry: 'npm', name: '@acme/demo', organisation: null };

test('a token reads as its owner where its limits reach and it may read', () => {
  expect(readsAsOwner(of(anna), target)).toBe(true);
  expect(readsAsOwner(of(anna, { scopes: ['publish'] }), target)).toBe(false);
  expect(readsAsOwner(of(anna, { limits: { packages: ['@acme/*'] } }), target)).toBe(true);
  expect(readsAsOwner(of(anna, { limits: { packages: ['@acme'] } }), target)).toBe(false);
  expect(readsAsOwner(of(anna, { limits: { registries: ['team'] } }), target)).toBe(false);
  const house = { limits: { organisations: ['house'] } };
  expect(readsAsOwner(of(anna, house), target)).toBe(false);
  expect(readsAsOwner(of(anna, house), { ...target, organisation: 'House' })).toBe(true);
});

test('a search is that of the owner, unless the token is for some packages, another registry or not for reading', () => {
  expect(readerId(nobodyAt(null), 'npm')).toBeNull();
  expect(readerId(of(anna), 'npm')).toBe(1);
  expect(readerId(of(anna, { limits: { registries: ['npm'], addresses: ['::/0'] } }), 'npm')).toBe(1);
  expect(readerId(of(anna, { limits: { registries: ['team'] } }), 'npm')).toBeNull();
  expect(readerId(of(anna, { limits: { packages: ['@acme/*'] } }), 'npm')).toBeNull();
  expect(readerId(of(anna, { limits: { organisations: ['acme'] } }), 'npm')).toBeNull();
  expect(readerId(of(anna, { scopes: ['publish'] }), 'npm')).toBeNull();
});

test('an administrator finds everything with the scope admin only', () => {
  expect(readerId(of(boss), 'npm')).toBe('all');
  expect(readerId(of(boss, { scopes: ['read', 'publish'] }), 'npm')).toBe(9);
  expect(readerId(of(boss, { limits: { registries: ['team'] } }), 'npm')).toBeNull();
});
