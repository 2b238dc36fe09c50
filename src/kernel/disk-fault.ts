import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, Fault } from './errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const SAID: Partial<Record<string, string>> = {
  ENOSPC: 'the disk is full: make room there',
  EDQUOT: 'the disk quota is used up: make room there',
  EFBIG: 'no file may get so large there',
  ENOENT: 'it is missing, and cannot be made',
  EROFS: 'it is read-only',
  EACCES: 'this user has no right to',
  EPERM: 'this user has no right to',
};

/** What the system said to reading or writing below `folder`, as a sentence: `storage_full`, or `bad_request`. A Fault stays what it is. */
export function diskFault(error: unknown, folder: string): Fault {
  return pathFault(error, folder, 'cannot be used');
}

/** As `diskFault`, of whatever is at `path`: the sentence begins with it and with what is not possible, such as `cannot be written`. */
export function pathFault(error: unknown, path: string, what: string): Fault {
  if (error instanceof Fault) return error;
  const code = errnoOf(error) ?? 'unknown error';
  const said = SAID[code] ?? inTheWay(error, path);
  return new Fault(
    FULL.has(code) ? 'storage_full' : 'bad_request',
    `${path} ${what}: ${said === undefined ? code : `${said} (${code})`}.`,
    { cause: error },
  );
}

/** Which file is where a folder should be, or the other way round; undefined if it is something else. */
function inTheWay(error: unknown, subject: string): string | undefined {
  const { path, dest = path } = error as { path?: unknown; dest?: unknown };
  if (typeof dest !== 'string') return undefined;
  const code = errnoOf(error);
  if (code === 'EISDIR') return `${dest === subject ? 'it' : dest} is a folder`;
  if (code !== 'EEXIST' && code !== 'ENOTDIR') return undefined;
  for (let at = dest; ; at = dirname(at)) {
    const found = lookAt(at);
    if (found === undefined && dirname(at) !== at) continue;
    if (found === undefined || found.isDirectory()) return undefined;
    const kind = found.isSymbolicLink() ? 'is a link that leads to no folder' : 'is no folder';
    return `${at === subject ? 'it' : at} ${kind}`;
  }
}

function lookAt(path: string) {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
