import type { Readable } from 'node:stream';
import { Fault } from '../../kernel/index.ts';
import { readPackage, type PackageReading, type RootsDiffer, type ZigPackage } from './archive.ts';
import { readPackageApart } from './archive-thread.ts';
import { isRegistryName, registryName } from './names.ts';

/** An archive that can be read from the beginning as often as needed. */
export interface ZigArchive {
  /** Bytes, packed. */
  size: number;
  /** The chunks are the reader's to keep. */
  open: () => Readable;
}

/** A package that may be published: every version of the compiler unpacks it to the same files. */
export interface ZigRelease extends ZigPackage {
  /** What the registry calls it: the manifest's name with `-` for `_`. */
  name: string;
  version: string;
}

/** Bytes of an archive that is read where it is: to reach another thread costs more than to read it. */
const SMALL = 128 * 1024;

/** Bytes of a manifest that is read there too. A small archive may hold a long one, and nothing else runs while it is read. */
const SHORT_MANIFEST = 64 * 1024;

/**
 * Reads an archive that somebody publishes. Faults of `readZigPackage`; besides, `archive_invalid` where there is not
 * exactly one root folder, no manifest, or a manifest whose `paths` leave it out; `name_invalid` for a name that no registry takes.
 *
 * @param named what it is called if it has no manifest; undefined: then it is refused
 */
export async function readZigRelease(
  archive: ZigArchive,
  named?: Pick<ZigRelease, 'name' | 'version'>,
): Promise<ZigRelease> {
  const found = await read(archive, { strip: true, strict: true });
  if ('differs' in found) {
    throw new Fault(
      'archive_invalid',
      `The archive must hold one folder with everything in it, and ${found.differs}; pack the folder itself.`,
    );
  }
  const { manifest, root } = found;
  if (found.files === 0 && manifest === null) {
    throw new Fault('archive_invalid', 'The archive holds no files; pack the folder of the package.');
  }
  if (root === '') {
    throw new Fault(
      'archive_invalid',
      'The archive must hold one folder with everything in it, and its first file lies beside it; pack the folder itself.',
    );
  }
  if (manifest === null) {
    if (named) return { ...found, ...named };
    throw new Fault(
      'archive_invalid',
      'The archive holds no build.zig.zon in its root folder; add one, or name the file as <name>-<1.2.3>.tar.gz.',
    );
  }
  if (!found.keepsManifest) {
    throw new Fault(
      'manifest_invalid',
      'build.zig.zon: paths leave build.zig.zon itself out, and nobody could depend on the package; add "build.zig.zon" to paths.',
    );
  }
  const name = registryName(manifest.name);
  if (!isRegistryName(name)) {
    throw new Fault(
      'name_invalid',
      `build.zig.zon: the name ${JSON.stringify(manifest.name)} is one that Zig may take and a registry does not: it takes letters, digits and "_", beginning with a letter or a digit.`,
    );
  }
  return { ...found, name, version: manifest.version };
}

/**
 * Reads any archive that the compiler takes, wherever it comes from: with or without a root folder, with or without a
 * manifest. Faults `archive_invalid`, `archive_too_large`, `manifest_invalid`, `too_large`; errors of the opened stream pass through.
 */
export async function readZigPackage(archive: ZigArchive): Promise<ZigPackage> {
  const found = await read(archive, { strip: true, strict: false });
  if (!('differs' in found)) return found;
  // What a file is hashed with begins with its path, and that is another one now.
  const again = await read(archive, { strip: false, strict: false });
  if ('differs' in again) throw new Error('An archive without a root has two of them.');
  return again;
}

async function read({ size, open }: ZigArchive, how: PackageReading): Promise<ZigPackage | RootsDiffer> {
  if (size <= SMALL) {
    const found = await readPackage(open(), { ...how, manifestBytes: SHORT_MANIFEST });
    if (!('isLong' in found)) return found;
  }
  const found = await readPackageApart(open(), how);
  if ('isLong' in found) throw new Error('A manifest that no limit was set for was called too long.');
  return found;
}
