import type { Claims } from './match.ts';
import type { TrustRule } from './rule.ts';

/** What people are told of whoever published, as npm names the services. */
export const serviceNames: Record<TrustRule['type'], string> = {
  github: 'GitHub Actions',
  gitlab: 'GitLab CI/CD',
  oidc: 'OpenID Connect',
};

/** Claims that say which job it was, on the services that we know of; nobody's secrets. */
const TELLING = [
  'sub',
  'repository',
  'repository_id',
  'workflow_ref',
  'environment',
  'ref',
  'sha',
  'run_id',
  'run_attempt',
  'actor',
  'event_name',
  'project_path',
  'project_id',
  'ci_config_ref_uri',
  'pipeline_id',
  'job_id',
  'user_login',
];
const LONGEST = 300;

/** For the record: texts and numbers only, each cut to a length that lists can show. */
export function tellingClaims(claims: Claims): Record<string, string> {
  const told: Record<string, string> = {};
  for (const name of TELLING) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    if (typeof value === 'string' || typeof value === 'number') told[name] = String(value).slice(0, LONGEST);
  }
  return told;
}

export function labelOf({ type, issuer }: Pick<TrustRule, 'type' | 'issuer'>, claims: Claims): string {
  const { repository, project_path: project, sub = '' } = tellingClaims(claims);
  const what = repository ?? project ?? sub;
  return type === 'oidc' ? `${new URL(issuer).host}, ${what}` : `${serviceNames[type]}, ${what}`;
}
