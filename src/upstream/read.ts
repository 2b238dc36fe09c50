import type { Readable } from 'node:stream';

/** All bytes of a stream, in memory of their own; undefined, with the stream destroyed, if there are more than `limit`. */
export async function readLimited(source: Readable, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    // Leaving the loop destroys the stream.
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
