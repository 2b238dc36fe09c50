import { Fault } from '../../kernel/light/index.ts';

/** Names of the language itself and of what every project has: no package may take them (vais.md 3). */
const RESERVED: ReadonlySet<string> = new Set(['std', 'core', 'vais', 'test', 'main', 'lib']);
const PUBLISHED = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const UNPUBLISHED = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** What sentences say of it. */
export const NAME_RULE =
  'a package name has 1 to 64 lower-case letters, digits, "-" and "_", and begins with a letter or digit';

/** True for a name that a package of a registry may have. */
export function isVaisName(name: string): boolean {
  return PUBLISHED.test(name) && !RESERVED.has(name);
}

/** True for a name that a project may have that nobody publishes: safe as a key and as a folder, no more. */
export function isProjectName(name: string): boolean {
  return UNPUBLISHED.test(name);
}

/** Checks a name that is published or asked for (vais.md 3). Fault `name_invalid`. */
export function checkVaisName(name: string): void {
  if (isVaisName(name)) return;
  const shown = JSON.stringify(name.slice(0, 80));
  throw new Fault(
    'name_invalid',
    RESERVED.has(name)
      ? `The package name ${shown} is reserved; choose another one.`
      : `The package name ${shown} is not valid: ${NAME_RULE}.`,
  );
}
