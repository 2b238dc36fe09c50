import type { Principal } from '../accounts/index.ts';
import { isSimilar, plain, readerId, scopeOf } from '../policy/index.ts';
import type { RegistryRow, SimilarNames } from './ports/index.ts';

/** Names that are compared at most, for each question to the database. */
const MOST_COMPARED = 20_000;
/** Scopes whose packages a name without one is compared with. */
const MOST_SCOPES = 5;
/** Names of which it is looked up whether the publisher may see them. */
const MOST_LOOKED_AT = 20;
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
  const visible = await similar.visible({
    registryId: registry.id,
    names: found.slice(0, MOST_LOOKED_AT).map((each) => (each.includes('/') ? each : `${each}/`)),
    readerId: readerId(principal, registry.name),
  });
  return visible.slice(0, MOST_TOLD).map((each) => each.replace(/\/$/, ''));
}

/** Scopes that this one may be taken for; undefined for one that has packages itself. */
async function scopesLike(
  similar: SimilarNames,
  registryId: number,
  scope: string,
): Promise<string[] | undefined> {
  const range = { registryId, beginning: '', ...lengths(scope.length), ends: endsOf(scope) };
  const scopes = await similar.scopes(range);
  if (scopes.includes(scope)) return undefined;
  return scopes.filter((known) => isSimilar(scope, known)).map((known) => `@${known}`);
}

async function inScope(
  similar: SimilarNames,
  registryId: number,
  scope: string,
  name: string,
): Promise<string[]> {
  const beginning = `@${scope}/`;
  const last = name.slice(beginning.length);
  const range = { registryId, beginning, ...lengths(name.length), ends: endsOf(last) };
  const names = await similar.names(range);
  return names.filter((known) => isSimilar(last, known.slice(beginning.length)));
}

/** Packages whose scope and name, written as one, are like the name. */
async function inScopesLike(similar: SimilarNames, registryId: number, name: string): Promise<string[]> {
  const text = plain(name);
  const scopes = await similar.scopes({
    registryId,
    beginning: name.slice(0, 2),
    ...lengths(name.length),
    shortest: 1,
    ends: null,
  });
  const beginning = scopes.filter((scope) => {
    const start = plain(scope);
    return (
      start.length < text.length && (text.startsWith(start) || isSimilar(text.slice(0, start.length), start))
    );
  });
  const found: string[] = [];
  for (const scope of beginning.slice(0, MOST_SCOPES)) {
    // Beside the text itself there are an @ and a slash.
    const ends = endsOf(text.slice(plain(scope).length));
    const range = { registryId, beginning: `@${scope}/`, ...lengths(name.length + 2), ends };
    const names = await similar.names(range);
    found.push(...names.filter((known) => isSimilar(name, known)));
  }
  return found;
}

function lengths(length: number) {
  return { shortest: length - LENGTH_MARGIN, longest: length + LENGTH_MARGIN, limit: MOST_COMPARED };
}

/** Who slips seldom does so at both ends, and far fewer names are to be compared so. */
function endsOf(text: string) {
  return { first: text.slice(0, 1), last: text.slice(-1) };
}
