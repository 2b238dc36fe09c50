import { crc32, deflateRawSync } from 'node:zlib';

/** A ZIP archive as common tools write it; `wide` puts sizes and offsets into ZIP64 fields. */
export function zipArchive(
  files: Iterable<[string, Buffer | string]>,
  { wide = false, comment = '' } = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const plain = Buffer.from(content);
    const packed = deflateRawSync(plain);
    const encodedName = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(encodedName.length, 26);
    const extra = Buffer.alloc(wide ? 28 : 0);
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(8, 10);
    head.writeUInt32LE(crc32(plain), 16);
    head.writeUInt16LE(encodedName.length, 28);
    head.writeUInt16LE(extra.length, 30);
    const places = [
      [24, plain.length],
      [20, packed.length],
      [42, offset],
    ] as const;
    for (const [at, value] of places) head.writeUInt32LE(wide ? 0xffffffff : value, at);
    if (wide) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      for (const [index, [, value]] of places.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + index * 8);
    }
    parts.push(local, encodedName, packed);
    directory.push(head, encodedName, extra);
    offset += local.length + encodedName.length + packed.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = directory.length / 3;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  const isLarge = wide || count >= 0xffff;
  end.writeUInt16LE(isLarge ? 0xffff : count, 10);
  end.writeUInt32LE(isLarge ? 0xffffffff : size, 12);
  end.writeUInt32LE(isLarge ? 0xffffffff : offset, 16);
  end.writeUInt16LE(comment.length, 20);
  const large = isLarge ? wideEnd(count, size, offset) : Buffer.alloc(0);
  return Buffer.concat([...parts, ...directory, large, end, Buffer.from(comment)]);
}

function wideEnd(count: number, size: number, offset: number): Buffer {
  const bytes = Buffer.alloc(76);
  bytes.writeUInt32LE(0x06064b50, 0);
  bytes.writeBigUInt64LE(BigInt(count), 32);
  bytes.writeBigUInt64LE(BigInt(size), 40);
  bytes.writeBigUInt64LE(BigInt(offset), 48);
  bytes.writeUInt32LE(0x07064b50, 56);
  bytes.writeBigUInt64LE(BigInt(offset + size), 64);
  return bytes;
}
