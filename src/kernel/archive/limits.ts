/** What an archive may cost us. Each limit answers with Fault `archive_too_large` that names it. */
export interface ArchiveLimits {
  /** Entries, counting each folder that only their paths imply. */
  entries: number;
  /** Bytes of the tar stream after decompression, headers and padding included. */
  unpackedBytes: number;
  /** Unpacked bytes for each packed one. DEFLATE itself ends at 1032; source code and even sparse data stay far below 200. */
  ratio: number;
  /** Unpacked bytes from which `ratio` counts: short runs of zeros are no bomb. */
  ratioFrom: number;
  /** UTF-8 bytes of one path or link target. Linux takes 4096, most others 1024. */
  pathBytes: number;
  /** Bytes of headers before one entry (pax records, long names), which the tar reader holds in memory. */
  headerBytes: number;
}

export const defaultArchiveLimits: ArchiveLimits = {
  entries: 100_000,
  unpackedBytes: 1024 * 1024 * 1024,
  ratio: 200,
  ratioFrom: 16 * 1024 * 1024,
  pathBytes: 1024,
  headerBytes: 1024 * 1024,
};
