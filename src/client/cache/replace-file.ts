import { open, rename, rm } from 'node:fs/promises';

/** Puts a whole file in the place of the one there was. `aside` is a path of one's own on the same file system. */
export async function replaceFile(file: string, aside: string, content: Uint8Array | string): Promise<void> {
  try {
    const handle = await open(aside, 'wx', 0o644);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
}
