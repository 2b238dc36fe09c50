import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST, projectFolder } from '../../client/project/light/index.ts';
import type { Context } from './context.ts';

/**
 * The registry that the manifest of the project names, if a line is in a project and does not say another itself. A manifest that cannot be
 * read names none: commands that are not about the project go on without it.
 */
export async function manifestsRegistry(
  { cwd, warn }: Context,
  given: { registry?: string },
): Promise<string | undefined> {
  if (given.registry !== undefined) return undefined;
  const project = projectFolder(cwd);
  if (project === undefined) return undefined;
  const file = join(project, MANIFEST);
  try {
    const { readVaisManifest } = await import('../../formats/vais/light/index.ts');
    return readVaisManifest(await readFile(file, 'utf8'), { unpublished: true }).registry;
  } catch (error) {
    warn(`${file} is not heeded: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
