import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

/** The npm that a user of this machine gets, without running it. */
export interface InstalledNpm {
  /** Its package's folder, where its built-in configuration is. */
  folder: string;
  /** The Node that runs it; its global configuration lies relative to that. */
  node: string;
}

/**
 * Finds the machine's npm. The Node that runs us may come from our own `node_modules`, which says nothing about where
 * npm keeps its configuration, so folders of that kind on the PATH do not count.
 */
export async function findNpm(env: NodeJS.ProcessEnv): Promise<InstalledNpm> {
  const path = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder.startsWith('/') && !folder.includes('/node_modules/'));
  // Under `npm start` npm says where it is; other package managers use the same variable for themselves.
  const caller = env['npm_execpath']?.endsWith('/bin/npm-cli.js')
    ? await resolved(env['npm_execpath'])
    : undefined;
  const npm = caller ?? (await firstOf(path.map((folder) => join(folder, 'npm'))));
  const node =
    (await firstOf([
      ...(caller && env['npm_node_execpath'] ? [env['npm_node_execpath']] : []),
      ...path.map((folder) => join(folder, 'node')),
    ])) ?? process.execPath;
  const folder = npm?.endsWith('/bin/npm-cli.js')
    ? dirname(dirname(npm))
    : join(dirname(dirname(node)), 'lib', 'node_modules', 'npm');
  return { folder, node };
}

async function firstOf(files: string[]): Promise<string | undefined> {
  for (const file of files) {
    const found = await resolved(file);
    if (found) return found;
  }
  return undefined;
}

/** The file itself, links followed, if it can be run. */
async function resolved(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.X_OK);
    return await realpath(file);
  } catch {
    return undefined;
  }
}
