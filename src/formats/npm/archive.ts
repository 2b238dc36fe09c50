import type { Readable } from 'node:stream';
import { Fault, readTarGz, type ArchiveEntry, type WantedContent } from '../../kernel/index.ts';
import { isObject, type JsonObject } from './json.ts';

/** What an npm archive tells about its package. */
export interface PackageArchive {
  packageJson: JsonObject;
  /** Where package.json is in the tar stream. */
  packageJsonAt: ContentPlace;
  fileCount: number;
  /** Bytes of all files. */
  unpackedSize: number;
  /** True if `npm-shrinkwrap.json` lies beside package.json. */
  hasShrinkwrap: boolean;
  /** True if `binding.gyp` does, which npm builds without being told to. */
  hasGyp: boolean;
}

/** The content of a file in an unpacked tar stream, in bytes. */
export interface ContentPlace {
  start: number;
  size: number;
  /** True if a pax record before the file's own header says its size too. */
  sizeElsewhere?: boolean;
}

/** package.json of a real package is a few KiB; the longest that are known stay below 1 MiB. */
export const MAX_PACKAGE_JSON = 1024 * 1024;
/** What it holds all in all; real ones have some hundreds. A megabyte of empty lists would take twenty megabytes of memory. */
const MOST_VALUES = 100_000;

/**
 * Opens an npm archive. Clients drop the first folder whatever its name, so package.json is expected in any
 * first-level folder, once: with two of them it would depend on the unpacker which one counts.
 */
export async function readPackageArchive(source: Readable): Promise<PackageArchive> {
  const beside = new Set<string>();
  let found: { text: Buffer; at: ContentPlace } | undefined;
  const onEntry = (entry: ArchiveEntry): WantedContent | undefined => {
    const [, name, ...deeper] = entry.path.split('/');
    if (name === undefined || deeper.length > 0 || entry.type !== 'file') return undefined;
    // File systems that fold case would keep only one of package.json and Package.json.
    const folded = name.toLowerCase();
    if (folded === 'package.json' && beside.has(folded)) {
      throw new Fault(
        'archive_invalid',
        'The archive holds more than one package.json at its first level; pack it again.',
      );
    }
    beside.add(folded);
    if (name !== 'package.json') return undefined;
    return {
      maxBytes: MAX_PACKAGE_JSON,
      take: (text, start, sizeElsewhere) => {
        found = { text, at: { start, size: text.length, ...(sizeElsewhere && { sizeElsewhere }) } };
      },
    };
  };
  const { files, unpackedSize } = await readTarGz(source, onEntry);
  if (found === undefined) {
    throw new Fault(
      'archive_invalid',
      'The archive holds no package.json in its first folder; pack it with npm pack.',
    );
  }
  return {
    packageJson: parsePackageJson(found.text),
    packageJsonAt: found.at,
    fileCount: files,
    unpackedSize,
    hasShrinkwrap: beside.has('npm-shrinkwrap.json'),
    hasGyp: beside.has('binding.gyp'),
  };
}

/** Fault `archive_invalid` for what is no JSON object, `archive_too_large` for one of too many values, told before it is parsed. */
export function parsePackageJson(text: Buffer): JsonObject {
  if (valuesIn(text) > MOST_VALUES) {
    throw new Fault(
      'archive_too_large',
      `package.json in the archive holds more than ${MOST_VALUES} values; shorten it and pack again.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw new Fault(
      'archive_invalid',
      'package.json in the archive is not valid JSON; correct it and pack again.',
    );
  }
  if (!isObject(value))
    throw new Fault('archive_invalid', 'package.json in the archive must hold a JSON object.');
  return value;
}

/** Commas and brackets outside of texts: no fewer than the values of what is JSON, and at most twice as many. */
function valuesIn(text: Buffer): number {
  let count = 0;
  let isText = false;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) isText = !isText;
    else if (isText) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA || byte === BRACKET || byte === BRACE) count += 1;
  }
  return count;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;
