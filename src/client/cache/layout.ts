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
 * Two registries may have different bytes under one name and version. There is one place for both, and the digest decides: what is there
 * is used where it is the wanted one, and replaced where not. So whoever installs gets its own bytes, and the place has those of the last.
 */
export class Layout {
  readonly registry: string;
  readonly cache: string;
  readonly temporary: string;
  readonly index: string;

  /** @param home `~/.vais` */
  constructor(home: string) {
    this.registry = join(home, 'registry');
    this.cache = join(this.registry, 'cache');
    this.temporary = join(this.cache, '.tmp');
    this.index = join(this.registry, 'index');
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
