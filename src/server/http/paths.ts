import type { Door } from '../../doors/index.ts';
import type { RegistryRow } from '../../registry/index.ts';
import type { Contender, Doors, RootDoor } from './doors.ts';
import type { RegistryTable } from './registries.ts';

/** Where doors are mounted inside the router. No path from outside begins with it: see `routePath`. */
export const DOOR_PREFIX = '/~';

/** Where a path leads. */
export interface Destination {
  /** Undefined: this server knows none, as far as this replica has heard. */
  door: Door | undefined;
  /** Name of the registry that the path is about, if it is about one. */
  registry: string;
  known: RegistryRow | undefined;
  /** What stands before the part that the door knows: `/team-npm`, `/pantry`, or nothing. */
  prefix: string;
  /** What follows it; begins with a slash, and is still percent-encoded. */
  rest: string;
  /** Doors that this path may lead to, this one among them: see `Doors.elsewhere`. */
  contenders: readonly Contender[];
}

/** What of a request tells where it leads. */
export interface Target {
  /** As it was sent. */
  url: string;
  method: string;
  /** The contender that it goes to, once that is decided. */
  decided?: RootDoor | undefined;
}

/** Works on the raw URL of a request, before anything is decoded. A registry's own path comes before what doors take at the root. */
export function destinationOf(
  { url, method, decided }: Target,
  registries: RegistryTable,
  doors: Doors,
): Destination {
  const path = pathOf(url);
  const [name, rest] = afterFirst(path);
  const known = registries.get(name);
  if (known === undefined) {
    const elsewhere = doors.elsewhere(name, { path, method });
    if (elsewhere) {
      const { prefix, contenders } = elsewhere;
      const registry = decided?.atRoot.registry ?? elsewhere.registry;
      return {
        door: decided ?? elsewhere.door,
        registry,
        known: registries.get(registry),
        prefix,
        rest: prefix === '' ? path : rest,
        contenders,
      };
    }
  }
  const door = known && doors.ofFormat(known.format);
  return { door, registry: name, known, prefix: `/${name}`, rest, contenders: [] };
}

/**
 * Turns the path of a request into the path that the router knows: `/team-npm/@acme/demo` becomes
 * `/~npm/team-npm/@acme%2fdemo`. Leaves the query alone.
 */
export function routePath(target: Target, registries: RegistryTable, doors: Doors): string {
  const [, query] = split(originForm(target.url));
  const { door, known, rest } = destinationOf(target, registries, doors);
  if (known && door) return `${DOOR_PREFIX}${door.name}/${known.name}${door.canonicalPath(rest)}${query}`;
  const path = pathOf(target.url);
  // A path that pretends to be routed already must not find a door. The router decodes what it is given.
  return `${/^\/(?:~|%7e)/i.test(path) ? `/-${path}` : path}${query}`;
}

function pathOf(url: string): string {
  const [rawPath] = split(originForm(url));
  return rawPath.includes('//') ? rawPath.replace(/\/{2,}/g, '/') : rawPath;
}

/** The first segment and what follows it, which begins with a slash. */
function afterFirst(path: string): [string, string] {
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
