import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../kernel/index.ts';
import { WRITER } from './text.ts';

/** Where what another server left is kept, beside what it lay in. */
const KEPT = 'before-kontor';
/** The mark stands in the first bytes of what we write, also after a program has indented it. */
const HEAD = 200;

/** True if there is such a file, and we have not written it. */
export async function isForeign(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return !new RegExp(`"writtenBy"\\s*:\\s*"${WRITER}"`).test(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** Moves a file or folder `name` of `folder` to where nothing of ours lies, under a name that is free, and answers where. */
export async function keepAside(folder: string, name: string): Promise<string | undefined> {
  await mkdir(join(folder, KEPT), { recursive: true, mode: 0o750 });
  for (let number = 1; ; number += 1) {
    const target = join(folder, KEPT, number === 1 ? name : `${name}.${number}`);
    if (await exists(target)) continue;
    try {
      await rename(join(folder, name), target);
      return target;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
