import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../../kernel/light/index.ts';
import {
  indexEntry,
  readVaisManifest,
  releaseOf,
  type VaisManifest,
} from '../../formats/vais/light/index.ts';
import { MANIFEST, type Project } from '../project/index.ts';
import { writeArchive, type WrittenArchive } from './archive.ts';
import { collectFiles, type PackFile } from './collect.ts';
import { systemFault } from './system-fault.ts';

/** A package whose archive lies in a file. */
export interface PackedPackage extends WrittenArchive {
  manifest: VaisManifest;
  /** What registries call the archive: `name-1.0.0.tar.gz`. */
  fileName: string;
  files: readonly PackFile[];
  /** Bytes of the files. */
  unpackedSize: number;
}

const SOURCES: ReadonlySet<string> = new Set(['src/lib.vais', 'src/main.vais']);

/**
 * Packs a project as a registry takes it (vais.md 3): flat, regular files only, without what begins with `.`, `target` and `node_modules`.
 * Faults of the manifest, `bad_request` and those of archives say what keeps it from being published.
 *
 * @param to a file that does not exist yet
 * @param output where it will lie in the end, if that may be in the project
 */
export async function packProject(
  { folder, text }: Project,
  { to, output, signal }: { to: string; output?: string; signal?: AbortSignal },
): Promise<PackedPackage> {
  // By the rules for what is published, which are stricter than those for a project.
  const manifest = readVaisManifest(text);
  // It comes with the readers of archives, which other commands do without.
  const { checkPublishedVersion, readVaisUpload } = await import('../../formats/vais/index.ts');
  checkPublishedVersion(manifest.version);
  const release = releaseOf(manifest);
  const earlier = new RegExp(`^${manifest.name}-\\d[^/]*\\.tar\\.gz$`);
  const files = await collectFiles(
    folder,
    (path) => earlier.test(path) || (output !== undefined && join(folder, path) === output),
  );
  if (!files.some(({ path }) => SOURCES.has(path))) {
    throw new Fault(
      'bad_request',
      `${folder} has neither src/lib.vais nor src/main.vais; a Vais package needs one of them.`,
    );
  }
  // That very text was read and checked.
  const given = new Map([[MANIFEST, Buffer.from(text)]]);
  const written = await writeArchive(to, files, { given, signal });
  indexEntry(release, { sha256: written.checksum, size: written.size });
  // As the registry will: what is packed is taken there.
  await readVaisUpload(createReadStream(to, signal && { signal }));
  return {
    ...written,
    manifest,
    fileName: archiveName(manifest),
    files,
    unpackedSize: files.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Packs a project into a file, in place of what was there; there is the old one or the new one, whole. Faults as above. */
export async function packInto(project: Project, file: string, signal: AbortSignal): Promise<PackedPackage> {
  // Begins with a point, so it is not packed into itself.
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    const packed = await packProject(project, { to: temporary, output: file, signal });
    await rename(temporary, file);
    return packed;
  } catch (error) {
    throw systemFault(`${file} cannot be written`, error);
  } finally {
    await rm(temporary, { force: true });
  }
}

export function archiveName({ name, version }: { name: string; version: string }): string {
  return `${name}-${version}.tar.gz`;
}

/** What is sent beside the archive (vais.md 2): what the original sends, and what else the manifest says. */
export function metadataOf(manifest: VaisManifest, checksum: string): Record<string, unknown> {
  const { name, version, description = '', license = '', authors } = manifest;
  const { homepage, repository, documentation, keywords, categories } = manifest;
  return {
    name,
    version,
    description,
    authors,
    license,
    checksum,
    dependencies: Object.fromEntries(
      Object.entries(manifest.dependencies).map(([one, { requirement }]) => [one, requirement]),
    ),
    ...(homepage !== undefined && { homepage }),
    ...(repository !== undefined && { repository }),
    ...(documentation !== undefined && { documentation }),
    ...(keywords.length > 0 && { keywords }),
    ...(categories.length > 0 && { categories }),
  };
}

/** Folders that others get from the registry instead, in whichever version: what the publisher should know. */
export function pathOnlyDependencies({ dependencies }: VaisManifest): { name: string; path: string }[] {
  return Object.entries(dependencies).flatMap(([name, { path, requirement }]) =>
    path !== undefined && requirement === '*' ? [{ name, path }] : [],
  );
}
