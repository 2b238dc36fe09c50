import type { Readable } from 'node:stream';
import { readVaisArchive } from './archive.ts';
import { readVaisManifest, type VaisManifest } from './manifest.ts';

/** What is known of a package once its archive was opened: plain data, which may go to another thread. */
export interface VaisUpload {
  manifest: VaisManifest;
  /** As in `VaisArchive`. */
  readme: string | null;
  files: number;
  /** Bytes of all files. */
  unpackedSize: number;
}

/** Opens an archive and reads its manifest. Faults as `readVaisArchive` and `readVaisManifest`. */
export async function readVaisUpload(source: Readable): Promise<VaisUpload> {
  const { manifest, ...rest } = await readVaisArchive(source);
  return { ...rest, manifest: readVaisManifest(manifest) };
}
