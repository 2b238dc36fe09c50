import { Fault } from '../../kernel/light/index.ts';

/** Names of the language itself and of what every project has: no package may take them (vais.md 3). */
const RESERVED: ReadonlySet<string> = new Set(['std', 'core', 'vais', 'test', 'main', 'lib']);
const PUBLISHED = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const UNPUBLISHED = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

const NAME_RULE =
  'a package name has 1 to 64 lower-case letters, digits, "-" and "_", and begins with a letter or digit';

/** True for a name that a package of a registry may have. */
export function isVaisName(name: string): boolean {
  return PUBLISHED.test(name) && !RESERVED.has(name);
}

/** True for a name that a project may have that nobody publishes: safe as a key and as a folder, no more. */
export function isProjectName(name: string): boolean {
  return UNPUBLISHED.test(name);
}

/** What is wrong with a name that is none, as the end of a sentence. */
export function nameProblem(name: string): string {
  return RESERVED.has(name) ? 'is reserved; choose another one' : `is not valid: ${NAME_RULE}`;
}

/** Checks a name that is published or asked for (vais.md 3). Fault `name_invalid`. */
export function checkVaisName(name: string): void {
  if (isVaisName(name)) return;
  throw new Fault('name_invalid', `The package name ${shown(name)} ${nameProblem(name)}.`);
}

/** A name in a sentence, whatever it is. */
export function shown(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
