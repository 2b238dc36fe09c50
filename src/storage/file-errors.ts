import { errnoOf, Fault } from '../kernel/index.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Turns "no room" (disk, quota, largest file) into a Fault that says so; every other error stays what it was. */
export function asFault(error: unknown): unknown {
  if (!FULL.has(errnoOf(error) ?? '')) return error;
  return new Fault(
    'storage_full',
    'The storage of this server has no room for this file and nothing was stored; ask its operator to make room, then try again.',
    { cause: error },
  );
}

/** True if the path leads to nothing, also when one of its folders is a file. */
export function isAbsent(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
