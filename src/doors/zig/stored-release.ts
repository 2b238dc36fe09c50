/** What is kept of a published version, as JSON in its row; answers are made of it. */
export interface StoredRelease {
  /** In the registry: with dashes. */
  name: string;
  /** As projects name it in their dependencies: the manifest's own name. */
  identifier: string;
  version: string;
  /** False for a package that is its files alone. */
  hasManifest: boolean;
  /** 16 hexadecimal digits behind `0x`: JSON numbers are too short for it. */
  fingerprint?: string;
  minimum_zig_version?: string;
  description?: string;
  paths?: string[];
  /** The form that the compilers which read this manifest write. */
  hash: string;
  legacyHash: string;
  modernHash: string;
}
