import { showDatabase, type Config } from '../server/index.ts';
import type { StorageBackends } from './shapes.ts';

export function backendsOf({ values: { storage, database } }: Config): StorageBackends {
  return {
    tarball:
      storage.kind === 'files'
        ? { kind: 'files', place: storage.path }
        : { kind: 's3', place: `${storage.bucket}/${storage.prefix}` },
    metadata: { kind: database.kind, place: showDatabase(database).replace(/^sqlite:/, '') },
  };
}
