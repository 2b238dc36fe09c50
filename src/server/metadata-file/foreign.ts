import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, makeFolders } from '../../kernel/index.ts';
import { freeName } from './places.ts';
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

/** Moves a file of a folder to where nothing of ours lies, under a name that is free, and answers where it is. */
export async function keepAside(folder: string, name: string): Promise<string> {
  const kept = join(folder, KEPT);
  await makeFolders(kept, 0o750);
  const target = join(kept, await freeName(kept, name));
  await rename(join(folder, name), target);
  return target;
}
