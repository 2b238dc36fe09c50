import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Low half of a fingerprint that says nothing. */
const NO_ID = new Set([0, 0xffff_ffff]);

/** True if the upper half is the CRC-32 (IEEE) of the name and the lower half an id. Zig, `Package.Fingerprint`. */
export function fingerprintFits(fingerprint: bigint, name: string): boolean {
  return fingerprint >> 32n === BigInt(crc32(name)) && !NO_ID.has(idOfFingerprint(fingerprint));
}

/** The lower half, which makes two packages of one name different. */
export function idOfFingerprint(fingerprint: bigint): number {
  return Number(fingerprint & 0xffff_ffffn);
}

/** A fingerprint for a package of that name, with the id of `previous` if that is one. `0x…` with 16 digits. */
export function suggestedFingerprint(name: string, previous?: bigint): string {
  const kept = previous === undefined ? 0 : idOfFingerprint(previous);
  const id = NO_ID.has(kept) ? randomInt(1, 0xffff_ffff) : kept;
  return showFingerprint((BigInt(crc32(name)) << 32n) | BigInt(id));
}

export function showFingerprint(fingerprint: bigint): string {
  return `0x${fingerprint.toString(16).padStart(16, '0')}`;
}
