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
  const path = rawPath.replace(/\/{2,}/g, '/');
  const [, name = '', rest = ''] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? [];
  const registry = registries.get(name);
  const door = registry && doors.get(registry.format);
  if (registry && door)
    return `${DOOR_PREFIX}${registry.format}/${name}${door.canonicalPath(rest || '/')}${query}`;
  // A path that pretends to be routed already must not find a door. The router decodes what it is given.
  return `${/^\/(?:~|%7e)/i.test(path) ? `/-${path}` : path}${query}`;
}

/** A server must take the absolute form too (RFC 9112 section 3.2.2). Whom it names counts as little as a Host header. */
function originForm(target: string): string {
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest.startsWith('/') || rest === target ? rest : `/${rest}`;
}

function split(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark)];
}
