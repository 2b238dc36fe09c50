import { isRegistryName, registryName } from '../../formats/zig/index.ts';

/** What a package is called whose archive does not tell: protocols/pantry 4. Undefined for a file name of another form. */
export function nameFromFile(fileName: string | undefined): { name: string; version: string } | undefined {
  const [, name = '', version = ''] = FORM.exec(fileName ?? '') ?? [];
  const known = registryName(name);
  return isRegistryName(known) ? { name: known, version } : undefined;
}

/** `my-lib-1.0.0.tar.gz`; numbers as semver 2.0.0 section 2 has them. */
const FORM = /^([^/\\]+)-((?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8}))\.tar\.gz$/;
