import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Unpacked } from '../unpack/index.ts';

/** Which registry an archive came from. */
export interface Origin {
  /** As `registryBase` gives it. */
  registry: string;
  /** True if this user chose it (by an option, a variable or a log-in), and not only somebody's manifest. */
  own: boolean;
}

/** What is known of an unpacked archive: `files.json` beside it. */
export interface TreeRecord {
  format: 1;
  /** SHA-256 of the archive that it was unpacked from. */
  archive: string;
  /** Undefined for what was unpacked before this was written down, or by others. */
  origin?: Origin | undefined;
  /** The start of the system in which it was last looked at: a crash of the system may lose what was written before it. */
  boot: string;
  /** [path, bytes, SHA-256, inode, time of change] of every file. */
  files: [string, number, string, number, number][];
  /** [path, time of modification] of every folder, the root `''` first. */
  folders: [string, number][];
}

/** What one that was just unpacked, or found whole by its content, is known by from now on. */
export function recordTree(
  folder: string,
  { archive, origin }: Pick<TreeRecord, 'archive' | 'origin'>,
  { files, folders }: Unpacked,
): TreeRecord {
  return {
    format: 1,
    archive,
    origin,
    boot: bootId(),
    files: files.map(({ path, size, sha256 }) => {
      const { ino, ctimeMs } = lstatSync(join(folder, path));
      return [path, size, sha256, ino, ctimeMs];
    }),
    folders: ['', ...folders].map((path) => [path, lstatSync(join(folder, path)).mtimeMs]),
  };
}

/** The record in a file; undefined for anything that is none. */
export function readRecord(file: string): TreeRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

/**
 * True if nothing has touched the tree since it was recorded, as far as the file system knows: the same files of the same size, not
 * written to, replaced or given other rights (inode and time of change, which nobody can set), nothing added to or removed from a folder.
 */
export function isUntouched(folder: string, record: TreeRecord): boolean {
  if (record.boot !== bootId()) return false;
  try {
    return (
      record.folders.every(([path, modified]) => {
        const found = lstatSync(join(folder, path));
        return found.isDirectory() && found.mtimeMs === modified;
      }) &&
      record.files.every(([path, size, , inode, changed]) => {
        const found = lstatSync(join(folder, path));
        return found.isFile() && found.size === size && found.ino === inode && found.ctimeMs === changed;
      })
    );
  } catch {
    return false;
  }
}

/** What differs from the record, read byte by byte; undefined if nothing does. */
export async function findDifference(folder: string, record: TreeRecord): Promise<string | undefined> {
  try {
    const expected = new Set([...record.folders.slice(1), ...record.files].map(([path]) => path));
    const extra = walk(folder).find((path) => !expected.has(path));
    if (extra !== undefined) return `${extra} was added`;
    for (const [path] of record.folders) {
      if (!lstatSync(join(folder, path)).isDirectory()) return `${path} is no folder`;
    }
    for (const [path, size, sha256] of record.files) {
      const found = lstatSync(join(folder, path));
      const same =
        found.isFile() && found.size === size && (await sha256OfFile(join(folder, path))) === sha256;
      if (!same) return `${path} was changed`;
    }
    return undefined;
  } catch {
    return 'a file or folder is missing';
  }
}

/** Lower-case hex. Rejects as reading does. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), hash);
  return hash.digest('hex');
}

/** Paths of all that is in a folder, other than those of what links lead to. */
function walk(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath, entry.name).slice(folder.length + 1),
  );
}

let boot: string | undefined;

function bootId(): string {
  if (boot === undefined) {
    try {
      boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    } catch {
      // Elsewhere than on Linux a crash of the system goes unnoticed until `cache verify`.
      boot = '';
    }
  }
  return boot;
}

function isRecord(value: unknown): value is TreeRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { format, archive, origin, boot: seen, files, folders } = value as Record<string, unknown>;
  return (
    format === 1 &&
    typeof archive === 'string' &&
    (origin === undefined || isOrigin(origin)) &&
    typeof seen === 'string' &&
    isRows(files, ['string', 'number', 'string', 'number', 'number']) &&
    isRows(folders, ['string', 'number'])
  );
}

function isOrigin(value: unknown): value is Origin {
  if (typeof value !== 'object' || value === null) return false;
  const { registry, own } = value as Record<string, unknown>;
  return typeof registry === 'string' && typeof own === 'boolean';
}

function isRows(value: unknown, types: readonly string[]): boolean {
  return (
    Array.isArray(value) &&
    value.every((row) => Array.isArray(row) && types.every((type, column) => typeof row[column] === type))
  );
}
