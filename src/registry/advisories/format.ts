/** Versions that an advisory is about, as the OSV schema says it (ossf.github.io/osv-schema, "affected"). */
export interface OsvVersions {
  ranges: OsvEvent[][];
  /** One by one. */
  versions: string[];
  /** GitHub's own field `last_known_affected_version_range` (`<= 1.2.3`), for records whose last range is open; or null. */
  lastKnown: string | null;
}

/** Where a range begins or ends; the version is text as the record has it. */
export interface OsvEvent {
  kind: 'introduced' | 'fixed' | 'last_affected' | 'limit';
  version: string;
}

/** What advisories mean for the packages of one format. */
export interface AdvisoryFormat {
  /** The format, as registries name it. */
  format: string;
  /** What the OSV schema calls it. */
  ecosystem: string;
  isName(name: string): boolean;
  /** The same versions as a range of the format; null if there are none. Fault `advisory_invalid` if it cannot be understood. */
  range(affected: OsvVersions): string | null;
  /** Can versions be judged by this range? False for one that is none, or too large. */
  isRange(text: string): boolean;
  /** Is a version in a range that `range` or an upstream has made? */
  inRange(version: string, range: string): boolean;
}
