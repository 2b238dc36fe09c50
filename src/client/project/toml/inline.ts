import type { Change } from './change.ts';
import { scanInline, type Span } from './scan.ts';
import { tomlText, type TomlValue } from './values.ts';

/** Values by key; undefined: the key is not to be there. */
export type Fields = Readonly<Record<string, TomlValue | undefined>>;

/** `{ path = "../lib" }`, or the version alone where that is all. */
export function inlineValue(fields: Fields): string {
  const said = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value }],
  );
  const [only] = said;
  if (only !== undefined && said.length === 1 && only.key === 'version') return tomlText(only.value);
  return `{ ${said.map(({ key, value }) => `${key} = ${tomlText(value)}`).join(', ')} }`;
}

/** Gives fields of an inline table their values; the others stay. */
export function setInline(text: string, table: Span, fields: Fields): Change[] {
  const entries = scanInline(text, table.start);
  const isSaid = ([key]: readonly string[]) => key !== undefined && Object.hasOwn(fields, key);
  const missing = Object.entries(fields).filter(
    ([key, value]) => value !== undefined && !entries.some(({ path }) => path[0] === key),
  );
  const isEmptied = entries.every(({ path }) => isSaid(path) && fields[path[0] ?? ''] === undefined);
  // Nothing that is to stay stands in it.
  if (isEmptied) return [{ ...table, text: inlineValue(fields) }];
  const changes = entries.flatMap(({ path, value }, index): Change[] => {
    const wanted = fields[path[0] ?? ''];
    if (!isSaid(path)) return [];
    return wanted === undefined ? [removeEntry(text, table, index)] : [{ ...value, text: tomlText(wanted) }];
  });
  const first = entries[0];
  if (first !== undefined && missing.length > 0) {
    const added = missing.map(([key, value = '']) => `${key} = ${tomlText(value)}, `).join('');
    changes.push({ start: first.start, end: first.start, text: added });
  }
  return changes;
}

/** Adds an entry behind the last. */
export function addInline(text: string, table: Span, entry: string): Change {
  const last = scanInline(text, table.start).at(-1);
  if (last === undefined) return { ...table, text: `{ ${entry} }` };
  return { start: last.end, end: last.end, text: `, ${entry}` };
}

/** With its comma: that behind it, of the last one that before it. */
export function removeEntry(text: string, table: Span, index: number): Change {
  const entries = scanInline(text, table.start);
  const [before, entry, after] = [entries[index - 1], entries[index], entries[index + 1]];
  if (entry === undefined) return { start: table.end, end: table.end, text: '' };
  if (after !== undefined) return { start: entry.start, end: after.start, text: '' };
  if (before !== undefined) return { start: before.end, end: entry.end, text: '' };
  return { ...table, text: '{}' };
}
