import { invalid, type PieceReader } from './piece-reader.ts';

/** Bytes of the record at the end of an archive, without its comment. */
const END = 22;
const LONGEST_COMMENT = 0xffff;

/** Where an archive says what is in it. */
export interface Directory {
  entries: number;
  offset: number;
  size: number;
}

/** Fault `archive_invalid` if there is none. */
export async function findDirectory(file: PieceReader, size: number): Promise<Directory> {
  const length = Math.min(size, END + LONGEST_COMMENT);
  const tail = await file.read(size - length, length);
  let at = tail.length - END;
  // The comment behind the record may hold its signature too: its length must fit.
  while (
    at >= 0 &&
    !(tail.readUInt32LE(at) === 0x06054b50 && tail.readUInt16LE(at + 20) === tail.length - at - END)
  ) {
    at -= 1;
  }
  if (at < 0) throw invalid('it has no directory, so it is no ZIP archive or is cut off');
  const directory = {
    entries: tail.readUInt16LE(at + 10),
    size: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const end = size - length + at;
  const wide =
    directory.entries === 0xffff || directory.size === 0xffffffff || directory.offset === 0xffffffff
      ? await findWideDirectory(file, end)
      : undefined;
  const found = wide ?? directory;
  if (found.offset + found.size > end) throw invalid('its directory is damaged');
  return found;
}

/** The ZIP64 end record, which a locator before the plain one leads to (APPNOTE 4.3.14, 4.3.15). */
async function findWideDirectory(file: PieceReader, end: number): Promise<Directory | undefined> {
  if (end < 20) return undefined;
  const locator = await file.read(end - 20, 20);
  if (locator.readUInt32LE(0) !== 0x07064b50) return undefined;
  const record = await file.read(Number(locator.readBigUInt64LE(8)), 56);
  if (record.readUInt32LE(0) !== 0x06064b50) throw invalid('its directory is damaged');
  return {
    entries: Number(record.readBigUInt64LE(32)),
    size: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
  };
}
