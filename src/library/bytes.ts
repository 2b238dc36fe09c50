import { buffer } from 'node:stream/consumers';
import { Fault, type Digests } from '../kernel/index.ts';
import type { Blobs, StagedBlob } from '../registry/index.ts';

/** Bytes that are written at once. */
const PIECE = 1024 ** 2;

/** The bytes of a tarball, staged. Fault `too_large`. They are the caller's to discard. */
export async function stageBytes(
  blobs: Pick<Blobs, 'stage'>,
  tarball: ArrayBuffer | Uint8Array,
  { name, most }: { name: string; most: number },
): Promise<{ staged: StagedBlob; digests: Digests }> {
  const bytes = tarball instanceof Uint8Array ? tarball : new Uint8Array(tarball);
  if (bytes.length > most) {
    throw new Fault(
      'too_large',
      `The tarball of ${name} has ${bytes.length} bytes, and the limit is ${most}: set pantryMaxTarballBytes.`,
    );
  }
  const staged = await blobs.stage();
  try {
    for (let from = 0; from < bytes.length; from += PIECE)
      await staged.write(bytes.slice(from, from + PIECE));
    return { staged, digests: await staged.finish() };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** All bytes of a stored file. */
export async function bytesOf(blobs: Pick<Blobs, 'open'>, key: string): Promise<Uint8Array> {
  return buffer(await blobs.open(key));
}
