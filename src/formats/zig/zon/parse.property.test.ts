import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyPlain, plain, print } from '../../../../test/formats/zon.ts';
import { isFault } from '../../../kernel/index.ts';
import { parseZon } from './index.ts';

const read = (bytes: Buffer) => plain(parseZon(bytes, 'x.zon').value);

test('what was written is read again', () => {
  const blank = fc.constantFrom(' ', '\n', '\r\n', '\t', '// comment\n', ' //// }"\r\n ');
  fc.assert(
    fc.property(anyPlain, blank, (value, between) => {
      expect(read(Buffer.from(between + print(value, between) + between))).toEqual(value);
    }),
    { numRuns: 2000 },
  );
});

/** How a reading ended; anything but a value or a Fault is thrown on. */
function reading(bytes: Buffer): 'read' | 'refused' {
  try {
    read(bytes);
    return 'read';
  } catch (error) {
    if (isFault(error) && /^x\.zon:\d+:\d+: /.test(error.message)) return 'refused';
    throw error;
  }
}

test('random bytes and random pieces of ZON are read or refused with a position', () => {
  const piece = fc.constantFrom(
    '.{',
    '}',
    '.a',
    '=',
    ',',
    '"',
    "'",
    '\\',
    '\\\\',
    '//',
    '-',
    '1',
    '0x',
    '@',
    '\n',
    'é',
    '.',
  );
  const pieces = fc.array(piece, { maxLength: 30 }).map((all) => Buffer.from(all.join('')));
  const bytes = fc.uint8Array({ maxLength: 200 }).map((all) => Buffer.from(all));
  const ends = new Set<string>();
  fc.assert(
    fc.property(fc.oneof(pieces, bytes), (text) => void ends.add(reading(text))),
    { numRuns: 20_000 },
  );
  expect([...ends].toSorted()).toEqual(['read', 'refused']);
});

test('damaged ZON is read or refused with a position', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
  const ends = new Set<string>();
  fc.assert(
    fc.property(anyPlain, damage, (value, changes) => {
      const text = Buffer.from(print(value));
      for (const [at, byte] of changes) text[at % text.length] = byte;
      ends.add(reading(text));
    }),
    { numRuns: 3000 },
  );
  expect([...ends].toSorted()).toEqual(['read', 'refused']);
});
