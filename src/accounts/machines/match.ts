import { matches } from './pattern.ts';
import type { ClaimCondition, TrustRule } from './rule.ts';

/** What an identity token says, once its signature is known to be right. */
export type Claims = Readonly<Record<string, unknown>>;

/** The first claim that does not meet the rule, or undefined if all do. */
export function unmetClaim(
  { type, claims }: Pick<TrustRule, 'type' | 'claims'>,
  said: Claims,
): string | undefined {
  for (const [name, condition] of Object.entries(claims)) {
    const value = Object.hasOwn(said, name) ? said[name] : undefined;
    if (!(type === 'oidc' ? meets(condition, value) : meetsService(type, claims, name, value))) return name;
  }
  return undefined;
}

/** Of a list one entry is enough: `groups` and the like. */
function meets(condition: ClaimCondition, value: unknown): boolean {
  if (typeof condition !== 'string') return false;
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.some(
    (one) =>
      (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') &&
      matches(condition, String(one)),
  );
}

/** Both services ignore the case of their names. */
function meetsService(
  type: 'github' | 'gitlab',
  claims: TrustRule['claims'],
  name: string,
  value: unknown,
): boolean {
  const condition = claims[name];
  if (typeof value !== 'string' || condition === undefined) return false;
  if (typeof condition === 'string') return value.toLowerCase() === condition.toLowerCase();
  return type === 'github'
    ? isWorkflow(value, claims['repository'], condition.file)
    : isPipeline(value, claims['project_path'], condition.file);
}

/** `owner/repository/.github/workflows/release.yml@refs/heads/main`: GitHub, «Understanding the OIDC token». */
function isWorkflow(ref: string, repository: ClaimCondition | undefined, file: string): boolean {
  if (typeof repository !== 'string') return false;
  const place = `${repository}/.github/workflows/`;
  return (
    ref.slice(0, place.length).toLowerCase() === place.toLowerCase() &&
    ref.slice(place.length).startsWith(`${file}@`)
  );
}

/** `gitlab.example.com/group/project//.gitlab-ci.yml@refs/heads/main`: GitLab, «ID token payload». */
function isPipeline(uri: string, project: ClaimCondition | undefined, file: string): boolean {
  const [place = '', ...rest] = uri.split('//');
  return (
    typeof project === 'string' &&
    place.toLowerCase().endsWith(`/${project.toLowerCase()}`) &&
    rest.join('//').startsWith(`${file}@`)
  );
}

/**
 * What stays the same when a name is given away: a repository that somebody else makes under an old name has another number.
 * Remembered at the first publish. Undefined where the issuer tells none.
 */
export function lastingId(type: TrustRule['type'], said: Claims): string | undefined {
  const value =
    type === 'github' ? said['repository_id'] : type === 'gitlab' ? said['project_id'] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 100) : undefined;
}
