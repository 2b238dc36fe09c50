import { Fault } from '../../../kernel/index.ts';

/** What a pax header says of the entry behind it, as far as unpacking needs it. */
export interface PaxRecords {
  path?: string;
  linkpath?: string;
  size?: number;
}

const KNOWN = new Set(['path', 'linkpath', 'size']);

/** Decodes the records of a pax header (POSIX.1-2017, pax, «Extended Header»): `length keyword=value\n`, each. */
export function decodePax(bytes: Buffer): PaxRecords {
  const records: PaxRecords = {};
  let at = 0;
  while (at < bytes.length) {
    const blank = bytes.indexOf(0x20, at);
    const length = blank === -1 ? Number.NaN : decimal(bytes.toString('latin1', at, blank));
    const end = at + length;
    // Not a number makes every comparison false.
    if (!(blank + 1 < end && end <= bytes.length) || bytes[end - 1] !== 0x0a) throw broken();
    const equals = bytes.indexOf(0x3d, blank + 1);
    if (equals === -1 || equals >= end) throw broken();
    const keyword = bytes.toString('latin1', blank + 1, equals);
    const value = bytes.toString('latin1', equals + 1, end - 1);
    if (keyword.includes('\0') || (KNOWN.has(keyword) && value.includes('\0'))) throw broken();
    if (keyword === 'path') records.path = value;
    else if (keyword === 'linkpath') records.linkpath = value;
    else if (keyword === 'size') records.size = decimal(value);
    at = end;
  }
  return records;
}

function decimal(text: string): number {
  return /^[0-9]{1,20}$/.test(text) ? Number(text) : Number.NaN;
}

function broken(): Fault {
  return new Fault('archive_invalid', 'The archive has a broken pax header; pack it again.');
}
