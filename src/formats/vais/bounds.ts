/** What an archive may hold, and so what is packed, taken and unpacked (protocols/vais 2): entries, and bytes of all files. */
export const archiveBounds = { entries: 10_000, unpackedBytes: 100 * 1024 ** 2 };
