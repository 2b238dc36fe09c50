import { describe, expect, test } from 'vitest';
import { CHAIN_START, FROM_BEFORE, chainHash, type NewEvent } from './index.ts';

const event: NewEvent = {
  type: 'package.publish',
  at: 1_700_000_000_000,
  actor: { userId: 7, name: 'anna', via: 'token:3', address: '192.0.2.1' },
  registry: 'npm',
  package: 'demo',
  version: '1.0.0',
  detail: { tags: ['latest'] },
};
const hashOf = (of: NewEvent, seq = 1, previous = CHAIN_START) =>
  chainHash(previous, seq, of, JSON.stringify(of.detail));

test('an event from before actors were kept has the hash that it was sealed with', () => {
  const actor = { userId: 7, name: null, via: FROM_BEFORE, address: null };
  // Computed by the release that sealed such events.
  expect(hashOf({ ...event, actor })).toBe(
    'acea802ec1908c0843db2bd0b01d8adb9e6340fbaaf6059a8db11330c6d37f62',
  );
});

describe('the hash changes with', () => {
  test.each([
    ['type', { type: 'package.tag' }],
    ['time', { at: 1_700_000_000_001 }],
    ['user', { actor: { ...event.actor, userId: 8 } }],
    ['user name', { actor: { ...event.actor, name: 'bob' } }],
    ['means', { actor: { ...event.actor, via: 'password' } }],
    ['address', { actor: { ...event.actor, address: null } }],
    ['result', { result: 'refused' as const }],
    ['registry', { registry: 'zig' }],
    ['package', { package: null }],
    ['version', { version: '1.0.1' }],
    ['detail', { detail: {} }],
  ])('the %s', (_field, change) => {
    expect(hashOf({ ...event, ...change })).not.toBe(hashOf(event));
  });

  test('the place and what came before', () => {
    expect(hashOf(event, 2)).not.toBe(hashOf(event));
    expect(hashOf(event, 1, 'f'.repeat(64))).not.toBe(hashOf(event));
  });
});
