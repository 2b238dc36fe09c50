import { Fault } from '../../../kernel/index.ts';
import { readNumber } from './numbers.ts';
import { ZonSource } from './source.ts';
import { readCharacter, readLines, readString } from './strings.ts';
import type { ZonField, ZonValue } from './values.ts';
import { KEYWORDS } from './words.ts';

export interface ZonLimits {
  bytes: number;
  /** Of structs and lists in one another. */
  depth: number;
  /** Of all kinds, the inner ones too. */
  values: number;
}

/** Zig takes manifests of 10 MiB; real ones have some kilobytes and some ten values, and ten megabytes pack to ten kilobytes. */
export const defaultZonLimits: ZonLimits = { bytes: 1024 * 1024, depth: 200, values: 100_000 };

export interface ZonDocument {
  value: ZonValue;
  /** A Fault about what stands at a byte of the document. */
  fault(at: number, problem: string): Fault;
}

/**
 * Reads ZON, the part of Zig's syntax that is data (Zig 0.16, `std.zig.ZonGen`): one value with comments around and in
 * it. Rejects with Fault `manifest_invalid` whose sentence begins with `name:line:column`, or `too_large`.
 */
export function parseZon(bytes: Buffer, name: string, limits: ZonLimits = defaultZonLimits): ZonDocument {
  if (bytes.length > limits.bytes) {
    throw new Fault('too_large', `${name} has ${bytes.length} bytes, and at most ${limits.bytes} are read.`);
  }
  const source = new ZonSource(bytes, name);
  checkEncoding(source, bytes);
  const parser = new Parser(source, limits);
  const value = parser.document();
  return { value, fault: (at, problem) => source.fault(at, problem) };
}

class Parser {
  readonly #source: ZonSource;
  readonly #limits: ZonLimits;
  #depth = 0;
  #values = 0;

  constructor(source: ZonSource, limits: ZonLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  document(): ZonValue {
    const source = this.#source;
    source.skip();
    const value = this.#value();
    source.skip();
    if (source.next !== '')
      throw source.fault(source.at, `nothing may follow the value but ${source.shown()} does`);
    return value;
  }

  #value(): ZonValue {
    const source = this.#source;
    const at = source.at;
    if (++this.#values > this.#limits.values) {
      throw source.fault(at, `there are more than ${this.#limits.values} values`);
    }
    if (source.next === '"') return { at, kind: 'string', bytes: readString(source) };
    if (source.take('\\\\')) return { at, kind: 'string', bytes: readLines(source) };
    if (source.next === "'") return { at, kind: 'char', codePoint: readCharacter(source) };
    if (/[0-9]/.test(source.next)) return readNumber(source, at, false);
    if (source.take('-')) return this.#negative(at);
    if (source.take('.')) return this.#dotted(at);
    return this.#word(at);
  }

  #negative(at: number): ZonValue {
    const source = this.#source;
    source.skip();
    if (/[0-9]/.test(source.next)) return readNumber(source, at, true);
    if (source.match(/inf(?![A-Za-z0-9_])/y) !== undefined) return { at, kind: 'float', text: '-inf' };
    throw source.fault(at, 'a number or inf must follow "-"');
  }

  #dotted(at: number): ZonValue {
    const source = this.#source;
    source.skip();
    if (source.take('{')) return this.#braces(at);
    const { name, quoted } = this.#identifier('"{" or a name must follow "."');
    return { at, kind: 'enum', name, quoted };
  }

  #word(at: number): ZonValue {
    const source = this.#source;
    const word = source.match(/[A-Za-z_][A-Za-z0-9_]*/y);
    switch (word) {
      case 'true':
      case 'false':
        return { at, kind: 'boolean', value: word === 'true' };
      case 'null':
        return { at, kind: 'null' };
      case 'inf':
      case 'nan':
        return { at, kind: 'float', text: word };
      case undefined:
        throw source.fault(at, `a value is expected, and ${source.shown()} is none`);
      default:
        throw source.fault(at, `${JSON.stringify(word.slice(0, 40))} is no value; data has only literals`);
    }
  }

  /** What follows `.{`. */
  #braces(at: number): ZonValue {
    if (++this.#depth > this.#limits.depth) {
      throw this.#source.fault(at, `values are nested more than ${this.#limits.depth} levels deep`);
    }
    const value = this.#startsField() ? this.#fields(at) : this.#elements(at);
    this.#depth--;
    return value;
  }

  /** True if `.name =` stands next, which makes it a struct. */
  #startsField(): boolean {
    const source = this.#source;
    source.skip();
    const begin = source.at;
    if (!source.take('.')) return false;
    source.skip();
    if (source.next === '@' || /[A-Za-z_]/.test(source.next)) {
      if (source.take('@')) readQuoted(source);
      else source.match(/[A-Za-z0-9_]+/y);
      source.skip();
      const isField = source.next === '=';
      source.at = begin;
      return isField;
    }
    source.at = begin;
    return false;
  }

  #fields(at: number): ZonValue {
    const source = this.#source;
    const fields: ZonField[] = [];
    const names = new Set<string>();
    do {
      const begin = source.at;
      if (!source.take('.'))
        throw source.fault(begin, `".name = value" is expected, and ${source.shown()} is none`);
      source.skip();
      const nameAt = source.at;
      const { name } = this.#identifier('the name of a field must follow "."');
      source.skip();
      if (!source.take('=')) throw source.fault(source.at, `"=" must follow the name of a field`);
      source.skip();
      if (names.has(name))
        throw source.fault(nameAt, `the field ${JSON.stringify(name.slice(0, 80))} is there twice`);
      names.add(name);
      fields.push({ at: nameAt, name, value: this.#value() });
    } while (this.#another());
    return { at, kind: 'struct', fields };
  }

  #elements(at: number): ZonValue {
    const values: ZonValue[] = [];
    if (this.#source.take('}')) return { at, kind: 'empty' };
    do values.push(this.#value());
    while (this.#another());
    return { at, kind: 'tuple', values };
  }

  /** Passes over what follows an element; true if one more does. */
  #another(): boolean {
    const source = this.#source;
    source.skip();
    if (source.take('}')) return false;
    if (!source.take(',')) throw source.fault(source.at, `"," or "}" is expected, not ${source.shown()}`);
    source.skip();
    return !source.take('}');
  }

  #identifier(otherwise: string): { name: string; quoted: boolean } {
    const source = this.#source;
    const at = source.at;
    if (source.take('@')) return { name: readQuoted(source), quoted: true };
    const name = source.match(/[A-Za-z_][A-Za-z0-9_]*/y);
    if (name === undefined) throw source.fault(at, otherwise);
    if (KEYWORDS.has(name)) {
      throw source.fault(at, `${name} is a keyword of Zig; write it as @"${name}"`);
    }
    return { name, quoted: false };
  }
}

/** `"…"` of a quoted identifier, behind its `@`. */
function readQuoted(source: ZonSource): string {
  const at = source.at;
  if (source.next !== '"') throw source.fault(at, 'a name in quotes must follow "@"');
  const name = readString(source);
  if (name.length === 0) throw source.fault(at, 'a name cannot be empty');
  if (name.includes(0)) throw source.fault(at, 'a name cannot hold NUL');
  return name.toString();
}

function checkEncoding(source: ZonSource, bytes: Buffer): void {
  const again = Buffer.from(bytes.toString());
  if (again.equals(bytes)) return;
  // What is not UTF-8 has become a replacement character.
  let at = 0;
  while (again[at] === bytes[at]) at++;
  throw source.fault(at, 'the text is not UTF-8; save it as UTF-8');
}
