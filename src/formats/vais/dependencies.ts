import { isFault } from '../../kernel/light/index.ts';
import { parseRequirement } from '../../kernel/semver/light/index.ts';
import { checkDependencyKeys } from './dependency-keys.ts';
import {
  describe,
  flagAt,
  isTable,
  manifestFault,
  tableAt,
  textAt,
  textsAt,
  type TomlFields,
} from './fields.ts';
import { isProjectName, isVaisName, nameProblem, shown } from './names.ts';

/** What a package needs (vais.md 3). */
export interface VaisDependency {
  /** As it was written; `*` where no version is said. */
  requirement: string;
  /** Of a folder, relative to the manifest's. */
  path?: string;
  features?: string[];
  optional?: boolean;
  /** Name or URL of another registry. */
  registry?: string;
  target?: string;
}

/** By name; no prototype, for a package may be called `constructor`. */
export type VaisDependencies = Record<string, VaisDependency>;

/** The dependencies of one or several tables, of which the first that names a package counts. Fault `manifest_invalid`. */
export function readDependencies(
  fields: TomlFields,
  tables: readonly string[],
  anyName: boolean,
): VaisDependencies {
  const found: VaisDependencies = Object.create(null);
  for (const table of tables) {
    for (const [name, value] of Object.entries(tableAt(fields, table) ?? {})) {
      if (!isVaisName(name) && !(anyName && isProjectName(name))) {
        throw manifestFault(`the name ${shown(name)} in [${table}] ${nameProblem(name)}.`);
      }
      found[name] ??= readDependency(value, `"${name}" in [${table}]`);
    }
  }
  return found;
}

function readDependency(value: unknown, place: string): VaisDependency {
  if (typeof value === 'string') return { requirement: checked(value, place) };
  if (!isTable(value)) {
    throw manifestFault(
      `${place} must be a version such as "^1.0.0", or a table such as { path = "../lib" }, not ${describe(value)}.`,
    );
  }
  const path = textAt(value, 'path', place);
  if (path !== undefined && (path.trim() === '' || path.includes('\0'))) {
    throw manifestFault(`"path" of ${place} must be a folder, such as "../lib".`);
  }
  checkDependencyKeys(value, place);
  const features = textsAt(value, 'features', place);
  const optional = flagAt(value, 'optional', place);
  const registry = textAt(value, 'registry', place);
  const target = textAt(value, 'target', place);
  return {
    requirement: checked(textAt(value, 'version', place) ?? '*', place),
    ...(path !== undefined && { path }),
    ...(features !== undefined && { features }),
    ...(optional !== undefined && { optional }),
    ...(registry !== undefined && { registry }),
    ...(target !== undefined && { target }),
  };
}

/** As it is: documents say what was written. */
function checked(requirement: string, place: string): string {
  try {
    return parseRequirement(requirement).text;
  } catch (error) {
    if (isFault(error)) throw manifestFault(`${place} cannot be read. ${error.message}`);
    throw error;
  }
}
