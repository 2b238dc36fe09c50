/** A version of a package. */
export interface PackageMetadata {
  name: string;
  version: string;
  description?: string;
  repository?: string;
  homepage?: string;
  license?: string;
  author?: string;
  keywords?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  tarballUrl: string;
  /** `sha256:` and hex; `sha1:` for what a registry elsewhere has and nobody has fetched yet. */
  checksum?: string;
  /** ISO 8601. */
  publishedAt: string;
  /** Bytes. */
  size?: number;
  /** Of all versions. */
  downloads: number;
}

/** What is said of a version that is published; what its package.json says counts more. */
export interface PublishMetadata {
  name: string;
  version: string;
  description?: string;
  repository?: string;
  homepage?: string;
  license?: string;
  author?: string;
  keywords?: string[];
}

/** A package that was found. */
export interface SearchResult {
  name: string;
  version: string;
  description?: string;
  keywords?: string[];
  author?: string;
  downloads: number;
}

/** A package as a commit made it. */
export interface CommitPublish {
  name: string;
  sha: string;
  tarballUrl: string;
  /** `sha256:` and hex. */
  checksum: string;
  /** ISO 8601. */
  publishedAt: string;
  repository?: string;
  packageDir?: string;
  version?: string;
  /** Bytes. */
  size: number;
  publishedBy?: string;
}

/** What is said of a package of a commit that is published. */
export interface CommitOptions {
  /** URL of the repository. */
  repository?: string | undefined;
  /** The package's folder in the repository. */
  packageDir?: string | undefined;
  version?: string | undefined;
  /** Name of the user whose it is to be; the first administrator if left out. */
  publishedBy?: string | undefined;
}

/** All packages of a commit. */
export interface CommitPublishSummary {
  sha: string;
  repository?: string;
  publishedAt: string;
  packages: CommitPublish[];
}

/** Where things are kept. */
export interface StorageBackends {
  /** Of tarballs: a folder, or a bucket with the beginning of its keys. */
  tarball: { kind: 'files' | 's3'; place: string };
  /** Of what is known of them: a file, or a database without its password. */
  metadata: { kind: 'sqlite' | 'postgresql'; place: string };
}
