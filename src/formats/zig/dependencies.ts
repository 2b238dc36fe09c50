import { describeKind, fieldOf, type ZonDocument, type ZonField, type ZonValue } from './zon/index.ts';

/** What a manifest says of a package that it needs. */
export interface ZigDependency {
  /** Of the field, without quotes. */
  name: string;
  url: string | null;
  /** As written, in either form; null for one with a path, or where it is to be filled in yet. */
  hash: string | null;
  /** Of a package in a folder nearby. */
  path: string | null;
  lazy: boolean;
}

/** Reads `dependencies`. Fault `manifest_invalid`. */
export function readDependencies(document: ZonDocument, value: ZonValue): ZigDependency[] {
  if (value.kind === 'empty') return [];
  if (value.kind !== 'struct') {
    throw document.fault(
      value.at,
      `dependencies is a struct with a field for each, not ${describeKind(value)}`,
    );
  }
  return value.fields.map((field) => readDependency(document, field));
}

function readDependency(document: ZonDocument, { name, at, value }: ZonField): ZigDependency {
  const shown = JSON.stringify(name.slice(0, 80));
  if (value.kind !== 'struct') {
    throw document.fault(
      value.at,
      `the dependency ${shown} is a struct with a url and a hash, or with a path`,
    );
  }
  const text = (field: string): string | null => {
    const found = fieldOf(value, field)?.value;
    if (found === undefined) return null;
    if (found.kind === 'string') return found.bytes.toString();
    throw document.fault(
      found.at,
      `${field} of the dependency ${shown} is a string, not ${describeKind(found)}`,
    );
  };
  const lazy = fieldOf(value, 'lazy')?.value;
  if (lazy !== undefined && lazy.kind !== 'boolean') {
    throw document.fault(
      lazy.at,
      `lazy of the dependency ${shown} is true or false, not ${describeKind(lazy)}`,
    );
  }
  const dependency = {
    name,
    url: text('url'),
    hash: text('hash'),
    path: text('path'),
    lazy: lazy?.value ?? false,
  };
  if ((dependency.url === null) === (dependency.path === null)) {
    throw document.fault(at, `the dependency ${shown} needs either a url or a path`);
  }
  return dependency;
}
