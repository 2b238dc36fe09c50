import { posix } from 'node:path';
import { isObject, own, type JsonObject } from './json.ts';

/*
 * Clients publish a manifest that they have tidied and an archive that holds package.json as its author wrote it. These
 * functions bring a field of either to one form. What they undo was seen in the publish requests of npm 11, pnpm 12,
 * yarn 1, yarn 4 and bun 1.
 */

/** Script texts by name; npm cuts the path to installed commands from the beginning of a script. */
export function scripts(manifest: JsonObject): Map<string, string> {
  const result = new Map<string, string>();
  for (const [name, text] of texts(own(manifest, 'scripts'))) {
    result.set(name, text.trim().replace(/^(\.[/\\])?node_modules[/\\]\.bin[/\\]/, ''));
  }
  return result;
}

/** Dependencies of one kind; npm turns the ancient lists and strings (`["a@1", "b"]`) into objects. */
export function dependencies(manifest: JsonObject, kind: string): Map<string, string> {
  const value = own(manifest, kind);
  const list = typeof value === 'string' ? value.trim().split(/[\s,]+/) : value;
  if (!Array.isArray(list)) return texts(value);
  const result = new Map<string, string>();
  for (const item of list as unknown[]) {
    const [, name = '', range = ''] =
      typeof item === 'string' ? (/^(@?[^@\s><=]+)@?(.*)$/.exec(item.trim()) ?? []) : [];
    if (name !== '') result.set(name, range.trim());
  }
  return result;
}

/**
 * What an install needs, optional or not: some clients repeat optional dependencies among the others, some remove them
 * there.
 */
export function allDependencies(manifest: JsonObject): Map<string, string> {
  return new Map([
    ...dependencies(manifest, 'dependencies'),
    ...dependencies(manifest, 'optionalDependencies'),
  ]);
}

/** True if two dependency specifiers mean the same; npm writes shortcuts for hosted repositories in full. */
export function sameSpecifier(one: string, other: string): boolean {
  if (one.trim() === other.trim()) return true;
  const a = repository(one);
  const b = repository(other);
  if (a === undefined || b === undefined || a.path !== b.path) return false;
  return a.host === undefined || b.host === undefined || a.host === b.host;
}

/** `owner/name#commit` and the host, if the specifier names one. */
function repository(specifier: string): { host: string | undefined; path: string } | undefined {
  const [address = '', commit = ''] = specifier.trim().split('#', 2);
  const parts = address
    .replace(/^[a-z+]+:(\/\/)?/, '')
    .replace(/^[^@/]*@/, '')
    .replace(/\.git$/, '')
    .split(/[/:]/);
  if (parts.length < 2 || parts.length > 4) return undefined;
  const host = parts.length > 2 ? parts[0] : undefined;
  return { host, path: `${parts.slice(-2).join('/')}#${commit}` };
}

/** Commands and their files. The value may be one path or a list too; keys lose their folders, paths stay inside. */
export function bin(manifest: JsonObject): Map<string, string> {
  const value = own(manifest, 'bin');
  const name = own(manifest, 'name');
  const result = new Map<string, string>();
  const add = (command: string, path: unknown): void => {
    const base = posix.basename(inside(command));
    if (base !== '' && typeof path === 'string' && inside(path) !== '') result.set(base, inside(path));
  };
  if (typeof value === 'string' && typeof name === 'string') add(name, value);
  else if (Array.isArray(value)) for (const path of value as unknown[]) add(String(path), path);
  else if (isObject(value)) for (const [command, path] of Object.entries(value)) add(command, path);
  return result;
}

function inside(path: string): string {
  return posix.join('/', path.replace(/[\\:]/g, '/')).slice(1);
}

function texts(value: unknown): Map<string, string> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
