import { checkTag } from '../../formats/npm/index.ts';
import { Fault, isObject } from '../../kernel/index.ts';

/** What a document without a tarball asks for, sent to a package's own path. */
export type MetadataChange =
  /** Version to its message; null takes it back. Versions that are not named keep theirs. */
  { deprecate: Map<string, string | null> } | { star: boolean };

/** What is to be left of a package. */
export interface Remainder {
  keep: Set<string>;
  /** As the document has them; undefined if it has none. */
  tags: Map<string, string> | undefined;
}

/** What a document asks for that is sent to a `-rev` of a package. */
export type RevisionChange = Remainder | { maintainers: string[] };

const LONGEST_MESSAGE = 2000;
const MOST_OWNERS = 200;

/**
 * `npm deprecate` and `npm star`: protocols/npm 3.2 and 3.4. Of the stars only the caller's own is looked at. Undefined if it is
 * neither; Fault `manifest_invalid` for a message that is none.
 */
export function readMetadataChange(document: unknown, userName: string): MetadataChange | undefined {
  const versions = member(document, 'versions');
  const users = member(document, 'users');
  if (versions === undefined) return isObject(users) ? { star: member(users, userName) === true } : undefined;
  const deprecate = new Map<string, string | null>();
  for (const [version, manifest] of entries(versions)) {
    const message = member(manifest, 'deprecated');
    if (message === undefined) continue;
    deprecate.set(version, readMessage(version, message));
  }
  return deprecate.size > 0 ? { deprecate } : undefined;
}

/** `npm unpublish` and `npm owner`: protocols/npm 3.5 and 3.3. Fault `manifest_invalid` if it is neither. */
export function readRevisionChange(document: unknown): RevisionChange {
  const versions = member(document, 'versions');
  const maintainers = member(document, 'maintainers');
  if (versions !== undefined) return { keep: readVersions(versions), tags: readTags(document) };
  if (Array.isArray(maintainers)) return { maintainers: readMaintainers(maintainers) };
  throw new Fault(
    'manifest_invalid',
    'Send the package with the versions that are to stay, or only the maintainers that it is to have.',
  );
}

function readMessage(version: string, message: unknown): string | null {
  if (typeof message !== 'string' || message.length > LONGEST_MESSAGE || message.includes('\0')) {
    throw new Fault(
      'manifest_invalid',
      `The deprecation message of version ${shown(version)} must be text of at most ${LONGEST_MESSAGE} characters; an empty one takes it back.`,
    );
  }
  return message === '' ? null : message.toWellFormed();
}

function readVersions(versions: unknown): Set<string> {
  const keep = new Set(entries(versions).map(([version]) => version));
  if (keep.size > 0) return keep;
  throw new Fault(
    'manifest_invalid',
    'This would leave the package without a version; send DELETE to remove it as a whole.',
  );
}

function readTags(document: unknown): Map<string, string> | undefined {
  const tags = member(document, 'dist-tags');
  if (tags === undefined) return undefined;
  return new Map(
    entries(tags).map(([tag, version]) => {
      checkTag(tag);
      if (typeof version !== 'string' || version.includes('\0')) {
        throw new Fault('manifest_invalid', `The tag ${tag} must point to a version.`);
      }
      return [tag, version];
    }),
  );
}

function readMaintainers(maintainers: unknown[]): string[] {
  if (maintainers.length === 0 || maintainers.length > MOST_OWNERS) {
    throw new Fault('manifest_invalid', `A package has 1 to ${MOST_OWNERS} owners.`);
  }
  return maintainers.map((maintainer) => {
    const name = member(maintainer, 'name');
    if (typeof name === 'string') return name;
    throw new Fault('manifest_invalid', 'Each of the maintainers needs the name of a user.');
  });
}

/** An own member of an object: a document may have keys such as `__proto__`. */
function member(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function entries(value: unknown): [string, unknown][] {
  if (isObject(value)) return Object.entries(value);
  throw new Fault('manifest_invalid', 'The versions and the dist-tags of a package are objects.');
}

function shown(version: string): string {
  return JSON.stringify(version.slice(0, 80));
}
