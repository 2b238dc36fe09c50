/**
 * What of the kernel costs nothing to load: the client's commands are to start at once, and take this in place of the whole, with which
 * the readers of archives and their libraries come. For versions there is `kernel/semver/light`.
 */
export { windowsProblem } from '../windows-names.ts';
export { isoTime } from '../clock.ts';
export { sha256Hex } from '../digest.ts';
export { diskFault, pathFault } from '../disk-fault.ts';
export { Fault, errnoOf, isFault, type ErrorCode } from '../errors.ts';
export { makeFolders } from '../make-folders.ts';
export { nearest } from '../nearest.ts';
export { printable, printableJson, printableLines } from '../printable.ts';
