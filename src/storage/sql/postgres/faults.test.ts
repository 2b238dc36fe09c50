import { describe, expect, test } from 'vitest';
import { Fault } from '../../../kernel/index.ts';
import { databaseFault, withFaults } from './faults.ts';

const coded = (code: string, message = 'said by the driver') => Object.assign(new Error(message), { code });

describe('A store on PostgreSQL', () => {
  const ended = coded('57P01', 'terminating connection due to administrator command');
  const rejects = () => Promise.reject(ended);

  test('fails in our words in every port, whatever its name', async () => {
    const store = withFaults({ notYetThought: { of: rejects, another: rejects }, ping: rejects });
    for (const failing of [store.notYetThought.of, store.notYetThought.another, store.ping]) {
      await expect(failing()).rejects.toMatchObject({ code: 'unavailable', cause: ended });
    }
  });

  test('gives answers and properties as they are', async () => {
    const store = withFaults({
      id: 'this one',
      shared: true,
      things: { add: (a: number, b: number) => Promise.resolve(a + b) },
      ping: () => Promise.resolve(),
    });
    expect(await store.things.add(40, 2)).toBe(42);
    expect(store).toMatchObject({ id: 'this one', shared: true });
    await store.ping();
  });
});

describe('What the driver says', () => {
  test.each([
    coded('57P01'),
    coded('57P03', 'the database system is starting up'),
    coded('08006'),
    coded('53300', 'too many clients already'),
    coded('ECONNRESET'),
    coded('EPIPE'),
    coded('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed'),
    Object.assign(new AggregateError([coded('ECONNREFUSED')]), { code: 'ECONNREFUSED' }),
    new Error('Connection terminated unexpectedly'),
    new Error('Client has encountered a connection error and is not queryable'),
    new Error('Client was closed and is not queryable'),
    new Error('timeout exceeded when trying to connect'),
  ])('when the database is gone is `unavailable`: %s', (error) => {
    expect(databaseFault(error)).toMatchObject({ code: 'unavailable', cause: error });
  });

  test('of a full disk is `storage_full`', () => {
    expect(databaseFault(coded('53100'))).toMatchObject({ code: 'storage_full' });
  });

  test.each([
    coded('23505', 'duplicate key'),
    coded('42601'),
    new TypeError('x is not a function'),
    new Fault('conflict', 'No.'),
  ])('of anything else stays as it is: %s', (error) => {
    expect(databaseFault(error)).toBe(error);
  });
});
