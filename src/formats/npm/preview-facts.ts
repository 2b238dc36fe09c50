import type { Readable } from 'node:stream';
import { Fault } from '../../kernel/index.ts';
import { readPackageArchive, type ContentPlace } from './archive.ts';
import { isObject, own } from './json.ts';
import { wantedPackages } from './siblings.ts';

/** What is told of an archive from one thread to another: a parsed package.json may be twenty times as large as its text. */
export interface PreviewFacts {
  /** As package.json has it, if it is a text. */
  version: string | undefined;
  /** True if only few are to have it: `publishConfig.access`. */
  restricted: boolean;
  packageJsonAt: ContentPlace;
  /** Bytes of all files. */
  unpackedSize: number;
  /** Names of packages that it depends on, one a line. */
  wanted: string;
}

/** Names of packages have no more characters. */
const LONGEST_NAME = 214;

/** Reads an archive where it is. Faults as `readPackageArchive`, and `manifest_invalid` for a package of another name. */
export async function readPreviewFacts(source: Readable, name: string): Promise<PreviewFacts> {
  const { packageJson, packageJsonAt, unpackedSize } = await readPackageArchive(source);
  const found = own(packageJson, 'name');
  if (found !== name) {
    throw new Fault(
      'manifest_invalid',
      `The archive holds the package ${JSON.stringify(found ?? null).slice(0, 250)}: publish it under its own name.`,
    );
  }
  const version = own(packageJson, 'version');
  const config = own(packageJson, 'publishConfig');
  const wanted = [...wantedPackages(packageJson)].filter(
    (other) => other !== name && other.length <= LONGEST_NAME && !other.includes('\n'),
  );
  return {
    version: typeof version === 'string' && version !== '' ? version : undefined,
    restricted: isObject(config) && own(config, 'access') === 'restricted',
    packageJsonAt,
    unpackedSize,
    wanted: wanted.join('\n'),
  };
}
