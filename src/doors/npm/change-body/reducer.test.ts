import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonReducer } from './reducer.ts';
import { changeBy, memberOf, type Wanted } from './wanted.ts';

const wanted = changeBy('anna');

/** What the reducer must come to, done the simple way. */
function pick(value: unknown, parts: Wanted): unknown {
  if (parts === true) return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const members: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    const inner = memberOf(parts, key);
    if (inner !== undefined) members.push([key, pick(member, inner)]);
  }
  return Object.fromEntries(members);
}

/** Pushes the text in pieces of the given length, counted in bytes. */
function reduce(text: string | Buffer, piece = 1_000_000): unknown {
  const reducer = new JsonReducer(wanted);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece) reducer.push(bytes.subarray(at, at + piece));
  return reducer.end();
}

const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('versions', 'users', 'anna', 'dist-tags', 'maintainers') },
  { weight: 2, arbitrary: fc.constantFrom('deprecated', '_attachments', '1.0.0', '__proto__', 'con"st\\') },
  { weight: 1, arbitrary: fc.string() },
);
const leaf = fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map(Object.fromEntries),
  ),
}));
const document = fc.array(fc.tuple(key, tree), { maxLength: 6 }).map(Object.fromEntries);

describe('the parts of a document that a change can say', () => {
  test('are the same as if the whole had been parsed, in whatever pieces and with whatever blanks it comes', () => {
    fc.assert(
      fc.property(document, fc.constantFrom(undefined, 1, '\r\n\t'), fc.nat(40), (value, space, piece) => {
        const text = JSON.stringify(value, undefined, space);
        expect(reduce(text, piece + 1)).toEqual(pick(JSON.parse(text), wanted));
      }),
      { numRuns: 2000 },
    );
  });

  test('are the star of the sender only, and of a version only its message', () => {
    const sent = {
      readme: 'x'.repeat(100),
      users: { ben: true, anna: true },
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': { name: 'demo', deprecated: 'old', dist: { deprecated: 'no' } } },
      _attachments: { 'a.tgz': { data: 'AAAA' } },
    };
    expect(reduce(JSON.stringify(sent))).toEqual({
      users: { anna: true },
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': { deprecated: 'old' } },
      _attachments: { 'a.tgz': {} },
    });
  });

  test('are found under keys that are written with escapes', () => {
    expect(reduce(String.raw`{"versi\u006fns":{"1.0.0":{"\u0064eprecated":"a\"b"}}}`)).toEqual({
      versions: { '1.0.0': { deprecated: 'a"b' } },
    });
  });

  test.each([
    ['nothing', '', 'body_truncated'],
    ['an object without its end', '{"a":1', 'body_truncated'],
    ['a string without its end', '{"a":"', 'body_truncated'],
    ['an array', '[]', 'json_invalid'],
    ['two objects', '{}{}', 'json_invalid'],
    ['a comma too many', '{"a":1,}', 'json_invalid'],
    ['a comma at the beginning', '{,"a":1}', 'json_invalid'],
    ['a missing colon', '{"a"1}', 'json_invalid'],
    ['a missing value', '{"a":}', 'json_invalid'],
    ['a missing comma', '{"a":1 "b":2}', 'json_invalid'],
    ['a key that is no string', '{a:1}', 'json_invalid'],
    ['nonsense where it matters', '{"dist-tags":nonsense}', 'json_invalid'],
    ['brackets that do not match where it matters', '{"dist-tags":{"a":1]}', 'json_invalid'],
    ['nesting without end', `{"a":${'['.repeat(1000)}`, 'json_invalid'],
    [
      'bytes that are no UTF-8 where it matters',
      Buffer.from('{"dist-tags":"\xe9"}', 'latin1'),
      'json_invalid',
    ],
    ['a byte order mark', '\uFEFF{}', 'json_invalid'],
    ['more tags than fit', `{"dist-tags":"${'a'.repeat(3_000_000)}"}`, 'too_large'],
    ['a key without end', `{"${'a'.repeat(3_000_000)}`, 'too_large'],
  ])('refuses %s', (_what, text, code) => {
    for (const piece of [1_000_000, 7]) {
      let refusal: unknown;
      try {
        refusal = reduce(text, piece);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toMatchObject({ code });
    }
  });
});
