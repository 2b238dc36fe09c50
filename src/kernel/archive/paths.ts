import { Fault } from '../errors.ts';
import { printableJson } from '../printable.ts';

/** An entry's name in a sentence: printable, and short whatever it holds. */
export function quoted(path: string): string {
  return printableJson(path.length > 120 ? `${path.slice(0, 120)}…` : path);
}

/**
 * The path of an entry below the archive's root: segments joined by `/`, without `.` and doubled slashes. The root
 * itself (`./`) is `''`. Rejects with Fault `archive_invalid` what leaves the root or means something else on another
 * system.
 */
export function entryPath(raw: string, maxBytes: number): string {
  if (raw === '')
    throw new Fault('archive_invalid', 'The archive holds an entry without a name; pack it again.');
  checkText(raw, `The entry ${quoted(raw)}`, maxBytes);
  const segments = raw.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) {
    throw new Fault(
      'archive_invalid',
      `The entry ${quoted(raw)} leaves the archive with "..", which is refused.`,
    );
  }
  checkDrive(segments[0], `The entry ${quoted(raw)}`);
  return segments.join('/');
}

/**
 * Checks where a symbolic link at `path` leads. `..` may only stand at the beginning of the target: after a name it
 * would be resolved from wherever that name's own link leads, and no reading of the text alone could tell where that is.
 */
export function checkSymlink(path: string, target: string, maxBytes: number): void {
  const subject = `The link ${quoted(path)} to ${quoted(target)}`;
  if (target === '') throw new Fault('archive_invalid', `The link ${quoted(path)} has no target.`);
  checkText(target, subject, maxBytes);
  const segments = target.split('/').filter((segment) => segment !== '' && segment !== '.');
  checkDrive(segments[0], subject);
  let up = 0;
  while (segments[up] === '..') up++;
  const depth = path.split('/').length - 1;
  if (up > depth || segments.includes('..', up)) {
    throw new Fault('archive_invalid', `${subject} leads out of the archive, which is refused.`);
  }
}

function checkText(text: string, subject: string, maxBytes: number): void {
  if (Buffer.byteLength(text) > maxBytes) {
    throw new Fault('archive_too_large', `${subject} has a path of more than ${maxBytes} bytes.`);
  }
  if (text.includes('\0')) throw new Fault('archive_invalid', `${subject} has a NUL character in its path.`);
  if (text.includes('\\')) {
    throw new Fault('archive_invalid', `${subject} has a backslash in its path; separate folders with "/".`);
  }
  if (text.startsWith('/')) {
    throw new Fault('archive_invalid', `${subject} has an absolute path; paths are relative to the archive.`);
  }
}

function checkDrive(first: string | undefined, subject: string): void {
  if (first !== undefined && /^[A-Za-z]:/.test(first)) {
    throw new Fault('archive_invalid', `${subject} names a drive; paths are relative to the archive.`);
  }
}
