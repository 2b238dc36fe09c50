import { lineAfter, newlineOf, type Change } from './change.ts';
import { addInline, inlineValue, removeEntry, setInline, type Fields } from './inline.ts';
import { lineEnd, scan, scanInline, type Header, type Pair, type Statement } from './scan.ts';
import { tomlText, type TomlValue } from './values.ts';

/** What of a text is about a table of dependencies, in whichever of TOML's ways it is written. */
export class DependencyTable {
  readonly #text: string;
  readonly #table: string;
  readonly #statements: Statement[];

  constructor(text: string, table: string) {
    this.#text = text;
    this.#table = table;
    this.#statements = scan(text);
  }

  get exists(): boolean {
    return this.#headers([this.#table]).length > 0 || this.#pairs([this.#table]).length > 0;
  }

  has(name: string): boolean {
    const path = [this.#table, name];
    const inline = this.#inlineTable();
    if (inline !== undefined) return this.#entryOf(inline, name) !== -1;
    return this.#headers(path).length > 0 || this.#pairs(path).length > 0;
  }

  /** Gives the fields of a dependency their values, and adds it if it is not there. */
  set(name: string, fields: Fields): Change[] {
    return this.has(name) ? this.#change(name, fields) : [this.#add(name, fields)];
  }

  remove(name: string): Change[] {
    const inline = this.#inlineTable();
    if (inline !== undefined) {
      const index = this.#entryOf(inline, name);
      return index === -1 ? [] : [removeEntry(this.#text, inline.value, index)];
    }
    const path = [this.#table, name];
    const headers = this.#headers(path);
    const sections = headers.map((header) => this.#sectionOf(header));
    const lines = this.#pairs(path)
      .filter((pair) => !sections.some((section) => section.start <= pair.start && pair.end <= section.end))
      .map(({ start, end }) => ({ start, end, text: '' }));
    return [...sections, ...lines];
  }

  #change(name: string, fields: Fields): Change[] {
    const inline = this.#inlineTable();
    const entry = inline && scanInline(this.#text, inline.value.start)[this.#entryOf(inline, name)];
    const path = [this.#table, name];
    const pairs = this.#pairs(path);
    // `{ a.version = "1", a.path = "x" }`, which nobody writes.
    if (entry !== undefined && entry.path.length > 1) return [];
    const value = entry?.value ?? pairs.find((pair) => pair.path?.length === 2)?.value;
    if (value !== undefined) {
      return this.#text[value.start] === '{'
        ? setInline(this.#text, value, fields)
        : [{ ...value, text: inlineValue(fields) }];
    }
    return Object.entries(fields).flatMap(([key, wanted]) => {
      const pair = pairs.find((one) => one.path?.[2] === key);
      if (pair !== undefined) {
        return wanted === undefined
          ? [{ start: pair.start, end: pair.end, text: '' }]
          : [{ ...pair.value, text: tomlText(wanted) }];
      }
      return wanted === undefined ? [] : [this.#addField(path, key, wanted)];
    });
  }

  /** Below `[dependencies.name]`, or as `name.key = "…"` beside others of that form. */
  #addField(path: string[], key: string, wanted: TomlValue): Change {
    const header = this.#headers(path).find((one) => one.path.length === 2);
    const field = `${key} = ${tomlText(wanted)}`;
    if (header !== undefined) {
      return lineAfter(this.#text, header.end, `${this.#pairs(path)[0]?.indent ?? ''}${field}`);
    }
    const beside = this.#pairs(path).find((pair) => pair.depth < 2);
    if (beside === undefined) return this.#newSection(path, field);
    return lineAfter(this.#text, beside.end, `${beside.indent}${this.#prefix(beside, 2)}${field}`);
  }

  #add(name: string, fields: Fields): Change {
    const line = `${name} = ${inlineValue(fields)}`;
    const inline = this.#inlineTable();
    if (inline !== undefined) return addInline(this.#text, inline.value, line);
    const header = this.#headers([this.#table]).find((one) => one.path.length === 1);
    if (header !== undefined) return this.#addLine(header, name, line);
    const dotted = this.#pairs([this.#table]).findLast((pair) => pair.depth === 0);
    if (dotted !== undefined) {
      return lineAfter(this.#text, dotted.end, `${dotted.indent}${this.#prefix(dotted, 1)}${line}`);
    }
    const last = this.#headers([this.#table]).at(-1);
    if (last === undefined) return this.#newSection([this.#table], line);
    const newline = newlineOf(this.#text);
    const body = Object.entries(fields).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key} = ${tomlText(value)}`],
    );
    const section = ['', `[${this.#table}.${name}]`, ...body].join(newline);
    return lineAfter(this.#text, this.#sectionOf(last).end, section);
  }

  /** In the order of the names if they have one, else as the last. What stands above a line stays above it. */
  #addLine(header: Header, name: string, line: string): Change {
    const end = this.#endOf(header);
    const pairs = this.#statements.filter(
      (one): one is Pair => one.kind === 'pair' && one.start >= header.end && one.end <= end,
    );
    const names = pairs.map((pair) => pair.path?.[1] ?? '');
    const isSorted =
      names.length > 1 && names.every((one, index) => index === 0 || (names[index - 1] ?? '') <= one);
    const before = isSorted ? pairs.filter((_, index) => (names[index] ?? '') < name) : pairs;
    const beside = before.at(-1);
    return lineAfter(this.#text, beside?.end ?? header.end, `${(beside ?? pairs[0])?.indent ?? ''}${line}`);
  }

  /** At the end of the file, behind an empty line. */
  #newSection(path: string[], line: string): Change {
    const newline = newlineOf(this.#text);
    const { length } = this.#text;
    const isSpaced = length === 0 || /\n\r?\n$/.test(this.#text);
    const section = [...(isSpaced ? [] : ['']), `[${path.join('.')}]`, line].join(newline);
    const change = lineAfter(this.#text, length, section);
    return change.text.endsWith(newline) ? change : { ...change, text: `${change.text}${newline}` };
  }

  /** `dependencies = { … }` */
  #inlineTable(): Pair | undefined {
    return this.#pairs([this.#table]).find((pair) => pair.path?.length === 1);
  }

  #entryOf(inline: Pair, name: string): number {
    return scanInline(this.#text, inline.value.start).findIndex(({ path }) => path[0] === name);
  }

  /** How the first parts of a pair's key are written: `name.` of `name.version`. */
  #prefix(pair: Pair, parts: number): string {
    const path = pair.path ?? [];
    return path
      .slice(pair.depth, parts)
      .map((part) => `${keyText(part)}.`)
      .join('');
  }

  #headers(path: string[]): Header[] {
    return this.#statements.filter(
      (one): one is Header => one.kind === 'header' && path.every((part, index) => one.path[index] === part),
    );
  }

  #pairs(path: string[]): Pair[] {
    return this.#statements.filter(
      (one): one is Pair =>
        one.kind === 'pair' &&
        one.path !== undefined &&
        path.every((part, index) => one.path?.[index] === part),
    );
  }

  /** From the header to its last pair, with the empty lines behind if there are some before: comments there are about what follows. */
  #sectionOf(header: Header): Change {
    const until = this.#endOf(header);
    const last = this.#statements.findLast((one) => one.start >= header.start && one.end <= until);
    let end = last?.end ?? header.end;
    if (header.start > 0 && !/\n\r?\n$/.test(this.#text.slice(0, header.start))) {
      return { start: header.start, end, text: '' };
    }
    while (end < until && this.#text.slice(end, lineEnd(this.#text, end)).trim() === '') {
      end = lineEnd(this.#text, end);
    }
    return { start: header.start, end, text: '' };
  }

  /** Where the next header's line begins. */
  #endOf(header: Header): number {
    const next = this.#statements.find((one) => one.kind === 'header' && one.start >= header.end);
    return next?.start ?? this.#text.length;
  }
}

function keyText(part: string): string {
  return /^[A-Za-z0-9_-]+$/.test(part) ? part : tomlText(part);
}
