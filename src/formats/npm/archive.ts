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
}

/** package.json of a real package is a few KiB; the longest that are known stay below 1 MiB. */
const MAX_PACKAGE_JSON = 1024 * 1024;

/**
 * Opens an npm archive. Clients drop the first folder whatever its name, so package.json is expected in any
 * first-level folder, once: with two of them it would depend on the unpacker which one counts.
 */
export async function readPackageArchive(source: Readable): Promise<PackageArchive> {
  const beside = new Set<string>();
  let found: { text: Buffer; start: number } | undefined;
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
      take: (text, start) => {
        found = { text, start };
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
    packageJson: parse(found.text),
    packageJsonAt: { start: found.start, size: found.text.length },
    fileCount: files,
    unpackedSize,
    hasShrinkwrap: beside.has('npm-shrinkwrap.json'),
    hasGyp: beside.has('binding.gyp'),
  };
}

function parse(text: Buffer): JsonObject {
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
