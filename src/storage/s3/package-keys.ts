import { Fault } from '../../kernel/index.ts';

const ROOT = 'packages/pantry/';

/** What a name, its scope, or a version may be made of: every character is its own in a URL and in a key. */
const PART = /^(?!\.+$)[A-Za-z0-9._~+-]{1,256}$/;

/** Everything of a package lies below. Scopes keep their slash, so no two names share a folder. */
export function packageFolder(name: string): string {
  const parts = name.startsWith('@') ? name.slice(1).split('/') : [name];
  if (parts.length !== (name.startsWith('@') ? 2 : 1) || !parts.every((part) => PART.test(part))) {
    throw new Fault(
      'name_invalid',
      `${JSON.stringify(name)} is not a package name: write name or @scope/name.`,
    );
  }
  return `${ROOT}${name}/`;
}

export function packageKey(name: string, version: string): string {
  const folder = packageFolder(name);
  if (!PART.test(version)) {
    throw new Fault(
      'version_invalid',
      `${JSON.stringify(version)} is not a version: write one such as 1.0.0.`,
    );
  }
  return `${folder}${version}/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
}

/** The version whose archive has the key. */
export function versionIn(name: string, key: string): string {
  return key.slice(packageFolder(name).length).split('/')[0] ?? '';
}
