import { invalid } from './piece-reader.ts';

/** Where an entry is: bytes. */
export interface Place {
  packed: number;
  unpacked: number;
  offset: number;
}

/** Sizes and offset of a central header; what does not fit there stands in the ZIP64 extra field (APPNOTE 4.5.3). */
export function sizesOf(head: Buffer, extra: Buffer): Place {
  const place: Place = {
    unpacked: head.readUInt32LE(24),
    packed: head.readUInt32LE(20),
    offset: head.readUInt32LE(42),
  };
  const wide = wideField(extra);
  let at = 0;
  for (const key of ['unpacked', 'packed', 'offset'] as const) {
    if (place[key] !== 0xffffffff || wide === undefined) continue;
    if (at + 8 > wide.length) throw invalid('its directory is damaged');
    place[key] = Number(wide.readBigUInt64LE(at));
    at += 8;
  }
  return place;
}

function wideField(extra: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) return extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return undefined;
}
