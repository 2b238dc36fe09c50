import { isAbsolute, relative, resolve, sep } from 'node:path';
import { Fault } from '../../kernel/light/index.ts';
import { readProject, type Project } from './find.ts';

/**
 * How a manifest says where a folder is, for the folder of a package as somebody typed it: relative to the manifest and with `/`; what was
 * typed absolute stays so. Fault `bad_request` if there is no such package, or it is called otherwise.
 */
export async function pathFor(
  project: Project,
  name: string,
  typed: { path: string; cwd: string },
): Promise<string> {
  const folder = resolve(typed.cwd, typed.path);
  const { manifest } = await readProject(folder);
  if (manifest.name !== name) {
    throw new Fault('bad_request', `The package in ${folder} is called "${manifest.name}", not "${name}".`);
  }
  if (folder === project.folder) {
    throw new Fault('bad_request', `${folder} is the project itself: a package cannot depend on itself.`);
  }
  return (isAbsolute(typed.path) ? folder : relative(project.folder, folder)).split(sep).join('/');
}
