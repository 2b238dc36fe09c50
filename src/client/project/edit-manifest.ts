import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf, Fault, isFault } from '../../kernel/light/index.ts';
import { underLock } from '../locks/index.ts';
import { readText } from './find.ts';
import { writeWhole } from './write-file.ts';

/**
 * Writes a manifest anew, as `edit` makes it of what stands there now: others who edit it at the same time wait, so that nobody writes over
 * what they wrote. Faults as those of reading and writing it, and of `edit`.
 */
export async function editManifest(file: string, edit: (text: string) => string): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const lock = join(dirname(target), `.${basename(target)}.lock`);
  try {
    await underLock(lock, async () => {
      const text = await readText(target);
      if (text === undefined) throw new Fault('not_found', `There is no ${file}.`);
      await writeWhole(target, edit(text));
    });
  } catch (cause) {
    const errno = errnoOf(cause);
    if (isFault(cause) || errno === undefined) throw cause;
    throw new Fault('bad_request', `${file} cannot be written (${errno}).`, { cause });
  }
}
