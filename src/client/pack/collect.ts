import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Fault, printableJson, windowsProblem } from '../../kernel/light/index.ts';
import { archiveBounds } from '../../formats/vais/light/index.ts';
import { systemFault } from './system-fault.ts';

/** A file that goes into the archive. */
export interface PackFile {
  /** In the archive: relative, with `/`. */
  path: string;
  /** Where it lies. */
  file: string;
  /** Bytes. */
  size: number;
  isExecutable: boolean;
  /** Of its last change, nanoseconds: another one tells that it changes while it is read. */
  changed: bigint;
}

const bounds = { files: archiveBounds.entries, bytes: archiveBounds.unpackedBytes };
/** Where looking ends: what is named as too large has been found by then. */
const MOST_SEEN = 50_000;
const SKIPPED: ReadonlySet<string> = new Set(['target', 'node_modules']);

/** True for a name that is packed at no level (vais.md 3): tools keep their own there, and people their secrets. */
function isSkipped(name: string): boolean {
  return name.startsWith('.') || SKIPPED.has(name);
}

/**
 * The files of a package, by path: regular ones, and links to such. Fault `bad_request` names what cannot be packed, `archive_too_large`
 * the largest files.
 *
 * @param isOwn true for the path of an archive of this very package: that does not go into the next one
 */
export async function collectFiles(
  folder: string,
  isOwn: (path: string) => boolean,
  { files: mostFiles, bytes: mostBytes } = bounds,
): Promise<PackFile[]> {
  const root = await realpath(folder);
  const files: PackFile[] = [];
  await walk('');
  checkSize(files, mostFiles, mostBytes);
  return files.toSorted((one, other) => (one.path < other.path ? -1 : 1));

  async function walk(below: string): Promise<void> {
    const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error: unknown) => {
      throw systemFault(`${join(root, below)} cannot be read`, error);
    });
    for (const entry of entries) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (isSkipped(entry.name) || isOwn(path)) continue;
      checkPath(path);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) files.push(await fileAt(path, join(root, path)));
      else if (entry.isSymbolicLink()) files.push(await fileAt(path, await target(root, path)));
      if (files.length > MOST_SEEN) return;
    }
  }
}

async function fileAt(path: string, file: string): Promise<PackFile> {
  const { size, mode, mtimeNs } = await lstat(file, { bigint: true });
  return { path, file, size: Number(size), isExecutable: (mode & 0o100n) !== 0n, changed: mtimeNs };
}

/** Of a link, which goes into the archive as the file that it leads to: archives hold no links. */
async function target(root: string, path: string): Promise<string> {
  const refused = (why: string) =>
    new Fault(
      'bad_request',
      `${path} is a link ${why}; put the file itself in its place, or take the link out.`,
    );
  const real = await realpath(join(root, path)).catch((cause: unknown) => {
    throw new Fault('bad_request', `${path} is a link that leads nowhere; take it out.`, { cause });
  });
  const segments = relative(root, real).split(sep);
  if (segments[0] === '..' || real === root) throw refused('that leads out of the package');
  if (segments.some(isSkipped)) throw refused('to what is not packed');
  if (!(await stat(real)).isFile()) throw refused('to a folder');
  return real;
}

/** As servers do: what would mean something else on another system is refused. */
function checkPath(path: string): void {
  const problem = windowsProblem(path.slice(path.lastIndexOf('/') + 1));
  if (problem !== undefined) {
    throw new Fault(
      'bad_request',
      `Windows can have no ${printableJson(path)}: its name ${problem}; rename it.`,
    );
  }
  const wrong = /[\\\p{Cc}\ufffd]/u.test(path) || !path.isWellFormed();
  if (!wrong) return;
  throw new Fault(
    'bad_request',
    `The name of ${printableJson(path)} is not the same on every system; name it without backslashes and control characters, in UTF-8.`,
  );
}

function checkSize(files: readonly PackFile[], mostFiles: number, mostBytes: number): void {
  if (files.length > mostFiles) {
    throw new Fault(
      'archive_too_large',
      `The package has more than ${mostFiles} files, which no registry takes. Most of them are in ${fullest(files)}.`,
    );
  }
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= mostBytes) return;
  throw new Fault(
    'archive_too_large',
    `The package has ${bytes} bytes, and ${mostBytes} is the most that a registry takes. The largest files: ${largest(files)}.`,
  );
}

/** The largest files in a sentence. */
export function largest(files: readonly PackFile[]): string {
  const first = files.toSorted((one, other) => other.size - one.size).slice(0, 5);
  return first.map(({ path, size }) => `${path} (${size} bytes)`).join(', ');
}

function fullest(files: readonly PackFile[]): string {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const [top = path] = path.split('/');
    counts.set(top, (counts.get(top) ?? 0) + 1);
  }
  const first = [...counts].toSorted(([, one], [, other]) => other - one).slice(0, 3);
  return first.map(([top, count]) => `${top} (${count})`).join(', ');
}
