import { crc32, inflateRawSync } from 'node:zlib';
import { Fault } from '../../errors.ts';
import type { ZipLimits } from './limits.ts';
import { invalid, type PieceReader } from './piece-reader.ts';
import type { Place } from './sizes.ts';

const LOCAL_HEADER = 30;

/** What may still be read of an archive, and what was: bytes. */
export interface Budget {
  left: number;
  packed: number;
  unpacked: number;
}

/** The content of an entry, decompressed and checked; `head` is its header in the directory. */
export async function readEntry(
  file: PieceReader,
  { name, head, packed, unpacked, offset }: Place & { name: string; head: Buffer },
  limits: ZipLimits,
  budget: Budget,
): Promise<Buffer> {
  const shown = JSON.stringify(name.slice(0, 100));
  const method = head.readUInt16LE(10);
  if ((head.readUInt16LE(8) & 1) !== 0) throw invalid(`its entry ${shown} is encrypted`);
  if (method !== 0 && method !== 8) throw invalid(`its entry ${shown} is compressed in an unknown way`);
  if (unpacked > limits.entryBytes || packed > limits.entryBytes) {
    throw new Fault(
      'too_large',
      `The entry ${shown} of the archive has more than ${limits.entryBytes} bytes.`,
    );
  }
  budget.left -= unpacked;
  budget.unpacked += unpacked;
  if (budget.left < 0) {
    throw new Fault('archive_too_large', `The archive unpacks to more than ${limits.unpackedBytes} bytes.`);
  }
  if (budget.unpacked > limits.ratioFrom && budget.unpacked > limits.ratio * budget.packed) {
    throw new Fault(
      'archive_too_large',
      `The archive unpacks to more than ${limits.ratio} times its packed size.`,
    );
  }
  const local = await file.read(offset, LOCAL_HEADER);
  if (local.readUInt32LE(0) !== 0x04034b50) throw invalid(`its entry ${shown} is not where it should be`);
  const start = offset + LOCAL_HEADER + local.readUInt16LE(26) + local.readUInt16LE(28);
  const bytes = await file.read(start, packed);
  const content = method === 0 ? Buffer.from(bytes) : inflate(bytes, unpacked, shown);
  if (content.length !== unpacked || crc32(content) !== head.readUInt32LE(16)) {
    throw invalid(`its entry ${shown} is damaged`);
  }
  return content;
}

function inflate(bytes: Buffer, unpacked: number, shown: string): Buffer {
  try {
    // An empty entry still needs a byte of room.
    return inflateRawSync(bytes, { maxOutputLength: Math.max(unpacked, 1) });
  } catch (cause) {
    throw invalid(`its entry ${shown} is damaged`, cause);
  }
}
