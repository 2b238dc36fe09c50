/** Formats whose clients read one document on all packages of a registry. */
const formats: ReadonlySet<string> = new Set(['vais']);

/** True if registries of the format count their changes: see `RegistryRevisions`. */
export function isCounted(format: string): boolean {
  return formats.has(format);
}
