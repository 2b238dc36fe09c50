import { checkShape, isObject, own, type JsonObject } from './json.ts';

/** What npm installs beside a package; peers are ranges that others meet, and no URLs. */
const FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies'];

/**
 * The text of a package.json whose dependencies on packages that `urlOf` knows lead to their URLs, also where they have another name
 * (`npm:name@range`); undefined if it has none. What is bundled stays. Fault `manifest_invalid` for one that cannot be written.
 */
export function withSiblings(
  packageJson: JsonObject,
  urlOf: (name: string) => string | undefined,
): string | undefined {
  const bundled = bundledIn(packageJson);
  const changed: Record<string, JsonObject> = {};
  for (const field of FIELDS) {
    const wanted = own(packageJson, field);
    if (!isObject(wanted)) continue;
    const urls = Object.entries(wanted).flatMap(([name, spec]): [string, string][] => {
      const url = bundled === 'all' || bundled.includes(name) ? undefined : urlOf(meant(name, spec));
      return url === undefined ? [] : [[name, url]];
    });
    if (urls.length > 0) changed[field] = { ...wanted, ...Object.fromEntries(urls) };
  }
  if (Object.keys(changed).length === 0) return undefined;
  checkShape(packageJson);
  return `${JSON.stringify({ ...packageJson, ...changed }, null, 2)}\n`;
}

/** The package that a dependency names. */
function meant(name: string, spec: unknown): string {
  const alias = typeof spec === 'string' ? /^npm:(@?[^@]+)/.exec(spec)?.[1] : undefined;
  return alias ?? name;
}

/** Both spellings are npm's. */
function bundledIn(packageJson: JsonObject): unknown[] | 'all' {
  const bundled = own(packageJson, 'bundleDependencies') ?? own(packageJson, 'bundledDependencies');
  if (bundled === true) return 'all';
  return Array.isArray(bundled) ? bundled : [];
}
