import { join } from 'node:path';
import { Fault } from '../../kernel/light/index.ts';
import { isPackageName, isPackageVersion } from '../registry/index.ts';

/** A version of a package, with the SHA-256 (lower-case hex) that its archive must have. */
export interface Pinned {
  name: string;
  version: string;
  checksum: string;
}

/**
 * Where the client keeps what (protocols/vais 3): `cache/<name>/<version>.tar.gz` and beside it `<version>/` with `extracted/`, the
 * unpacked package, and `files.json`, by which it is known again. What is not whole yet lies in `cache/.tmp/`. Everything gets its place
 * by one rename, so that processes need no lock: each finds a thing whole, or not at all, and whoever comes second brings the same bytes.
 *
 * Two registries may have different bytes under one name and version. The second ones lie in `cache/.other/<digest>/`, which is laid out
 * like the cache: `placeFor` says whose the usual place is.
 */
export class Layout {
  readonly #home: string;
  readonly registry: string;
  readonly cache: string;
  /** Folder of folders named by digests. */
  readonly others: string;
  readonly temporary: string;
  readonly index: string;

  /** @param home `~/.vais`
   * @param cache folder of packages, if not the usual one */
  constructor(home: string, cache = join(home, 'registry', 'cache')) {
    this.#home = home;
    this.registry = join(home, 'registry');
    this.cache = cache;
    this.others = join(this.registry, 'cache', '.other');
    this.temporary = join(this.registry, 'cache', '.tmp');
    this.index = join(this.registry, 'index');
  }

  /** Where the version of this digest lies if its usual place is another registry's. */
  other(checksum: string): Layout {
    return new Layout(this.#home, join(this.others, checksum));
  }

  archive(name: string, version: string): string {
    check(name, version);
    return join(this.cache, name, `${version}.tar.gz`);
  }

  /** The folder that holds `extracted/` and `files.json`. */
  unpacked(name: string, version: string): string {
    check(name, version);
    return join(this.cache, name, version);
  }

  /** What is known of the unpacked files. */
  record(name: string, version: string): string {
    return join(this.unpacked(name, version), 'files.json');
  }

  /** The copy of a registry's index: named by its host as in the original, and by its path too where it has one. */
  indexCopy(base: string): string {
    const { host, pathname } = new URL(base);
    return join(this.index, pathname === '/' ? host : `${host}${encodeURIComponent(pathname)}`);
  }
}

/** Names come from lock files that anybody may have written, and become paths. */
function check(name: string, version: string): void {
  if (isPackageName(name) && isPackageVersion(version)) return;
  throw new Fault('bad_request', `${JSON.stringify(`${name}@${version}`)} can be no package and version.`);
}
