import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Digester } from '../../kernel/index.ts';
import { expectationOf, IntegrityCheck } from './integrity.ts';

const bytes = Buffer.from('a tarball');
const sri = (algorithm: string, data: Buffer = bytes) =>
  `${algorithm}-${createHash(algorithm).update(data).digest('base64')}`;
const sha1 = createHash('sha1').update(bytes).digest('hex');

function mismatch(integrity: string | null, shasum: string | null, data: Buffer = bytes): string | undefined {
  const expected = expectationOf(integrity, shasum);
  if (!expected) throw new Error('no expectation');
  const check = new IntegrityCheck(expected);
  const digester = new Digester();
  check.update(data);
  digester.update(data);
  return check.mismatch(digester.finish());
}

describe('integrity of a pulled file', () => {
  test.each(['sha1', 'sha256', 'sha384', 'sha512'])('%s is checked', (algorithm) => {
    expect(mismatch(sri(algorithm), null)).toBeUndefined();
    expect(mismatch(sri(algorithm), null, Buffer.from('another'))).toMatch(`expected ${sri(algorithm)}, got`);
  });

  test('the strongest algorithm decides, whatever the weaker ones and the shasum say', () => {
    const other = Buffer.from('another');
    expect(mismatch(`${sri('sha1', other)} ${sri('sha512')}`, '0'.repeat(40))).toBeUndefined();
    expect(mismatch(`${sri('sha1')} ${sri('sha512', other)}`, sha1)).toMatch('sha512-');
  });

  test('of several hashes of one algorithm one must fit', () => {
    expect(mismatch(`${sri('sha512', Buffer.from('x'))}  ${sri('sha512')}?option`, null)).toBeUndefined();
  });

  test('the shasum counts where there is no integrity that can be checked', () => {
    expect(mismatch(null, sha1.toUpperCase())).toBeUndefined();
    expect(mismatch('md5-abcd', sha1)).toBeUndefined();
    expect(mismatch(null, '0'.repeat(40))).toMatch('sha1-');
  });

  test.each([
    [null, null],
    ['', ''],
    ['sha512-short', null],
    ['md5-1B2M2Y8AsgTpgAmY7PhCfg==', 'xyz'],
    ['constructor-AAAA', null],
  ])('integrity %s with shasum %s promises nothing', (integrity, shasum) => {
    expect(expectationOf(integrity, shasum)).toBeUndefined();
  });
});
