import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathFault } from '../../kernel/light/index.ts';

/**
 * Writes a text in place of a file: there is the old one or the new one, whole, whatever happens in between. A link stays one, and the
 * permissions stay. Faults as `pathFault` if that is not possible.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const before = await stat(target).catch(() => undefined);
    const handle = await open(temporary, 'wx', before === undefined ? 0o666 : before.mode & 0o777);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw pathFault(cause, file, 'cannot be written');
  }
}

/** So that the new name lasts too. Not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
