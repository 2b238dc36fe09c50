import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  CHAIN_START,
  chainHash,
  sealAll,
  theServer,
  type EventStore,
  type SealedEvent,
} from '../../src/ledger/index.ts';
import { openSqlStore, type SqlStore } from '../../src/storage/sql/index.ts';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';

/** Small, so that a reader's page often ends in the middle of what has just been sealed. */
const PAGE = 7;
const WRITERS = 16;
const EVENTS_EACH = 20;

/** Follows the seal, as webhooks and mirrors do, until it has seen `count` events. Its loop ends with the test. */
async function follow(events: EventStore, count: number, signal: AbortSignal): Promise<SealedEvent[]> {
  const seen: SealedEvent[] = [];
  while (seen.length < count && !signal.aborted) {
    const page = await events.sealed(seen.at(-1)?.seq ?? 0, PAGE);
    seen.push(...page);
    if (page.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return seen;
}

/** Seals without a pause until it is told to stop, then once more. */
async function keepSealing(events: EventStore, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sealAll(events);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await sealAll(events);
}

function expectWholeChain(seen: SealedEvent[]): void {
  expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
  let previous = CHAIN_START;
  for (const event of seen) {
    previous = chainHash(previous, event.seq, event, JSON.stringify(event.detail));
    expect(event.hash).toBe(previous);
  }
}

const subjectOf = ({ detail }: SealedEvent) => String(detail['user'] ?? detail['late']);

/** An event that takes its id now, a low one, and is committed when the test says so. */
async function openLateEvent(url: string, name: string): Promise<{ commit(): Promise<void> }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await client.query("insert into events (type, at, detail) values ('test.late', 1700000000000, $1)", [
    JSON.stringify({ late: name }),
  ]);
  return {
    commit: async () => {
      await client.query('commit');
      await client.end();
    },
  };
}

describe.skipIf(!hasPostgres())('Events of concurrent writers on PostgreSQL', () => {
  let database: FreshDatabase;
  let stores: SqlStore[];
  let ending: AbortController;

  beforeAll(async () => {
    database = await freshDatabase();
  });
  beforeEach(async () => {
    ending = new AbortController();
    stores = [];
    for (let replica = 0; replica < 3; replica += 1) {
      stores.push((await openSqlStore({ kind: 'postgresql', url: database.url }, { create: true })).store);
    }
  });
  afterEach(async () => {
    ending.abort();
    await Promise.all(stores.map((store) => store.close()));
  });
  afterAll(() => database.drop());

  test('reach every reader completely, once and in one sealed order, also those that commit late', async () => {
    const [first, second, third] = stores as [SqlStore, SqlStore, SqlStore];
    const early = ['late-0', 'late-1', 'late-2'];
    const late = await Promise.all(early.map((name) => openLateEvent(database.url, name)));
    const total = WRITERS * EVENTS_EACH + late.length;

    const sealers = [first, second].map(({ events }) => keepSealing(events, ending.signal));
    const readers = stores.map(({ events }) => follow(events, total, ending.signal));
    const names: string[] = [];
    const write = async (writer: number) => {
      const { accounts } = writer % 2 === 0 ? first : second;
      for (let count = 0; count < EVENTS_EACH; count += 1) {
        // One late commit falls among the others' writes, two come after them.
        if (writer === 0 && count === EVENTS_EACH / 2) await late[0]?.commit();
        const name = `writer-${writer}-${count}`;
        names.push(name);
        await accounts.createUser({
          name,
          email: null,
          role: 'user',
          passwordHash: 'hash',
          at: count,
          by: theServer,
        });
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    // What has a higher id is sealed and read by now, so ids are no order to read by.
    const sealedBefore = await follow(third.events, total - 2, ending.signal);
    await late[1]?.commit();
    await late[2]?.commit();

    const [seen = [], ...others] = await Promise.all(readers);
    ending.abort();
    await Promise.all(sealers);
    expectWholeChain(seen);
    expect(seen.map(subjectOf).toSorted()).toEqual([...names, ...early].toSorted());
    // What one writer did one after another stays in that order.
    for (let writer = 0; writer < WRITERS; writer += 1) {
      const prefix = `writer-${writer}-`;
      const own = seen.map(subjectOf).filter((subject) => subject.startsWith(prefix));
      expect(own).toEqual(Array.from({ length: EVENTS_EACH }, (_, count) => `${prefix}${count}`));
    }
    expect(seen.slice(0, total - 2)).toEqual(sealedBefore);
    expect(seen.slice(-2).map(subjectOf).toSorted()).toEqual(['late-1', 'late-2']);
    for (const other of others) expect(other).toEqual(seen);
    expect(await third.events.unsealed()).toBe(0);
    expect(await third.events.sealed(total, 1)).toEqual([]);
  });
});
