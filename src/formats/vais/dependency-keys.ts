import { nearest } from '../../kernel/light/index.ts';
import { manifestFault, type TomlFields } from './fields.ts';
import { shown } from './names.ts';

/** What the table of a dependency may say (vais.md 3; `optional` and `target` as published metadata has them). */
const KNOWN = ['version', 'path', 'features', 'optional', 'registry', 'target'];
/** Where other package managers let a dependency come from, in lower case and with `-`. */
const PLACES: ReadonlySet<string> = new Set([
  'git',
  'github',
  'gitlab',
  'bitbucket',
  'hg',
  'svn',
  'branch',
  'tag',
  'rev',
  'commit',
  'ref',
  'url',
  'uri',
  'source',
  'file',
  'archive',
  'tarball',
  'base',
  'registry-index',
]);
/** How they let it be called otherwise than its key. */
const NAMES: ReadonlySet<string> = new Set(['package', 'name', 'alias', 'rename']);
const INSTEAD =
  'write { path = "../folder" } for a package beside this one, or version = "^1.0.0" alone for one of the registry';

/**
 * Refuses keys without which another package would be taken than the one that is meant: what the registry has under the name may be
 * anybody's. Other keys that nobody knows are passed over where the table has a version or a path. Fault `manifest_invalid`.
 */
export function checkDependencyKeys(table: TomlFields, place: string): void {
  const { path, version, workspace = false } = table;
  if (path === undefined && workspace !== false) {
    throw manifestFault(`${place} is to come from a workspace, which Kontor does not know: ${INSTEAD}.`);
  }
  const unknown = Object.keys(table).filter((key) => key !== 'workspace' && !KNOWN.includes(key));
  for (const key of unknown) {
    const plain = key.toLowerCase().replaceAll('_', '-');
    if (PLACES.has(plain)) {
      throw manifestFault(
        `${place} is to come from elsewhere (${shown(key)}), which Kontor does not know: ${INSTEAD}.`,
      );
    }
    if (NAMES.has(plain)) {
      throw manifestFault(
        `${place} is to be a package of another name (${shown(key)}), which Kontor does not know: write that name in front of the "=", and take ${shown(key)} out.`,
      );
    }
  }
  const [first] = unknown;
  if (first === undefined || path !== undefined || version !== undefined) return;
  const meant = nearest(first, KNOWN);
  const advice =
    meant === undefined ? 'write version = "^1.0.0", or "*" for any.' : `did you mean "${meant}"?`;
  throw manifestFault(
    `${place} says neither version nor path, and has the key ${shown(first)}, which is not known: ${advice}`,
  );
}
