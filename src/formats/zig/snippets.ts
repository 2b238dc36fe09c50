import { writeIdentifier, writeString } from './zon/index.ts';

/** The lines that a project's `dependencies` need for a package; the name is its manifest's. */
export function dependencySnippet(name: string, url: string, hash: string): string {
  return `.${writeIdentifier(name)} = .{\n    .url = ${writeString(url)},\n    .hash = ${writeString(hash)},\n},`;
}

/** What fetches a package and writes it into the project's manifest. */
export function fetchCommand(url: string): string {
  return `zig fetch --save ${/^[\w:/.@%+,=~-]+$/.test(url) ? url : `'${url.replaceAll("'", "'\\''")}'`}`;
}
