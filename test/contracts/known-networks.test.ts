import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { theServer } from '../../src/ledger/index.ts';
import type { KnownNetworks } from '../../src/policy/index.ts';
import { adapters, freshStore } from './stores.ts';

describe.each(adapters)('KnownNetworks on $name', (adapter) => {
  let networks: KnownNetworks;
  let close: () => Promise<void>;
  let anna: number;
  let berta: number;
  beforeEach(async () => {
    const opened = await freshStore(adapter);
    ({ close } = opened);
    const { accounts, knownNetworks } = opened.store;
    networks = knownNetworks;
    const create = (name: string) =>
      accounts.createUser({ name, email: null, role: 'user', passwordHash: 'hash', at: 1, by: theServer });
    ({ id: anna } = await create('anna'));
    ({ id: berta } = await create('berta'));
  });
  afterEach(() => close());

  const remember = (network: string, at: number, userId = anna) =>
    networks.remember({ userId, network, at, most: 3 });

  test('knows when a user last logged in from where', async () => {
    expect(await networks.lastLogin(anna, '192.0.2.1')).toBeUndefined();
    await remember('192.0.2.1', 10);
    await remember('192.0.2.1', 20);
    expect(await networks.lastLogin(anna, '192.0.2.1')).toBe(20);
    expect(await networks.lastLogin(berta, '192.0.2.1')).toBeUndefined();
    expect(await networks.lastLogin(0, '192.0.2.1')).toBeUndefined();
  });

  test('forgets the network of the longest ago, and only of that user', async () => {
    await remember('192.0.2.9', 1, berta);
    for (const place of [1, 2, 3, 4]) await remember(`192.0.2.${place}`, place);
    expect(await networks.lastLogin(anna, '192.0.2.1')).toBeUndefined();
    expect(await networks.lastLogin(anna, '192.0.2.2')).toBe(2);
    expect(await networks.lastLogin(anna, '192.0.2.4')).toBe(4);
    expect(await networks.lastLogin(berta, '192.0.2.9')).toBe(1);
  });

  test('is told the same by many log-ins at once', async () => {
    await Promise.all([5, 6, 7, 8].map((at) => remember('192.0.2.1', at)));
    expect(await networks.lastLogin(anna, '192.0.2.1')).toBeGreaterThanOrEqual(5);
  });
});
