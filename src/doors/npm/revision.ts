import { Fault } from '../../kernel/index.ts';
import type { PackageRow } from '../../registry/index.ts';

const REVISION = /^(\d{1,15})-([0-9a-f]{1,16})$/;

/** Digits of the id in the `_rev` of a whole document; that of a partial one has one less. */
const DIGITS = 16;

/**
 * `_rev` in CouchDB's form: the package's revision and who it is. Opaque to clients. A document from which the gate hides versions
 * says so in it: who sends it back does not mean to remove them.
 */
export function revisionText(
  { id, revision }: Pick<PackageRow, 'id' | 'revision'>,
  { partial } = { partial: false },
): string {
  return `${revision}-${id.toString(16).padStart(partial ? DIGITS - 1 : DIGITS, '0')}`;
}

/** True for the `_rev` of a document without its hidden versions. */
export function isPartial(text: string): boolean {
  return text.length - text.indexOf('-') - 1 === DIGITS - 1;
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
