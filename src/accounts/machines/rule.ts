import { Fault } from '../../kernel/index.ts';
import { checkPattern, isLiteral } from './pattern.ts';

/** Whose identity tokens a rule is about: the two services that npm knows by name, or any OpenID issuer. */
export type TrustType = 'github' | 'gitlab' | 'oidc';

/** What a trusted publisher may do: publish, or upload what a person then approves. npm's words. */
export type TrustPermission = 'createPackage' | 'createStagedPackage';

/** A claim must be this text (of type `oidc`: match this pattern), or come from this file of the repository. */
export type ClaimCondition = string | { file: string };

/** Which jobs of a continuous integration may publish a package without anybody's token. */
export interface TrustRule {
  type: TrustType;
  /** Of its identity tokens, as they write it in `iss`. */
  issuer: string;
  /** Null: `npm:` and the host name of this registry, which npm asks for. Only type `oidc` may have another. */
  audience: string | null;
  /** All must hold. GitHub: `repository`, `workflow_ref`, `environment`; GitLab: `project_path`, `ci_config_ref_uri`, `environment`. */
  claims: Record<string, ClaimCondition>;
  permissions: TrustPermission[];
}

/** A rule as somebody asks for it: the issuers of GitHub and GitLab are the settings' affair. */
export interface TrustRequest {
  type: string;
  issuer?: string | undefined;
  audience?: string | undefined;
  claims: Record<string, unknown>;
  permissions: readonly string[];
}

/** Issuers of the services that have names. */
export interface NamedIssuers {
  github: string;
  gitlab: string;
}

const PERMISSIONS: ReadonlySet<string> = new Set<TrustPermission>(['createPackage', 'createStagedPackage']);
const MOST_CLAIMS = 20;
const LONGEST_TEXT = 500;
/** Claims that are checked in any case; a condition on them would say nothing about the job. */
const RESERVED: ReadonlySet<string> = new Set(['iss', 'aud', 'exp', 'iat', 'nbf', 'jti']);

/** Fault `trust_invalid`, with a sentence on what to mend. */
export function readTrustRule(request: TrustRequest, issuers: NamedIssuers): TrustRule {
  const permissions = readPermissions(request.permissions);
  switch (request.type) {
    case 'github':
      refuseOwnIssuer(request);
      return {
        type: 'github',
        issuer: issuers.github,
        audience: null,
        claims: serviceClaims(request.claims, {
          entity: { claim: 'repository', shape: /^[\w.-]+\/[\w.-]+$/, example: 'owner/repository' },
          file: { claim: 'workflow_ref', example: 'release.yml' },
        }),
        permissions,
      };
    case 'gitlab':
      refuseOwnIssuer(request);
      return {
        type: 'gitlab',
        issuer: issuers.gitlab,
        audience: null,
        claims: serviceClaims(request.claims, {
          entity: { claim: 'project_path', shape: /^[\w.-]+(\/[\w.-]+)+$/, example: 'group/project' },
          file: { claim: 'ci_config_ref_uri', example: '.gitlab-ci.yml' },
        }),
        permissions,
      };
    case 'oidc':
      return {
        type: 'oidc',
        issuer: readIssuer(request.issuer),
        audience: readAudience(request.audience),
        claims: anyClaims(request.claims),
        permissions,
      };
    default:
      throw invalid(
        `"${request.type.slice(0, 40)}" is no type of a trusted publisher here: it is github, gitlab, or oidc for any other OpenID issuer.`,
      );
  }
}

function readPermissions(wanted: readonly string[]): TrustPermission[] {
  const permissions = [...new Set(wanted)].filter((word): word is TrustPermission => PERMISSIONS.has(word));
  if (permissions.length > 0 && permissions.length === new Set(wanted).size) return permissions;
  throw invalid('The permissions are createPackage, createStagedPackage or both.');
}

function refuseOwnIssuer({ type, issuer, audience }: TrustRequest): void {
  if (issuer === undefined && audience === undefined) return;
  throw invalid(`The type ${type} has the issuer of the settings; for another one take the type oidc.`);
}

interface ServiceShape {
  entity: { claim: string; shape: RegExp; example: string };
  file: { claim: string; example: string };
}

function serviceClaims(
  claims: Record<string, unknown>,
  { entity, file }: ServiceShape,
): Record<string, ClaimCondition> {
  const { [entity.claim]: place, [file.claim]: source, environment, ...more } = claims;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw invalid(`The claim ${unknown.slice(0, 60)} is no condition of this type.`);
  if (!isText(place) || !entity.shape.test(place)) {
    throw invalid(`The claim ${entity.claim} must look like ${entity.example}.`);
  }
  const name = typeof source === 'object' && source !== null && 'file' in source ? source.file : undefined;
  if (!isText(name) || !/^[^/@\s]+\.ya?ml$/.test(name)) {
    throw invalid(`The claim ${file.claim} must name a file, such as {"file": "${file.example}"}.`);
  }
  if (environment !== undefined && !isText(environment)) {
    throw invalid('The claim environment must be the name of an environment.');
  }
  return {
    [entity.claim]: place,
    [file.claim]: { file: name },
    ...(environment !== undefined && { environment }),
  };
}

function anyClaims(claims: Record<string, unknown>): Record<string, string> {
  const conditions = Object.entries(claims);
  if (conditions.length > MOST_CLAIMS) throw invalid(`A rule has at most ${MOST_CLAIMS} claims.`);
  const read: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, pattern] of conditions) {
    if (RESERVED.has(name)) throw invalid(`The claim ${name} is checked in any case: leave it out.`);
    if (!isText(name) || !isText(pattern)) {
      throw invalid(
        `The claim ${name.slice(0, 60)} needs a text or a pattern of 1 to ${LONGEST_TEXT} characters.`,
      );
    }
    checkPattern(name, pattern);
    read[name] = pattern;
  }
  if (!Object.values(read).some(isLiteral)) {
    throw invalid(
      'At least one claim must be given in full, without *: else whoever has an account there may publish.',
    );
  }
  return { ...read };
}

function readIssuer(issuer: string | undefined): string {
  if (issuer === undefined || !isText(issuer) || !URL.canParse(issuer)) {
    throw invalid('The type oidc needs the URL of its issuer, as its tokens have it in iss.');
  }
  const { protocol, search, hash, username, password } = new URL(issuer);
  if (!/^https?:$/.test(protocol) || search + hash + username + password !== '') {
    throw invalid(
      'The issuer must be an https URL without query, fragment and user (OpenID Connect Discovery 4.1).',
    );
  }
  return issuer;
}

function readAudience(audience: string | undefined): string | null {
  if (audience === undefined) return null;
  if (isText(audience)) return audience;
  throw invalid(`The audience must have 1 to ${LONGEST_TEXT} characters.`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT && /^[^\p{Cc}\p{Cs}]+$/u.test(value);
}

function invalid(message: string): Fault {
  return new Fault('trust_invalid', message);
}
