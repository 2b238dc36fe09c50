import { Fault } from '../../../kernel/index.ts';

/** Of a header and of what all contents are filled up to. */
export const BLOCK = 512;

/** A header block of a tar archive; texts have one character a byte. */
export interface TarBlock {
  /** With the prefix. */
  name: string;
  /** Without it: what the compiler calls an entry that it does not take. */
  rawName: string;
  /** GNU's mark and a prefix, which GNU itself never writes: the field holds times there, and readers differ. */
  isAmbiguous: boolean;
  /** The type flag: `0` is a file, also where the block has NUL. */
  flag: string;
  size: number;
  /** NaN if it is no octal number. */
  mode: number;
  /** Of a sparse file: blocks with more of its map follow. */
  isExtended: boolean;
  linkTarget: string;
}

/**
 * Decodes a header block (POSIX.1-2017 ustar, GNU, and the old one without a mark); undefined for a block of zeros,
 * which ends the archive. Fault `archive_invalid`.
 */
export function decodeBlock(block: Buffer): TarBlock | undefined {
  const sum = checksum(block);
  const stored = octal(block, 148, 8);
  if (sum === 8 * 32 && stored === 0) return undefined;
  if (stored !== sum && stored !== signedChecksum(block)) {
    throw new Fault(
      'archive_invalid',
      'The archive holds no valid tar stream; pack it again as ustar or pax.',
    );
  }
  const name = text(block, 0, 100);
  const mark = block.toString('latin1', 257, 263);
  const prefix = mark === 'ustar\0' || mark === 'ustar ' ? text(block, 345, 155) : '';
  const flag = block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    rawName: name,
    isAmbiguous: prefix !== '' && mark === 'ustar ',
    flag,
    mode: octal(block, 100, 8),
    isExtended: (block[482] ?? 0) > 0,
    size: numeric(block, 124, 12),
    linkTarget: text(block, 157, 100),
  };
}

/** The sum of a header's bytes, its own field taken as blanks. */
function checksum(block: Buffer): number {
  let sum = 8 * 32;
  for (let at = 0; at < 148; at++) sum += block[at] ?? 0;
  for (let at = 156; at < BLOCK; at++) sum += block[at] ?? 0;
  return sum;
}

/** The same as old archives have it, that took bytes for signed numbers. */
function signedChecksum(block: Buffer): number {
  let high = 0;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) high += (block[at] ?? 0) >> 7;
  return checksum(block) - high * 256;
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString('latin1', start, end === -1 || end > start + length ? start + length : end);
}

/** Octal digits, or with the first bit set a binary number (GNU, for large files). NaN for what is neither. */
function numeric(block: Buffer, start: number, length: number): number {
  if (block[start] !== 0x80) return octal(block, start, length);
  let value = 0;
  for (let at = start + 1; at < start + length; at++) value = value * 256 + (block[at] ?? 0);
  return value;
}

function octal(block: Buffer, start: number, length: number): number {
  let value = 0;
  let at = start;
  const end = start + length;
  while (at < end && block[at] === 0x20) at++;
  for (; at < end; at++) {
    const byte = block[at] ?? 0;
    if (byte === 0 || byte === 0x20) return isFilled(block, at, end) ? value : Number.NaN;
    if (byte < 0x30 || byte > 0x37) return Number.NaN;
    value = value * 8 + byte - 0x30;
  }
  return value;
}

/** Blanks and NULs, and nothing more: the compiler takes no digit behind them. */
function isFilled(block: Buffer, start: number, end: number): boolean {
  return block.subarray(start, end).every((byte) => byte === 0 || byte === 0x20);
}
