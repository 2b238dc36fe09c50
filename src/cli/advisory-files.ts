import { open, opendir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { defaultZipLimits, errnoOf, Fault, zipEntries } from '../kernel/index.ts';
import type { AdvisoryFile } from '../registry/index.ts';

/**
 * The `.json` files of a folder and those below it, or of a ZIP archive, one after the other. Hidden folders, links and other files
 * are passed over. Faults `bad_request` if there is neither, and those of `zipEntries`.
 */
export async function* filesOf(path: string): AsyncGenerator<AdvisoryFile> {
  const kind = await stat(path).catch((cause: unknown) => {
    throw new Fault('bad_request', `${path} cannot be read (${errnoOf(cause) ?? 'unknown error'}).`, {
      cause,
    });
  });
  if (kind.isDirectory()) yield* folderFiles(path, path);
  else yield* archiveFiles(path);
}

async function* folderFiles(root: string, folder: string): AsyncGenerator<AdvisoryFile> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.')) yield* folderFiles(root, path);
    if (!entry.isFile() || !entry.name.endsWith('.json')) continue;
    yield {
      name: relative(root, path),
      async read() {
        const { size } = await stat(path);
        if (size > defaultZipLimits.entryBytes) {
          throw new Fault('too_large', `The file has more than ${defaultZipLimits.entryBytes} bytes.`);
        }
        return readFile(path);
      },
    };
  }
}

async function* archiveFiles(path: string): AsyncGenerator<AdvisoryFile> {
  const file = await open(path);
  try {
    for await (const entry of zipEntries(file)) {
      if (entry.name.endsWith('.json')) yield entry;
    }
  } finally {
    await file.close();
  }
}
