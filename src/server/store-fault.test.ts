import { expect, test } from 'vitest';
import { Fault } from '../kernel/index.ts';
import { storeFault } from './store-fault.ts';

const values = { database: { kind: 'sqlite' as const, path: '/data/kontor.db' } };

test.each([
  ['EACCES', 'this user may not write there'],
  ['EROFS', 'the disk is mounted read-only'],
  ['ENOSPC', 'the disk is full'],
])('%s on a path becomes a sentence that names path and setting', (code, said) => {
  const fault = storeFault(Object.assign(new Error(code), { code, path: '/srv/kontor' }), values);
  expect(fault).toBeInstanceOf(Fault);
  expect(fault).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(
      new RegExp(`^/srv/kontor cannot be used: ${said}\\..*KONTOR_DATA`),
    ) as string,
  });
});

test('a database that this user may only read is named, extended result code or not', () => {
  for (const errcode of [8, 1032]) {
    const fault = storeFault(Object.assign(new Error('attempt to write'), { errcode }), values);
    expect(fault).toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(
        '/data/kontor.db cannot be opened: this user may not write to it',
      ) as string,
    });
  }
});

test.each([
  ['a Fault', new Fault('unavailable', 'Another server runs.')],
  ['a system error without a path', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
  ['a mistake of our own', new TypeError('undefined is not a function')],
  ['what is no error', 'text'],
])('%s stays what it is', (_what, error) => {
  expect(storeFault(error, values)).toBe(error);
});
