import type { Door } from '../../doors/index.ts';
import type { RegistryTable } from './registries.ts';

/** Where doors are mounted inside the router. No path from outside begins with it: see `routePath`. */
export const DOOR_PREFIX = '/~';

/**
 * Turns the path of a request into the path that the router knows: `/team-npm/@acme/demo` becomes
 * `/~npm/team-npm/@acme%2fdemo`. Works on the raw path, before anything is decoded, and leaves the query alone.
 */
export function routePath(url: string, registries: RegistryTable, doors: ReadonlyMap<string, Door>): string {
  const [rawPath, query] = split(originForm(url));
  const path = rawPath.includes('//') ? rawPath.replace(/\/{2,}/g, '/') : rawPath;
  const [name, rest] = afterRegistry(path);
  const registry = registries.get(name);
  const door = registry && doors.get(registry.format);
  if (registry && door) return `${DOOR_PREFIX}${registry.format}/${name}${door.canonicalPath(rest)}${query}`;
  // A path that pretends to be routed already must not find a door. The router decodes what it is given.
  return `${/^\/(?:~|%7e)/i.test(path) ? `/-${path}` : path}${query}`;
}

/** The first segment of a path as it came, which may name a registry. */
export function registryNameOf(url: string): string {
  const [rawPath] = split(originForm(url));
  return afterRegistry(rawPath.replace(/\/{2,}/g, '/'))[0];
}

/** The first segment and what follows it, which begins with a slash. */
function afterRegistry(path: string): [string, string] {
  if (!path.startsWith('/')) return ['', '/'];
  const end = path.indexOf('/', 1);
  return end < 0 ? [path.slice(1), '/'] : [path.slice(1, end), path.slice(end)];
}

/** A server must take the absolute form too (RFC 9112 section 3.2.2). Whom it names counts as little as a Host header. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest.startsWith('/') || rest === target ? rest : `/${rest}`;
}

function split(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark)];
}
