/** How versions of one format are compared; the format implements it. */
export interface VersionRanges {
  /** True for a text that `inRange` takes. */
  isRange(text: string): boolean;
  /** False for a version or a range that is none. Prereleases are in a range that their numbers are in. */
  inRange(version: string, range: string): boolean;
  /** Negative if `one` comes before `other`. */
  compare(one: string, other: string): number;
  /** What people should get who ask for nothing special; undefined of no versions. */
  newest(versions: string[]): string | undefined;
  /**
   * True for a version that is the hash of its content; such a hash is a range too, of every version with that content. Only formats
   * whose upstreams are mirrored by address have it: a block that has a hash for its name is on that content wherever it is.
   */
  isContent?: (text: string) => boolean;
}
