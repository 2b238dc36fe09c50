import { checkShape, isObject, own, type JsonObject } from './json.ts';

/** What npm installs beside a package; peers are ranges that others meet, and no URLs. */
const FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies'];

/** Names of what installs with a package and is not bundled: of packages, also where they have another name (`npm:name@range`). */
export function wantedPackages(packageJson: JsonObject): Set<string> {
  return new Set(wanted(packageJson).map(({ meant }) => meant));
}

/**
 * The text of a package.json whose dependencies on packages that `urlOf` knows lead to their URLs; undefined if it has none. What is
 * bundled stays. Fault `manifest_invalid` for one that cannot be written.
 */
export function withSiblings(
  packageJson: JsonObject,
  urlOf: (name: string) => string | undefined,
): string | undefined {
  const urls = wanted(packageJson).flatMap(({ field, name, meant }) => {
    const url = urlOf(meant);
    return url === undefined ? [] : [{ field, name, url }];
  });
  if (urls.length === 0) return undefined;
  checkShape(packageJson);
  const changed = FIELDS.flatMap((field): [string, JsonObject][] => {
    const its = urls.filter((one) => one.field === field);
    if (its.length === 0) return [];
    const led = Object.fromEntries(its.map(({ name, url }) => [name, url]));
    return [[field, { ...(packageJson[field] as JsonObject), ...led }]];
  });
  return `${JSON.stringify({ ...packageJson, ...Object.fromEntries(changed) }, null, 2)}\n`;
}

interface Wanted {
  field: string;
  /** As the field has it. */
  name: string;
  /** The package that it names. */
  meant: string;
}

function wanted(packageJson: JsonObject): Wanted[] {
  const bundled = bundledIn(packageJson);
  if (bundled === 'all') return [];
  return FIELDS.flatMap((field) => {
    const specs = own(packageJson, field);
    if (!isObject(specs)) return [];
    return Object.entries(specs)
      .filter(([name]) => !bundled.has(name))
      .map(([name, spec]) => ({ field, name, meant: packageOf(name, spec) }));
  });
}

function packageOf(name: string, spec: unknown): string {
  const alias = typeof spec === 'string' ? /^npm:(@?[^@]+)/.exec(spec)?.[1] : undefined;
  return alias ?? name;
}

/** Both spellings are npm's. */
function bundledIn(packageJson: JsonObject): Set<unknown> | 'all' {
  const bundled = own(packageJson, 'bundleDependencies') ?? own(packageJson, 'bundledDependencies');
  if (bundled === true) return 'all';
  return new Set(Array.isArray(bundled) ? (bundled as unknown[]) : []);
}
