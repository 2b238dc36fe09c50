import * as fc from 'fast-check';
import type { ZonValue } from '../../src/formats/zig/zon/index.ts';
import { writeIdentifier, writeString } from '../../src/formats/zig/zon/index.ts';

/** A value of ZON without positions. */
export type Plain =
  | { struct: [string, Plain][] }
  | { list: Plain[] }
  | { string: string }
  | { char: number }
  | { integer: bigint }
  | { float: string }
  | { enum: string }
  | boolean
  | null;

export function plain(value: ZonValue): Plain {
  switch (value.kind) {
    case 'struct':
      return { struct: value.fields.map((field): [string, Plain] => [field.name, plain(field.value)]) };
    case 'tuple':
      return { list: value.values.map(plain) };
    case 'empty':
      return { list: [] };
    case 'string':
      return { string: value.bytes.toString() };
    case 'char':
      return { char: value.codePoint };
    case 'integer':
      return { integer: value.value };
    case 'float':
      return { float: value.text };
    case 'boolean':
      return value.value;
    case 'null':
      return null;
    case 'enum':
      return { enum: value.name };
  }
}

/** Writes a value as ZON; `blank` stands wherever a blank may. */
export function print(value: Plain, blank = ' '): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if ('struct' in value) {
    const fields = value.struct.map(
      ([name, inner]) => `.${blank}${writeIdentifier(name)}${blank}=${blank}${print(inner, blank)}${blank},`,
    );
    return `.${blank}{${blank}${fields.join(blank)}${blank}}`;
  }
  if ('list' in value) {
    return `.{${blank}${value.list.map((inner) => print(inner, blank)).join(`${blank},${blank}`)}${blank}}`;
  }
  if ('string' in value) return writeString(value.string);
  if ('char' in value) return `'\\u{${value.char.toString(16)}}'`;
  if ('integer' in value) return String(value.integer);
  if ('float' in value) return value.float;
  return `.${writeIdentifier(value.enum)}`;
}

const name = fc.oneof(
  fc.constantFrom('a', 'name', 'error', 'test', '_', 'u32', 'async', 'my-lib', 'é'),
  fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed()),
);

/** Any value that ZON can hold. */
export const anyPlain: fc.Arbitrary<Plain> = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<Plain[]>(null, true, false, { float: '1.5' }, { float: '-1e-9' }, { float: 'nan' }),
    fc
      .string({ unit: 'binary' })
      .filter((text) => text.isWellFormed())
      .map((string): Plain => ({ string })),
    fc.bigInt().map((integer): Plain => ({ integer })),
    name.map((word): Plain => ({ enum: word })),
    fc.integer({ min: 0, max: 0xd7ff }).map((char): Plain => ({ char })),
    fc.array(tie('value'), { maxLength: 4 }).map((list): Plain => ({ list })),
    fc
      .uniqueArray(fc.tuple(name, tie('value')), { minLength: 1, maxLength: 4, selector: ([key]) => key })
      .map((struct): Plain => ({ struct })),
  ),
})).value;
