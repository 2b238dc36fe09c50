import { writeIdentifier, writeString } from './zon/index.ts';

/** The lines that a project's `dependencies` need for a package; the name is its manifest's. */
export function dependencySnippet(name: string, url: string, hash: string): string {
  return `.${writeIdentifier(name)} = .{\n    .url = ${writeString(url)},\n    .hash = ${writeString(hash)},\n},`;
}

/**
 * What fetches a package and writes it into the project's manifest.
 *
 * @param name what the project is to call it, where the package itself does not say
 */
export function fetchCommand(url: string, name?: string): string {
  const save = name === undefined ? '--save' : `--save=${inShell(name)}`;
  return `zig fetch ${save} ${inShell(url)}`;
}

/** Quoted where it has to be. */
function inShell(text: string): string {
  return /^[\w:/.@%+,=~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
