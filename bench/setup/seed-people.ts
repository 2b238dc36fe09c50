import { join } from 'node:path';
import { createAccounts } from '../../src/accounts/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { sealAll, theServer } from '../../src/ledger/index.ts';
import { openSqlStore } from '../../src/storage/sql/index.ts';
import { benchUser } from './registry-client.ts';

/** How many there are; every user is a member of one organisation, and the bench's user owns the first. */
export interface People {
  users: number;
  organisations: number;
}

export const organisationName = (place: number) => `people-${place}`;

/** Commands under way at once. */
const BATCH = 512;

/** Writes users, organisations and memberships into a fresh data folder with the server's own adapters. */
export async function seedPeople(folder: string, { users, organisations }: People): Promise<void> {
  const path = join(folder, 'data', 'kontor.db');
  const { store } = await openSqlStore({ kind: 'sqlite', path }, { create: true });
  try {
    const { id: ownerId } = await createAccounts(store.accounts, systemClock).register(benchUser, theServer);
    const ids = await inBatches(organisations, async (place) => {
      const name = organisationName(place);
      return (await store.organisations.create({ ...command(), name, description: '', ownerId })).id;
    });
    await inBatches(users, async (place) => {
      const user = await store.accounts.createUser({
        name: `person-${place}`,
        email: null,
        role: 'user',
        passwordHash: 'nobody logs in with this',
        at: systemClock(),
        by: theServer,
      });
      const organisationId = ids[place % organisations] ?? 0;
      await store.organisations.setMember({ ...command(), organisationId, userId: user.id, role: 'reader' });
    });
    await sealAll(store.events);
  } finally {
    await store.close();
  }
}

function command() {
  return { by: theServer, administrator: true, at: systemClock() };
}

async function inBatches<T>(count: number, make: (place: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let from = 0; from < count; from += BATCH) {
    const places = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => from + index);
    made.push(...(await Promise.all(places.map(make))));
  }
  return made;
}
