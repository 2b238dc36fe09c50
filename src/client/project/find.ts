import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errnoOf, Fault, isFault } from '../../kernel/light/index.ts';
import { readVaisManifest, type VaisManifest } from '../../formats/vais/light/index.ts';
import { LOCK, MANIFEST, projectFolder } from './folder.ts';

/** A package on this machine. */
export interface Project {
  /** Absolute. */
  folder: string;
  manifestFile: string;
  lockFile: string;
  /** The manifest as it stands there. */
  text: string;
  manifest: VaisManifest;
}

/**
 * The project that a folder is in: that of the first `vais.toml` upwards (vais.md 4). Fault `not_found` if there is none,
 * `manifest_invalid` if it cannot be read.
 */
export async function findProject(cwd: string): Promise<Project> {
  const folder = projectFolder(cwd);
  if (folder !== undefined) return readProject(folder);
  throw new Fault(
    'not_found',
    `There is no ${MANIFEST} in ${resolve(cwd)} or a folder above it. "init" makes one; or go to the folder of your package first.`,
  );
}

/** The project of a folder. Faults as above. */
export async function readProject(folder: string): Promise<Project> {
  const manifestFile = join(folder, MANIFEST);
  const text = await readText(manifestFile);
  if (text === undefined) throw new Fault('not_found', `There is no ${manifestFile}.`);
  const manifest = readManifest(text, manifestFile);
  return { folder, manifestFile, lockFile: join(folder, LOCK), text, manifest };
}

/** Says which of several manifests is wrong. */
function readManifest(text: string, file: string): VaisManifest {
  try {
    return readVaisManifest(text, { unpublished: true });
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new Fault(
      error.code,
      error.message.replace(MANIFEST, () => file),
      { cause: error },
    );
  }
}

/** A text file; undefined if there is none. Fault `manifest_invalid` for one that is not in UTF-8. */
export async function readText(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    if (errnoOf(cause) === 'ENOENT') return undefined;
    throw new Fault('bad_request', `${file} cannot be read (${errnoOf(cause) ?? 'unknown error'}).`, {
      cause,
    });
  });
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Fault('manifest_invalid', `${file} is not written in UTF-8; save it so.`, { cause });
  }
}
