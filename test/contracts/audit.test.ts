import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  dropOldEvents,
  sealAll,
  theServer,
  verifyChain,
  type AuditFilter,
  type NewEvent,
} from '../../src/ledger/index.ts';
import type { DatabaseLocation, SqlStore } from '../../src/storage/sql/index.ts';
import { adapters, execute, freshStore } from './stores.ts';

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 0, 10, 12);

function event(more: Partial<NewEvent> = {}): NewEvent {
  const actor = { userId: 1, name: 'anna', via: 'token:1', address: '192.0.2.1' };
  const place = { registry: 'npm', package: 'demo', version: '1.0.0' };
  return { type: 'package.publish', at: NOON, actor, ...place, detail: { tags: ['latest'] }, ...more };
}

describe.each(adapters)('The audit trail on $name', (adapter) => {
  let store: SqlStore;
  let location: DatabaseLocation;
  let close: () => Promise<void>;
  const write = async (...events: NewEvent[]) => {
    await store.audit.append(events);
    await sealAll(store.events);
  };
  const seqs = async (filter: AuditFilter, more = {}) => {
    const query = { filter, order: 'oldest' as const, after: null, limit: 10, ...more };
    return (await store.audit.find(query)).map(({ seq }) => seq);
  };
  const verify = () => verifyChain(store.events, store.audit);
  const sql = (statement: string) => execute(location, statement);

  beforeEach(async () => {
    ({ store, location, close } = await freshStore(adapter));
  });
  afterEach(() => close());

  test('keeps who, how, from where, what and with which result', async () => {
    const refused = event({ type: 'package.tag', result: 'refused', version: null });
    await write(event(), refused);
    const found = await store.audit.find({ filter: {}, order: 'oldest', after: null, limit: 10 });
    expect(found).toMatchObject([
      { ...event(), seq: 1 },
      { ...refused, seq: 2 },
    ]);
    expect(found[0]).not.toHaveProperty('result');
  });

  test('finds what a filter asks for, page by page, from either end', async () => {
    const bob = { userId: 2, name: 'bob', via: 'password', address: '192.0.2.2' };
    await write(
      event(),
      event({ type: 'package.tag', at: NOON + 1 }),
      event({ actor: bob, registry: 'team', at: NOON + 2 }),
      event({ type: 'packages.odd', package: 'other', at: NOON + 3 }),
      event({ type: 'user.login', actor: bob, result: 'refused', package: null, at: NOON + 4 }),
    );
    expect(await seqs({})).toEqual([1, 2, 3, 4, 5]);
    expect(await seqs({}, { order: 'newest', limit: 2 })).toEqual([5, 4]);
    expect(await seqs({}, { order: 'newest', after: 4, limit: 2 })).toEqual([3, 2]);
    expect(await seqs({}, { after: 4 })).toEqual([5]);
    expect(await seqs({ actor: 'bob' })).toEqual([3, 5]);
    expect(await seqs({ type: 'package.publish' })).toEqual([1, 3]);
    expect(await seqs({ type: 'package.' })).toEqual([1, 2, 3]);
    expect(await seqs({ registry: 'team' })).toEqual([3]);
    expect(await seqs({ package: 'other' })).toEqual([4]);
    expect(await seqs({ result: 'refused' })).toEqual([5]);
    expect(await seqs({ result: 'done', actor: 'bob' })).toEqual([3]);
    expect(await seqs({ since: NOON + 1, until: NOON + 3 })).toEqual([2, 3]);
  });

  describe('shows in a chain of six events', () => {
    beforeEach(async () => {
      for (let version = 1; version <= 6; version++) await write(event({ version: `1.0.${version}` }));
    });

    test('nothing while nobody has touched it', async () => {
      expect(await verify()).toMatchObject({ events: 6, unsealed: 0, head: { seq: 6 }, problems: [] });
    });

    test.each([
      [
        'a removed row',
        'delete from events where seq = 3',
        ['Event 3 of the chain cannot be found before event 4.'],
      ],
      [
        'a removed beginning',
        'delete from events where seq <= 2',
        ['Events 1 to 2 of the chain cannot be found before event 3.'],
      ],
      [
        'a removed end',
        'delete from events where seq >= 5',
        ['Events 5 to 6 at the end of the chain cannot be found.'],
      ],
      [
        'a row that lost its place',
        'update events set seq = null, hash = null where seq = 6',
        ['Event 6 at the end of the chain cannot be found.'],
      ],
      ['an edited name', `update events set actor_name = 'eve' where seq = 4`, ['Event 4 (']],
      ['an edited address', 'update events set address = null where seq = 4', ['Event 4 (']],
      ['an edited result', `update events set result = 'refused' where seq = 4`, ['Event 4 (']],
      ['an edited time', 'update events set at = at + 1 where seq = 4', ['Event 4 (']],
      ['an edited detail', `update events set detail = '{}' where seq = 4`, ['Event 4 (']],
      [
        'a row made to look like one from before actors were kept',
        'update events set via = null where seq = 4',
        ['Event 4 ('],
      ],
      [
        'two rows that changed places',
        `update events set seq = case seq when 2 then -3 else -2 end where seq in (2, 3);
        update events set seq = -seq where seq < 0`,
        ['Event 2 (', 'Event 3 (', 'Event 4 ('],
      ],
      [
        'an added row',
        `insert into events (seq, hash, type, at, detail) values (7, 'x', 'package.publish', 1, '{}')`,
        ['Event 7 (', 'Event 7 stand'],
      ],
      ['a forged hash', `update events set hash = 'f' where seq = 4`, ['Event 4 (', 'Event 5 (']],
      ['a forged end', `update event_chain set hash = 'f'`, ['Event 6 has another hash']],
    ])('%s', async (_what, statement, beginnings) => {
      await sql(statement);
      const { problems } = await verify();
      expect(problems).toEqual(beginnings.map((beginning) => expect.stringContaining(beginning) as string));
    });

    test('a chain that was written anew from its beginning, to whoever has noted its end', async () => {
      const { head } = await verify();
      await sql(`update events set seq = null, hash = null, detail = '{}';
        update event_chain set seq = 0, hash = '${'0'.repeat(64)}'`);
      await sealAll(store.events);
      expect((await verify()).problems).toEqual([]);
      const { problems } = await verifyChain(store.events, store.audit, head);
      expect(problems).toEqual([expect.stringContaining('Event 6 has another hash than was noted')]);
    });

    test('what waits for its place', async () => {
      await store.audit.append([event()]);
      expect(await verify()).toMatchObject({ events: 6, unsealed: 1, problems: [] });
    });
  });

  test('[A-82] drops days that are older than it is told to keep, and the chain still verifies', async () => {
    for (let day = 0; day < 100; day++) await write(event({ at: NOON + day * DAY, version: `1.0.${day}` }));
    const today = NOON + 99 * DAY;
    expect(await dropOldEvents(store.audit, () => today, 90)).toBe(9);
    expect(await dropOldEvents(store.audit, () => today + 3_600_000, 90)).toBe(0);
    await sealAll(store.events);
    expect(await verify()).toMatchObject({ events: 92, dropped: 9, problems: [] });
    const [oldest] = await store.events.sealed(0, 1);
    expect(oldest).toMatchObject({ seq: 10, at: NOON + 9 * DAY });

    expect(await dropOldEvents(store.audit, () => today + DAY, 90)).toBe(1);
    await sealAll(store.events);
    expect(await verify()).toMatchObject({ dropped: 10, problems: [] });
    const said = await store.audit.find({
      filter: { type: 'audit.drop' },
      order: 'newest',
      after: null,
      limit: 1,
    });
    expect(said).toMatchObject([{ actor: theServer, detail: { firstSeq: 10, lastSeq: 10 } }]);
  });

  test('drops in pieces, keeps what is not sealed yet, and shows a segment that is taken away or changed', async () => {
    await write(...Array.from({ length: 2_500 }, (_, index) => event({ version: `1.0.${index}` })));
    await store.audit.append([event()]);
    expect(await dropOldEvents(store.audit, () => NOON + 9 * DAY, 1)).toBe(2_500);
    await sealAll(store.events);
    expect(await verify()).toMatchObject({ events: 3, dropped: 2_500, problems: [] });
    expect(await store.audit.segments()).toMatchObject([
      { firstSeq: 1, lastSeq: 2_000 },
      { firstSeq: 2_001 },
    ]);

    await sql(`update event_segments set hash = 'f' where last_seq = 2500`);
    expect((await verify()).problems).toEqual([expect.stringContaining('Event 2501 (')]);
    await sql('delete from event_segments where last_seq = 2000');
    expect((await verify()).problems[0]).toContain('does not follow the one before it');
  });
});
