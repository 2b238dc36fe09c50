import { setImmediate } from 'node:timers/promises';
import type { Principal } from '../accounts/index.ts';
import { isSimilar, plain, readerId, scopeOf } from '../policy/index.ts';
import type { NamePage, RegistryRow, SimilarNames } from './ports/index.ts';

/** Names that are looked at most in one list; of longer ones the rest is not compared. */
const MOST_COMPARED = 5_000;
/** Names that are read and compared in one go: a millisecond or two. Between two of them everybody else has their turn. */
const SLICE = 100;
/** Scopes whose packages a name without one is compared with. */
const MOST_SCOPES = 5;
/** Names of which it is looked up whether the publisher may see them. */
const MOST_LOOKED_AT = 20;
/** Names that are looked for at most. */
const MOST_FOUND = 200;
/** Names that a warning gives. */
const MOST_TOLD = 3;
/** By so many characters names differ in length that are similar: two slips, and separators. */
const LENGTH_MARGIN = 4;

/**
 * What a name that is new may be taken for: `@acme` for `@acmee/ui`, `@acme/utils` for `@acme/utlis`, `@acme/ui` for `acme-ui`. Only
 * names that the publisher may see: a warning must not tell of others.
 */
export async function lookalikes(
  similar: SimilarNames,
  registry: RegistryRow,
  name: string,
  principal: Principal,
): Promise<string[]> {
  const scope = scopeOf(name);
  const found =
    scope === null
      ? await inScopesLike(similar, registry.id, name)
      : ((await scopesLike(similar, registry.id, scope)) ??
        (await inScope(similar, registry.id, scope, name)));
  if (found.length === 0) return [];
  const visible: string[] = [];
  for (const each of found.slice(0, MOST_LOOKED_AT)) {
    await setImmediate();
    const names = await similar.visible({
      registryId: registry.id,
      names: [each.includes('/') ? each : `${each}/`],
      readerId: readerId(principal, registry.name),
    });
    if (names.length > 0) visible.push(each);
    if (visible.length === MOST_TOLD) break;
  }
  return visible;
}

/** Scopes that this one may be taken for; undefined for one that has packages itself. */
async function scopesLike(
  similar: SimilarNames,
  registryId: number,
  scope: string,
): Promise<string[] | undefined> {
  const [first] = await similar.scopes({ registryId, beginning: scope, after: null, limit: 1 });
  if (first === scope) return undefined;
  const scopes = await those(
    (page) => similar.scopes(page),
    { registryId, beginning: '' },
    (known) => isNear(scope, known) && isSimilar(scope, known),
  );
  return scopes.map((known) => `@${known}`);
}

async function inScope(
  similar: SimilarNames,
  registryId: number,
  scope: string,
  name: string,
): Promise<string[]> {
  const beginning = `@${scope}/`;
  const last = name.slice(beginning.length);
  return those(
    (page) => similar.names(page),
    { registryId, beginning },
    (known) => {
      const other = known.slice(beginning.length);
      return isNear(last, other) && isSimilar(last, other);
    },
  );
}

/** Packages whose scope and name, written as one, are like the name. */
async function inScopesLike(similar: SimilarNames, registryId: number, name: string): Promise<string[]> {
  const text = plain(name);
  const scopes = await those(
    (page) => similar.scopes(page),
    { registryId, beginning: name.slice(0, 2) },
    (scope) => {
      const start = plain(scope);
      return (
        start.length < text.length &&
        (text.startsWith(start) || isSimilar(text.slice(0, start.length), start))
      );
    },
  );
  const found: string[] = [];
  for (const scope of scopes.slice(0, MOST_SCOPES)) {
    const beginning = `@${scope}/`;
    const rest = text.slice(plain(scope).length);
    const names = await those(
      (page) => similar.names(page),
      { registryId, beginning },
      (known) => isNear(rest, known.slice(beginning.length)) && isSimilar(name, known),
    );
    found.push(...names);
  }
  return found;
}

/** Those of a list, as far as it is looked at. */
async function those(
  read: SimilarNames['names'],
  list: Pick<NamePage, 'registryId' | 'beginning'>,
  isOne: (name: string) => boolean,
): Promise<string[]> {
  const found: string[] = [];
  let after: string | null = null;
  for (let seen = 0; seen < MOST_COMPARED; seen += SLICE) {
    const names: string[] = await read({ ...list, after, limit: SLICE });
    found.push(...names.filter(isOne));
    after = names.at(-1) ?? null;
    if (names.length < SLICE || found.length >= MOST_FOUND) break;
    // Calls of SQLite wait for nothing, so that awaiting them gives nobody else a turn.
    await setImmediate();
  }
  return found;
}

/** Who slips seldom does so at both ends; few of all names pass this, and it takes no time. */
function isNear(name: string, known: string): boolean {
  return (
    Math.abs(name.length - known.length) <= LENGTH_MARGIN &&
    (name.at(0) === known.at(0) || name.at(-1) === known.at(-1))
  );
}
