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
  if (error instanceof Fault) return error;
  const code = errnoOf(error) ?? 'unknown error';
  const said = SAID[code];
  return new Fault(
    FULL.has(code) ? 'storage_full' : 'bad_request',
    `${folder} cannot be used: ${said === undefined ? code : `${said} (${code})`}.`,
    { cause: error },
  );
}
