import { stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { errnoOf, Fault, makeFolders } from '../../kernel/light/index.ts';
import { checkVaisName, isVaisName } from '../../formats/vais/light/index.ts';
import { MANIFEST } from './folder.ts';

/**
 * Makes a package of a folder: a manifest, and a source if there is none. Nothing that is there is changed. Resolves to the paths that were
 * made, relative to the folder. Fault `bad_request` if there is a manifest, `name_invalid`.
 *
 * @param name else that of the folder, as far as a package may be called so
 */
export async function initProject(folder: string, name: string = nameFor(folder)): Promise<string[]> {
  checkVaisName(name);
  await make(
    join(folder, MANIFEST),
    `[package]\nname = "${name}"\nversion = "0.1.0"\nauthors = []\ndescription = ""\nlicense = ""\n\n[dependencies]\n`,
  );
  const sources = ['src/lib.vais', 'src/main.vais'];
  const found = await Promise.all(sources.map((path) => stat(join(folder, path)).catch(() => undefined)));
  if (found.some(Boolean)) return [MANIFEST];
  await makeFolders(join(folder, 'src'));
  await make(join(folder, 'src/lib.vais'), `# ${name}\n`);
  return [MANIFEST, 'src/lib.vais'];
}

function nameFor(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '')
    .slice(0, 64);
  if (isVaisName(name)) return name;
  throw new Fault(
    'name_invalid',
    'This folder is not called as a package may be; say what it is with --name.',
  );
}

async function make(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    const why =
      errnoOf(cause) === 'EEXIST'
        ? 'is there already'
        : `cannot be written (${errnoOf(cause) ?? 'unknown error'})`;
    throw new Fault('bad_request', `${file} ${why}.`, { cause });
  }
}
