/** True if no other view shares the chunk's memory, as Node's small buffers do: then it may be moved or freed. */
export function ownsMemory(chunk: Uint8Array): chunk is Uint8Array<ArrayBuffer> {
  return chunk.buffer instanceof ArrayBuffer && chunk.buffer.byteLength === chunk.byteLength;
}

/**
 * Frees the memory of a chunk that nobody uses any more; one that shares its memory is left alone. The collector is in
 * no hurry with buffers: those of one large file pile up to tens of megabytes before it looks. The chunk is empty
 * afterwards.
 */
export function freeChunk(chunk: Uint8Array): void {
  if (ownsMemory(chunk)) chunk.buffer.transfer(0);
}
