import * as commits from './commits.ts';
import { configFor, configFromEnv } from './config.ts';
import { keep, madeWith } from './made.ts';
import type { RegistryOptions } from './options.ts';
import * as packages from './packages.ts';
import type {
  CommitOptions,
  CommitPublish,
  CommitPublishSummary,
  PackageMetadata,
  PublishMetadata,
  SearchResult,
  StorageBackends,
} from './shapes.ts';
import { backendsOf } from './storage-backends.ts';

/**
 * A package registry within your own program. Making one opens nothing. Its methods open the store, and make it if there is none, whether
 * a server serves it or not; two seconds after the last one it is closed again.
 *
 * Methods see and may do what the operator may. Errors have a `code`, such as `version_exists`, `manifest_invalid` or `archive_invalid`, and
 * a message that says what to do.
 *
 * @example
 * const registry = new Registry({ baseUrl: 'https://registry.example.com', localStoragePath: '/srv/registry' })
 */
export class Registry {
  /** Throws an error with the code `config_invalid`, one sentence a line, for options that make no sense. */
  constructor(options: RegistryOptions = {}) {
    keep(this, configFor(options, process.cwd()), options.log);
  }

  /** The address that clients use; undefined where it is taken from each request. */
  get baseUrl(): string | undefined {
    return madeWith(this).config.values.publicUrl;
  }

  /** A version of a package, the latest one if none is said; null if there is none, elsewhere neither. */
  getPackage(name: string, version?: string): Promise<PackageMetadata | null> {
    const { store, base } = madeWith(this);
    return store.use((open) => packages.getPackage(open, base, name, version));
  }

  /** All versions of a package, newest first; none if there is no such package. */
  listVersions(name: string): Promise<string[]> {
    return madeWith(this).store.use((open) => packages.listVersions(open, name));
  }

  /** Packages whose name, description or keywords have words that begin so, most downloaded first; at most 100. */
  search(query: string, limit = 20): Promise<SearchResult[]> {
    return madeWith(this).store.use((open) => packages.search(open, query, limit));
  }

  /** The bytes of a version's tarball; null if there is none. Counts as a download. */
  downloadTarball(name: string, version: string): Promise<Uint8Array | null> {
    return madeWith(this).store.use((open) => packages.downloadTarball(open, name, version));
  }

  /**
   * Publishes a tarball as `npm pack` makes it; durable when it resolves.
   *
   * @param publishedBy name of the user whose it is to be; the first administrator if left out
   */
  publish(metadata: PublishMetadata, tarball: ArrayBuffer | Uint8Array, publishedBy?: string): Promise<void> {
    return madeWith(this).store.use((open) => packages.publish(open, metadata, tarball, publishedBy));
  }

  /** Is this version published here? What a registry elsewhere has does not count. */
  exists(name: string, version: string): Promise<boolean> {
    return madeWith(this).store.use((open) => packages.exists(open, name, version));
  }

  /** Publishes a package as a commit made it, in place of what is there of that commit. It is kept for 90 days. */
  publishCommit(
    name: string,
    sha: string,
    tarball: ArrayBuffer | Uint8Array,
    options: CommitOptions = {},
  ): Promise<CommitPublish> {
    const { store, base } = madeWith(this);
    return store.use((open) => commits.publishCommit(open, base, { name, sha, tarball }, options));
  }

  /** A package of a commit, whose sha may be cut to its first digits, at least 7; null if there is none. */
  getCommitPackage(sha: string, name: string): Promise<CommitPublish | null> {
    const { store, base } = madeWith(this);
    return store.use((open) => commits.getCommitPackage(open, base, sha, name));
  }

  /** All packages of a commit; null if there is none. */
  getCommitPackages(sha: string): Promise<CommitPublishSummary | null> {
    const { store, base } = madeWith(this);
    return store.use((open) => commits.getCommitPackages(open, base, sha));
  }

  /** The bytes of a tarball of a commit; null if there is none. Counts as a download. */
  downloadCommitTarball(sha: string, name: string): Promise<Uint8Array | null> {
    return madeWith(this).store.use((open) => commits.downloadCommitTarball(open, sha, name));
  }

  /** What commits made of a package, newest first. */
  getPackageCommits(name: string, limit = 20): Promise<CommitPublish[]> {
    const { store, base } = madeWith(this);
    return store.use((open) => commits.getPackageCommits(open, base, name, limit));
  }

  /** Where tarballs are kept, and what is known of them. */
  getStorageBackends(): StorageBackends {
    return backendsOf(madeWith(this).config);
  }

  /** Closes what methods have opened, once they are done. The next one opens it again. */
  close(): Promise<void> {
    return madeWith(this).store.close();
  }
}

/**
 * A registry that keeps everything in `./.registry`, and looks up in the public registry what it does not have.
 *
 * @param baseUrl the address that clients use
 */
export function createLocalRegistry(baseUrl = 'http://localhost:3000'): Registry {
  return new Registry({ s3Bucket: 'local', dynamoTable: 'local', baseUrl, npmFallback: true });
}

/**
 * A registry that is set up as `kontor serve` is, by the environment, `.env` and `kontor.yaml`: `PORT`, `BASE_URL`, `S3_BUCKET`,
 * `NPM_FALLBACK` and the others. Its profile is Pantry's if they name none.
 */
export function createRegistryFromEnv(options: Pick<RegistryOptions, 'log'> = {}): Registry {
  const registry = new Registry(options);
  keep(registry, configFromEnv(process.env, process.cwd()), options.log);
  return registry;
}
