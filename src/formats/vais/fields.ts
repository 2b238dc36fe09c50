import { Fault } from '../../kernel/light/index.ts';

/** A table as TOML gives it; it has no prototype, so every key is one of the file's. */
export type TomlFields = Readonly<Record<string, unknown>>;

export function manifestFault(sentence: string): Fault {
  return new Fault('manifest_invalid', `vais.toml: ${sentence}`);
}

/** The table under a key; undefined where there is none. Fault `manifest_invalid` for anything else. */
export function tableAt(fields: TomlFields, key: string, place: string = `[${key}]`): TomlFields | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  if (isTable(value)) return value;
  throw manifestFault(`${place} must be a table, not ${describe(value)}.`);
}

export function textAt(fields: TomlFields, key: string, place: string): string | undefined {
  const value = fields[key];
  if (value === undefined || typeof value === 'string') return value;
  throw manifestFault(`"${key}" of ${place} must be a text in quotes, not ${describe(value)}.`);
}

export function textsAt(fields: TomlFields, key: string, place: string): string[] | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw manifestFault(`"${key}" of ${place} must be a list of texts, such as ${key} = ["one", "two"].`);
}

export function flagAt(fields: TomlFields, key: string, place: string): boolean | undefined {
  const value = fields[key];
  if (value === undefined || typeof value === 'boolean') return value;
  throw manifestFault(`"${key}" of ${place} must be true or false, not ${describe(value)}.`);
}

export function isTable(value: unknown): value is TomlFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isTable(value)) return 'a table';
  if (value instanceof Date) return 'a date';
  return typeof value === 'string' ? 'a text' : `the ${typeof value} ${String(value)}`;
}
