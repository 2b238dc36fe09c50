import type { StorageUse } from './ports/index.ts';

/** What is stored, beside what may be. */
export interface StorageReport extends StorageUse {
  /** What was pulled from upstreams, with their documents, over all registries. `cap` null: it may take any number of bytes. */
  cache: { bytes: number; cap: number | null };
}

export function storageReport(use: StorageUse, cap: number | undefined): StorageReport {
  const bytes = use.registries.reduce(
    (sum, { cached, documents }) => sum + cached.bytes + documents.bytes,
    0,
  );
  return { ...use, cache: { bytes, cap: cap ?? null } };
}
