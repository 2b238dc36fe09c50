import { Fault } from '../../kernel/index.ts';
import type { TarEntry } from './tar/index.ts';
import { show } from './tree.ts';

/** Segments that begin with no point, one slash between them: what nearly all paths are, and nothing is to be taken out of. */
const PLAIN = /^[^/.\0][^/\0]*(?:\/[^/.\0][^/\0]*)*$/;

/**
 * The path of an entry below the archive's root, without `.`, inner `..` and doubled slashes; `''` is the root itself. All
 * with one character a byte. Fault `archive_invalid` for what leaves the archive.
 */
export function entryPath({ name, type }: TarEntry): string {
  if (PLAIN.test(name)) return name;
  if (name.startsWith('/')) {
    throw new Fault(
      'archive_invalid',
      `The entry ${show(name)} has an absolute path; paths are relative to the archive.`,
    );
  }
  if (name.includes('\0')) throw new Fault('archive_invalid', `The entry ${show(name)} has NUL in its path.`);
  // The compiler does not resolve the name of what it does not take, before it looks whether `paths` keep it.
  if (type === 'other' && name.split('/').includes('..')) {
    throw new Fault(
      'archive_invalid',
      `The entry ${show(name)} is no file, folder or link, and has ".." in its path.`,
    );
  }
  const segments: string[] = [];
  for (const segment of name.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) {
      throw new Fault(
        'archive_invalid',
        `The entry ${show(name)} leaves the archive with "..", which is refused.`,
      );
    }
  }
  if (segments.length === 0 && type !== 'directory') {
    throw new Fault(
      'archive_invalid',
      'The archive holds an entry other than a folder without a name; pack it again.',
    );
  }
  return segments.join('/');
}

/** The folder that an entry would have as its root: a file at the top has none. Zig, `std.tar.Diagnostics`. */
export function rootOf(path: string, isFolder: boolean): string {
  const slash = path.indexOf('/');
  if (slash !== -1) return path.slice(0, slash);
  return isFolder ? path : '';
}
