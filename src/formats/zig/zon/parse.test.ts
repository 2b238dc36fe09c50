import { expect, test } from 'vitest';
import { plain } from '../../../../test/formats/zon.ts';
import { defaultZonLimits, parseZon } from './index.ts';

const read = (text: string | Buffer) => plain(parseZon(Buffer.from(text), 'build.zig.zon').value);

test.each([
  ['1', { integer: 1n }],
  ['0xff_ff', { integer: 0xffffn }],
  ['0o17', { integer: 15n }],
  ['0b1_0', { integer: 2n }],
  ['- 12', { integer: -12n }],
  ['99999999999999999999999999999999999999', { integer: 99999999999999999999999999999999999999n }],
  ['1_0.5e-1_0', { float: '10.5e-10' }],
  ['-0x1p3', { float: '-0x1p3' }],
  ['0x1.8', { float: '0x1.8' }],
  ['-inf', { float: '-inf' }],
  ['nan', { float: 'nan' }],
  ['true', true],
  ['null', null],
  [String.raw`"a\n\r\t\\\"\'\x41\u{1f600}é"`, { string: 'a\n\r\t\\"\'A😀é' }],
  [String.raw`'\u{1F600}'`, { char: 0x1f600 }],
  ["'é'", { char: 0xe9 }],
  [String.raw`'\''`, { char: 39 }],
  ['\\\\one \\n\n  // between\n  \\\\two\n', { string: 'one \\n\ntwo' }],
  ['\\\\windows\r\n\\\\lines\r\n', { string: 'windows\nlines' }],
  ['.name', { enum: 'name' }],
  ['.@"my-lib"', { enum: 'my-lib' }],
  ['.{}', { list: [] }],
  [
    '.{ 1, .two, .{ "three" }, }',
    { list: [{ integer: 1n }, { enum: 'two' }, { list: [{ string: 'three' }] }] },
  ],
  [
    '.{ .a = 1, .@"b-c" = .{} }',
    {
      struct: [
        ['a', { integer: 1n }],
        ['b-c', { list: [] }],
      ],
    },
  ],
  ['// a comment\r\n.{ . a // another\n = 1 } //// the last', { struct: [['a', { integer: 1n }]] }],
  ['\uFEFF.{ .a = \\\\x\n, }', { struct: [['a', { string: 'x' }]] }],
])('%j is read', (text, value) => {
  expect(read(text)).toEqual(value);
});

test('a string may hold bytes that are no text', () => {
  const { value } = parseZon(Buffer.from(String.raw`"\xff\x00"`), 'x');
  expect(value).toMatchObject({ kind: 'string', bytes: Buffer.of(0xff, 0) });
});

test.each([
  ['', '1:1', 'the end of the file'],
  ['.{\n  .a = 1\n  .b = 2,\n}', '3:3', '"," or "}" is expected'],
  ['.{ .a = 1, .a = 2 }', '1:13', 'there twice'],
  [String.raw`.{ .@"a\x62" = 1, .ab = 2 }`, '1:20', 'there twice'],
  ['.{ 1, .a = 2 }', '1:10', '"," or "}" is expected, not "="'],
  ['.{ .a = 1, 2 }', '1:12', 'name = value'],
  ['.{,}', '1:3', '","'],
  ['.{ .a = 1,, }', '1:11', 'name = value'],
  ['.{} .{}', '1:5', 'nothing may follow'],
  ['.{ .a = (1) }', '1:9', 'value is expected'],
  ['.{ .a = foo }', '1:9', '"foo" is no value'],
  ['.{ .a = undefined }', '1:9', 'is no value'],
  ['.{ .a = &.{} }', '1:9', '"&"'],
  ['.{ .error = 1 }', '1:5', 'keyword'],
  ['.{ .a = .error }', '1:10', 'keyword'],
  ['.{ .a = .@"" }', '1:11', 'empty'],
  [String.raw`.{ .a = .@"x\x00" }`, '1:11', 'NUL'],
  ['.{ .a = .1 }', '1:10', 'must follow'],
  ['.{ .a = 01 }', '1:9', 'is not a number'],
  ['.{ .a = 0x }', '1:9', 'is not a number'],
  ['.{ .a = 0X1 }', '1:9', 'is not a number'],
  ['.{ .a = 1_ }', '1:9', 'is not a number'],
  ['.{ .a = 1__0 }', '1:9', 'is not a number'],
  ['.{ .a = 12ab }', '1:9', '"12ab"'],
  ['.{ .a = -0 }', '1:9', '-0'],
  ['.{ .a = -nan }', '1:9', 'must follow "-"'],
  ['.{ .a = 1. }', '1:10', 'not "."'],
  ['.{ .a = "x }\n', '1:9', 'does not end on its line'],
  ['.{ .a = "\t" }', '1:10', 'control character'],
  [String.raw`.{ .a = "\q" }`, '1:10', 'escape'],
  [String.raw`.{ .a = "\u{110000}" }`, '1:10', 'Unicode'],
  [String.raw`.{ .a = "\u{d800}" }`, '1:10', 'Unicode'],
  [String.raw`.{ .a = "\u{}" }`, '1:10', 'escape'],
  [".{ .a = 'ab' }", '1:9', 'one character'],
  [".{ .a = '' }", '1:9', 'one character'],
  ['// a\ttab\n.{}', '1:5', 'control character'],
  ['.{ .a = \\\\a\ttab\n }', '1:12', 'control character'],
  ['/// what for\n.{}', '1:1', 'documentation comment'],
  ['//! what for\n.{}', '1:1', 'documentation comment'],
  ['.{ .é = 1 }', '1:5', 'must follow "."'],
  ['.{ .a = é }', '1:9', '"é"'],
  [Buffer.from('.{\n .a = "\xe9" }', 'latin1'), '2:8', 'not UTF-8'],
  ['.{'.repeat(1000), '1:401', '200 levels'],
  [`.{ ${'1,'.repeat(100_001)} }`, '1:200002', '100000 values'],
  ['9'.repeat(2000), '1:1', '1000 digits'],
])('%j is refused at %s', (text, position, words) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({
      code: 'manifest_invalid',
      message: expect.stringMatching(new RegExp(`^build\\.zig\\.zon:${position}: `)),
    }),
  );
  expect(() => read(text)).toThrow(words);
});

test('a text that is too long is refused before it is read', () => {
  expect(() => parseZon(Buffer.alloc(1024 * 1024 + 1), 'x')).toThrow(
    expect.objectContaining({ code: 'too_large' }),
  );
});

test('a number is taken up to 1000 digits, whatever stands behind it', () => {
  expect(read('9'.repeat(1000))).toEqual({ integer: 10n ** 1000n - 1n });
  expect(read(`.{ ${'9'.repeat(1000)}, 1 }`)).toEqual({
    list: [{ integer: 10n ** 1000n - 1n }, { integer: 1n }],
  });
});

test('millions of digits are refused with a Fault', () => {
  const limits = { ...defaultZonLimits, bytes: 10 * 1024 * 1024 };
  for (const text of [
    '1'.repeat(10_000_000),
    '1_'.repeat(5_000_000),
    `-0x1.${'f_'.repeat(400)}p-${'1'.repeat(900)}`,
  ]) {
    expect(() => parseZon(Buffer.from(text), 'x', limits)).toThrow(
      expect.objectContaining({ code: 'manifest_invalid' }),
    );
  }
});

test('a string of many escapes is read to its bytes', () => {
  const found = read(`"${String.raw`\n\x41\u{e9}`.repeat(70_000)}"`);
  expect(found).toEqual({ string: '\nAé'.repeat(70_000) });
});
