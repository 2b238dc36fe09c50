import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What a manifest is called. */
export const MANIFEST = 'vais.toml';
/** What its lock file is called. */
export const LOCK = 'vais.lock';

/** The folder of the first `vais.toml` from here upwards; undefined if there is none. */
export function projectFolder(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (isFile(join(folder, MANIFEST))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** False too for what cannot be looked at. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
