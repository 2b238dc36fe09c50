import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccountStore } from '../../src/accounts/index.ts';
import {
  CHAIN_START,
  chainHash,
  sealAll,
  theServer,
  type EventStore,
  type Leases,
} from '../../src/ledger/index.ts';

interface Opened {
  events: EventStore;
  leases: Leases;
  /** Whatever writes an event: every command does. */
  accounts: AccountStore;
  close(): Promise<void>;
}

/** What every keeper of events and leases must do. `open` gives an empty store each time. */
export function ledgerContract(adapter: string, open: () => Promise<Opened>): void {
  describe(`EventStore and Leases on ${adapter}`, () => {
    let opened: Opened;
    let events: EventStore;
    let leases: Leases;

    beforeEach(async () => {
      opened = await open();
      ({ events, leases } = opened);
    });
    afterEach(() => opened.close());

    const happen = (name: string) =>
      opened.accounts.createUser({
        name,
        email: null,
        role: 'user',
        passwordHash: 'hash',
        at: 1_700_000_000_000,
        by: theServer,
      });

    test('shows no event to readers before it is sealed', async () => {
      await happen('anna');
      expect(await events.sealed(0, 10)).toEqual([]);
      expect(await events.unsealed()).toBe(1);
    });

    test('seals what happened one after another, without gaps, in a chain that anybody can recompute', async () => {
      for (const name of ['anna', 'berta', 'carla']) await happen(name);
      expect(await sealAll(events)).toBe(3);
      expect(await events.unsealed()).toBe(0);
      const sealed = await events.sealed(0, 10);
      expect(sealed.map(nameOf)).toEqual(['anna', 'berta', 'carla']);
      let previous = CHAIN_START;
      for (const [index, event] of sealed.entries()) {
        expect(event.seq).toBe(index + 1);
        previous = chainHash(previous, event.seq, event, JSON.stringify(event.detail));
        expect(event.hash).toBe(previous);
      }
    });

    test('writes no event for a change that was refused', async () => {
      await happen('anna');
      await expect(happen('ANNA')).rejects.toMatchObject({ code: 'user_exists' });
      expect(await sealAll(events)).toBe(1);
    });

    test('goes on where it left off, in batches', async () => {
      for (const name of ['anna', 'berta', 'carla']) await happen(name);
      expect(await events.seal(2)).toBe(2);
      expect(await events.seal(2)).toBe(1);
      expect(await events.seal(2)).toBe(0);
      await happen('doris');
      await events.seal(2);
      expect((await events.sealed(2, 10)).map(({ seq }) => seq)).toEqual([3, 4]);
      expect((await events.sealed(1, 1)).map(nameOf)).toEqual(['berta']);
    });

    test('gives each event one place when many seal at once', async () => {
      const names = Array.from({ length: 40 }, (_, index) => `user-${index}`);
      await Promise.all(names.map(async (name) => (await happen(name)) && sealAll(events)));
      await sealAll(events);
      const sealed = await events.sealed(0, 100);
      expect(sealed.map(({ seq }) => seq)).toEqual(names.map((_, index) => index + 1));
      expect(sealed.map(nameOf).toSorted()).toEqual(names.toSorted());
    });

    test('gives a lease to one holder until it ends, and renews it for the same one', async () => {
      expect(await leases.acquire('seal', 'a', 1_000, 500)).toBe(true);
      expect(await leases.acquire('seal', 'b', 1_400, 500)).toBe(false);
      expect(await leases.acquire('seal', 'a', 1_400, 500)).toBe(true);
      expect(await leases.acquire('seal', 'b', 1_800, 500)).toBe(false);
      expect(await leases.acquire('seal', 'b', 1_900, 500)).toBe(true);
      expect(await leases.acquire('sweep', 'a', 1_900, 500)).toBe(true);
    });

    test('gives a lease that was released to the next, and lets nobody release another’s', async () => {
      await leases.acquire('seal', 'a', 1_000, 500);
      await leases.release('seal', 'b');
      expect(await leases.acquire('seal', 'b', 1_001, 500)).toBe(false);
      await leases.release('seal', 'a');
      expect(await leases.acquire('seal', 'b', 1_001, 500)).toBe(true);
    });

    test('gives a lease to exactly one of many who ask at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => leases.acquire('seal', `holder-${index}`, 1_000, 500)),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
    });
  });
}

function nameOf({ detail }: { detail: Record<string, unknown> }): string {
  return String(detail['user']);
}
