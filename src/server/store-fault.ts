import { Fault, errnoOf } from '../kernel/index.ts';
import type { Catalogue } from '../registry/index.ts';
import type { BlobStorage } from './blob-storage.ts';
import type { Values } from './config/index.ts';

/** What the system says of a path, for people. */
const saidOfPaths: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the disk is mounted read-only',
  ENOENT: 'it is missing, and cannot be made',
  ENOTDIR: 'it is a file or lies below one',
  EEXIST: 'it is a file or lies below one',
  ENOSPC: 'the disk is full',
};

/** Primary result codes of SQLite; https://sqlite.org/rescode.html */
const saidOfDatabases: Readonly<Record<number, string>> = {
  8: 'this user may not write to it',
  11: 'it is damaged',
  14: 'it is no file, or this user may not open it',
  26: 'it is not an SQLite database',
};

/** A Fault that names path and setting, if a store could not be opened for a reason that the operator can mend; else the error. */
export function storeFault(error: unknown, { database }: Pick<Values, 'database'>): unknown {
  if (!(error instanceof Error)) return error;
  if ('errcode' in error && typeof error.errcode === 'number' && database.kind === 'sqlite') {
    const said = saidOfDatabases[error.errcode & 0xff];
    if (said === undefined) return error;
    return new Fault(
      'config_invalid',
      `The database ${database.path} cannot be opened: ${said}. Mend that, or set KONTOR_DATA or KONTOR_DATABASE to another place.`,
      { cause: error },
    );
  }
  const said = saidOfPaths[errnoOf(error) ?? ''];
  if (said === undefined || !('path' in error) || typeof error.path !== 'string') return error;
  return new Fault(
    'config_invalid',
    `${error.path} cannot be used: ${said}. Mend that, or set KONTOR_DATA, KONTOR_DATABASE or KONTOR_STORAGE to another place.`,
    { cause: error },
  );
}

/**
 * Refuses blobs that are not there though the database knows of some: a disk that is not mounted must not be taken for a new
 * store, or what is published now lies below the mount point and is gone at the next start. Fault `config_invalid`.
 */
export async function refuseLostBlobs(
  catalogue: Catalogue,
  { name, isEmpty }: Pick<BlobStorage, 'name' | 'isEmpty'>,
): Promise<void> {
  if (!isEmpty) return;
  const [known] = await catalogue.blobs('', 1);
  if (known === undefined) return;
  throw new Fault(
    'config_invalid',
    `The database knows packages, but ${name} is empty or missing: mount the disk, restore the files, or set KONTOR_STORAGE to the right place.`,
  );
}
