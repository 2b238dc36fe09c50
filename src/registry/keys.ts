import { sha256Hex } from '../kernel/index.ts';

/**
 * Storage keys that an operator can read. Each part is encoded injectively (no two names share a key, also where
 * file systems fold case): `A`–`Z` become `~a`–`~z`, everything outside `[a-z0-9._@+-]` its UTF-8 bytes as `%xx`,
 * and a part that begins with a dot has it escaped. A part too long for a file system keeps its beginning and is told
 * apart by its digest. A scoped name keeps its slash as a folder.
 *
 * @example blobKey('npm', '@acme/Demo', '1.0.0', 'Demo-1.0.0.tgz') // 'npm/@acme/~demo/1.0.0/~demo-1.0.0.tgz'
 */
export function blobKey(registry: string, name: string, version: string, file: string): string {
  return keyOf([registry, ...name.split('/'), version, file]);
}

/** A key of these parts, each encoded as `blobKey` says. */
export function keyOf(parts: string[]): string {
  return parts.map(encodePart).join('/');
}

/** File names may have 255 bytes on the file systems we know; a staging or alternative suffix must still fit. */
const LONGEST_PART = 200;

function encodePart(part: string): string {
  let encoded = '';
  for (const byte of Buffer.from(part, 'utf8')) {
    const char = String.fromCharCode(byte);
    if (/[a-z0-9._@+-]/.test(char)) encoded += char;
    else if (/[A-Z]/.test(char)) encoded += `~${char.toLowerCase()}`;
    else encoded += `%${byte.toString(16).padStart(2, '0')}`;
  }
  encoded = encoded.replace(/^\./, '%2e');
  return encoded.length <= LONGEST_PART
    ? encoded
    : `${encoded.slice(0, 120)}~.${sha256Hex(part).slice(0, 32)}`;
}
