import { hash as hashOnce } from 'node:crypto';
import { Fault } from '../../kernel/index.ts';
import { idOfFingerprint } from './fingerprint.ts';

/** A file or symbolic link of a package, hashed. */
export interface HashedEntry {
  /** Below the package's root, one character a byte. */
  path: string;
  /** SHA-256, one character a byte too: a buffer for each of many small files costs more than to hash them. */
  hash: string;
}

/** What identifies a package, in both text forms. */
export interface ZigHashes {
  /** SHA-256 of the entries, hex: the same in both forms. */
  digest: string;
  /** As 0.14 and later write it: `demo-1.0.0-…`. */
  hash: string;
  /** As 0.11 to 0.13 write it: `1220` and 64 digits. */
  legacyHash: string;
}

/** In the hash of a package without a manifest. */
const NAKED = { name: 'N', version: 'V', fingerprint: 0xffffn };

/** What a file's content is hashed behind, one character a byte: its path, and two bytes for a mode that is never told. */
export function filePrefix(path: string): string {
  return `${path}\0\0`;
}

export function hashLink(path: string, target: string): string {
  return hashOnce('sha256', Buffer.from(path + target, 'latin1'), 'binary');
}

/**
 * The identity of a package (Zig, `Package/Fetch.zig`): the digest of its entries' digests, ordered by path.
 *
 * @param entries is sorted in place.
 * @param totalSize bytes of all files.
 */
export function hashPackage(
  entries: HashedEntry[],
  totalSize: number,
  manifest: { name: string; version: string; fingerprint: bigint | null } | null,
): ZigHashes {
  entries.sort((one, other) => (one.path < other.path ? -1 : 1));
  const bytes = hashOnce('sha256', Buffer.from(entries.map(({ hash }) => hash).join(''), 'latin1'), 'buffer');
  return {
    digest: bytes.toString('hex'),
    hash: modernHash(bytes, totalSize, manifest ?? NAKED),
    legacyHash: `1220${bytes.toString('hex')}`,
  };
}

/** `name-version-` and 33 bytes in base64url: id and size as 32 bits little-endian, the digest's first 25 bytes. */
export function modernHash(
  digest: Buffer,
  totalSize: number,
  manifest: { name: string; version: string; fingerprint: bigint | null },
): string {
  const tail = Buffer.alloc(33);
  tail.writeUInt32LE(manifest.fingerprint === null ? 0 : idOfFingerprint(manifest.fingerprint), 0);
  tail.writeUInt32LE(Math.min(totalSize, 0xffff_ffff), 4);
  digest.copy(tail, 8, 0, 25);
  return `${manifest.name}-${manifest.version}-${tail.toString('base64url')}`;
}

const LONGEST = 110;
const TAIL = 44;

/** A hash as somebody wrote it. */
export type ParsedHash =
  | { form: 'legacy'; /** Hex. */ digest: string }
  | {
      form: 'modern';
      name: string;
      version: string;
      id: number;
      size: number;
      /** Of the digest, 25 bytes in hex. */ digestStart: string;
    };

/**
 * Reads a hash in either form. Fault `bad_request` names what is wrong with it in the compiler's words: `short`, `long`
 * or `incomplete`.
 */
export function parseZigHash(text: string): ParsedHash {
  if (isLegacyHash(text)) return { form: 'legacy', digest: text.slice(4) };
  const problem = hashProblem(text);
  if (problem !== undefined) throw invalid(text, problem);
  const tail = text.slice(-TAIL);
  const head = text.slice(0, -TAIL - 1);
  const dash = head.indexOf('-');
  const bytes = Buffer.from(tail, 'base64url');
  if (
    !/^[A-Za-z0-9_-]{44}$/.test(tail) ||
    text.at(-TAIL - 1) !== '-' ||
    dash < 1 ||
    dash === head.length - 1
  ) {
    throw invalid(text, 'incomplete');
  }
  return {
    form: 'modern',
    name: head.slice(0, dash),
    version: head.slice(dash + 1),
    id: bytes.readUInt32LE(0),
    size: bytes.readUInt32LE(4),
    digestStart: bytes.toString('hex', 8),
  };
}

/** Lower-case only, as the compiler writes it. */
export function isLegacyHash(text: string): boolean {
  return /^1220[0-9a-f]{64}$/.test(text);
}

/** The test that Zig 0.16 makes of a modern hash; undefined if it passes. */
export function hashProblem(text: string): 'long' | 'short' | 'incomplete' | undefined {
  if (text.length > LONGEST) return 'long';
  if (text.length < TAIL) return 'short';
  const head = text.slice(0, -TAIL);
  return head.indexOf('-') === head.lastIndexOf('-') ? 'incomplete' : undefined;
}

function invalid(text: string, problem: string): Fault {
  return new Fault(
    'bad_request',
    `The hash ${JSON.stringify(text.slice(0, LONGEST))} is ${problem}: it is name-version- and 44 characters, or 1220 and 64 digits.`,
  );
}
