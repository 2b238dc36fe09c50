import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, Fault, isFault } from '../../kernel/light/index.ts';
import type { Pinned } from './layout.ts';

/** Characters: as many as registries read. */
const LONGEST = 256 * 1024;

/**
 * Sees to it that unpacked files are the package that was asked for: its `vais.toml` has this name and version. Nothing else of it is read,
 * for what a compiler does not understand is for it to say. Fault `archive_invalid`.
 */
export async function checkManifest(folder: string, { name, version }: Pinned): Promise<void> {
  const text = await readFile(join(folder, 'vais.toml'), 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'EISDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  });
  if (text === undefined) throw new Fault('archive_invalid', `It has no vais.toml. ${REMEDY}`);
  const said = await packageOf(text);
  if (said['name'] === name && said['version'] === version) return;
  const [itsName, itsVersion] = [said['name'], said['version']].map((value) =>
    typeof value === 'string' ? JSON.stringify(value.slice(0, 128)) : 'nothing',
  );
  throw new Fault(
    'archive_invalid',
    `Its vais.toml says ${itsName} for the name and ${itsVersion} for the version. ${REMEDY}`,
  );
}

const REMEDY = 'Tell who publishes it, or the operator of the registry.';

async function packageOf(text: string): Promise<Record<string, unknown>> {
  const { isTable, parseTomlFile } = await import('../../formats/vais/light/index.ts');
  try {
    const { package: table } = parseTomlFile(text, { file: 'its vais.toml', longest: LONGEST });
    return isTable(table) ? table : {};
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new Fault('archive_invalid', `Its vais.toml cannot be read. ${REMEDY}`, { cause: error });
  }
}
