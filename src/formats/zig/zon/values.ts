/** A value of ZON and the byte at which it begins. */
export type ZonValue = { at: number } & (
  | { kind: 'struct'; fields: ZonField[] }
  | { kind: 'tuple'; values: ZonValue[] }
  /** `.{}`, which is a struct and a tuple. */
  | { kind: 'empty' }
  /** Strings are bytes in Zig, and need not be UTF-8 once their escapes are read. */
  | { kind: 'string'; bytes: Buffer }
  | { kind: 'char'; codePoint: number }
  | { kind: 'integer'; value: bigint }
  /** As written, without its separators. */
  | { kind: 'float'; text: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' }
  | { kind: 'enum'; name: string; quoted: boolean }
);

export interface ZonField {
  at: number;
  name: string;
  value: ZonValue;
}

/** The field of that name, if the value is a struct that has it. */
export function fieldOf(value: ZonValue, name: string): ZonField | undefined {
  return value.kind === 'struct' ? value.fields.find((field) => field.name === name) : undefined;
}

/** What a value is, for a sentence. */
export function describeKind({ kind }: ZonValue): string {
  return NAMES[kind];
}

const NAMES: Record<ZonValue['kind'], string> = {
  struct: 'a struct',
  tuple: 'a list',
  empty: 'empty',
  string: 'a string',
  char: 'a character',
  integer: 'an integer',
  float: 'a float',
  boolean: 'a boolean',
  null: 'null',
  enum: 'an enum literal',
};
