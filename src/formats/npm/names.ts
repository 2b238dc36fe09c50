import { Fault } from '../../kernel/index.ts';

const OLD_PART = /^[A-Za-z0-9\-!~*'()][A-Za-z0-9\-_.!~*'()]*$/;
const NEW_PART = /^[a-z0-9][a-z0-9._-]*$/;
const RESERVED = new Set(['node_modules', 'favicon.ico']);
/** Characters, the scope included. */
const LONGEST = 214;

/**
 * True for a name that a package may have: capitals and the marks that stay themselves in a URL are allowed, since
 * names from npm's first years have them and differ from their lower-case twins. Source: `name` in npm's
 * documentation of package.json.
 */
export function isReadableName(name: string): boolean {
  return name.length <= LONGEST && hasParts(name, OLD_PART) && !RESERVED.has(name.toLowerCase());
}

/**
 * Checks a name that is published here: lower case only, no mark at the beginning. Rejects with Fault `name_invalid`.
 */
export function checkNewName(name: string): void {
  if (name.length > LONGEST) {
    throw new Fault(
      'name_invalid',
      `A package name may have ${LONGEST} characters, and this one has ${name.length}.`,
    );
  }
  if (!hasParts(name, NEW_PART)) {
    throw new Fault(
      'name_invalid',
      `The package name ${JSON.stringify(name)} is not valid: take lower-case letters, digits, "-", "_" and ".", beginning with a letter or digit, behind "@scope/" if it has a scope.`,
    );
  }
  if (RESERVED.has(name)) {
    throw new Fault('name_invalid', `The package name "${name}" is reserved; choose another one.`);
  }
}

/** The name without its scope: `demo` of `@acme/demo`. */
export function unscoped(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** What the archive of a version is called among the files of its package: `demo-1.0.0.tgz`, without the scope. */
export function tarballName(name: string, version: string): string {
  return `${unscoped(name)}-${version}.tgz`;
}

/** The version whose archive is called so; undefined if none's is. */
export function tarballVersion(name: string, file: string): string | undefined {
  const before = `${unscoped(name)}-`;
  return file.startsWith(before) && file.endsWith('.tgz') ? file.slice(before.length, -4) : undefined;
}

function hasParts(name: string, part: RegExp): boolean {
  const scoped = name.startsWith('@');
  const parts = scoped ? name.slice(1).split('/') : [name];
  return parts.length === (scoped ? 2 : 1) && parts.every((text) => part.test(text));
}
