import { Fault } from '../../kernel/index.ts';
import type { PackageRow } from '../../registry/index.ts';

const REVISION = /^(\d{1,15})-([0-9a-f]{1,16})$/;

/** `_rev` in CouchDB's form: the package's revision and who it is. Opaque to clients. */
export function revisionText({ id, revision }: Pick<PackageRow, 'id' | 'revision'>): string {
  return `${revision}-${id.toString(16).padStart(16, '0')}`;
}

/**
 * The revision of the package that a client saw, from the `_rev` in its path. Fault `bad_request` for what no `_rev` looks
 * like, `conflict` for that of another package.
 */
export function readRevision(text: string, head: Pick<PackageRow, 'id' | 'name'>): number {
  const [, revision, id] = REVISION.exec(text) ?? [];
  if (revision === undefined || id === undefined) {
    throw new Fault('bad_request', 'The path must end in the _rev of the package as it was read.');
  }
  if (Number.parseInt(id, 16) !== head.id) {
    throw new Fault(
      'conflict',
      `This is the _rev of another package than ${head.name}; read the package again.`,
    );
  }
  return Number(revision);
}
