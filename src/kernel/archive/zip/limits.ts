/** What a ZIP archive may cost us. Each limit answers with a Fault that names it. */
export interface ZipLimits {
  entries: number;
  /** Bytes of one entry after decompression. */
  entryBytes: number;
  /** Bytes of all entries that are read, after decompression. */
  unpackedBytes: number;
  /** Unpacked bytes for each packed one, counted over the whole archive from `ratioFrom` unpacked bytes on. */
  ratio: number;
  ratioFrom: number;
}

export const defaultZipLimits: ZipLimits = {
  entries: 2_000_000,
  entryBytes: 16 * 1024 * 1024,
  unpackedBytes: 8 * 1024 * 1024 * 1024,
  ratio: 200,
  ratioFrom: 16 * 1024 * 1024,
};
