import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { RemoteFile } from '../../registry/index.ts';
import { isObject, type JsonObject } from './json.ts';

const decompress = promisify(zstdDecompress);

/** A longer entry is no honest one: it holds a URL, two digests, a version and a time. */
const MAX_ENTRY_BYTES = 64 * 1024;

/** An object whose values are strings or numbers. */
const FLAT_OBJECT = /^\{(?:"(?:[^"\\]|\\.)*"|[^"{}])*\}/;

/** What the index keeps of a file. */
export function indexEntry({ version, url, integrity, shasum, time }: RemoteFile): JsonObject {
  return {
    version,
    url,
    ...(integrity === null ? {} : { integrity }),
    ...(shasum === null ? {} : { shasum }),
    ...(time === null ? {} : { time }),
  };
}

/**
 * Finds one file in an index that `ingest` made, without reading the others: a package may have thousands, and each of them may be
 * the next that somebody asks for.
 */
export async function locate(index: Uint8Array, file: string): Promise<RemoteFile | undefined> {
  const text = await decompress(index);
  const start = startOf(text, `${JSON.stringify(file)}:`);
  if (start === undefined) return undefined;
  const entry = FLAT_OBJECT.exec(text.toString('utf8', start, start + MAX_ENTRY_BYTES));
  return entry === null ? undefined : readEntry(JSON.parse(entry[0]));
}

/**
 * Where the value of a key begins. Within a string a quote comes after a backslash, and after its end a quote comes no more: a quote
 * after a comma begins a text, and before `:{` it is a key of the whole.
 */
function startOf(text: Buffer, key: string): number | undefined {
  const length = Buffer.byteLength(key);
  if (text.toString('utf8', 0, length + 2) === `{${key}{`) return 1 + length;
  const at = text.indexOf(`,${key}{`);
  return at === -1 ? undefined : at + 1 + length;
}

function readEntry(value: unknown): RemoteFile | undefined {
  if (!isObject(value)) return undefined;
  const { version, url, integrity, shasum, time } = value;
  if (typeof version !== 'string' || typeof url !== 'string') return undefined;
  return {
    version,
    url,
    integrity: typeof integrity === 'string' ? integrity : null,
    shasum: typeof shasum === 'string' ? shasum : null,
    time: typeof time === 'number' ? time : null,
  };
}
