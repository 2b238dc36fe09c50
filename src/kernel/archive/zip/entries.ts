import type { FileHandle } from 'node:fs/promises';
import { Fault } from '../../errors.ts';
import { readEntry } from './content.ts';
import { findDirectory } from './directory.ts';
import { defaultZipLimits, type ZipLimits } from './limits.ts';
import { invalid, PieceReader } from './piece-reader.ts';
import { sizesOf } from './sizes.ts';

const CENTRAL_HEADER = 46;

export interface ZipEntry {
  /** As the archive has it; not checked for `..` and the like. */
  name: string;
  /**
   * The whole content, decompressed and checked. Faults `archive_invalid` and `too_large` concern this entry alone,
   * `archive_too_large` the archive.
   */
  read(): Promise<Buffer>;
}

/**
 * The files of a ZIP archive (PKWARE APPNOTE 6.3, ZIP64 included) in the order of its central directory, which is read piece by
 * piece: memory holds one entry at a time, however many there are. Folders are left out. Faults `archive_invalid`,
 * `archive_too_large`.
 */
export async function* zipEntries(
  file: FileHandle,
  limits: ZipLimits = defaultZipLimits,
): AsyncGenerator<ZipEntry> {
  const { size } = await file.stat();
  const front = new PieceReader(file, size);
  const back = new PieceReader(file, size);
  const directory = await findDirectory(back, size);
  if (directory.entries > limits.entries) {
    throw new Fault('archive_too_large', `The archive has more than ${limits.entries} entries.`);
  }
  const budget = { left: limits.unpackedBytes, packed: size, unpacked: 0 };
  let at = directory.offset;
  const take = async (length: number): Promise<Buffer> => {
    if (at + length > directory.offset + directory.size) throw invalid('its directory is damaged');
    const bytes = await back.read(at, length);
    at += length;
    return bytes;
  };
  for (let index = 0; index < directory.entries; index++) {
    const head = Buffer.from(await take(CENTRAL_HEADER));
    if (head.readUInt32LE(0) !== 0x02014b50) throw invalid('its directory is damaged');
    const nameLength = head.readUInt16LE(28);
    const extraLength = head.readUInt16LE(30);
    const rest = await take(nameLength + extraLength + head.readUInt16LE(32));
    const name = rest.toString('utf8', 0, nameLength);
    if (name.endsWith('/')) continue;
    const sizes = sizesOf(head, rest.subarray(nameLength, nameLength + extraLength));
    yield { name, read: () => readEntry(front, { name, head, ...sizes }, limits, budget) };
  }
}
