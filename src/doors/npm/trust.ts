import type { TrustRequest, TrustedPublisher } from '../../accounts/index.ts';
import { Fault, isObject } from '../../kernel/index.ts';

/** A rule as npm lists it: lib/trust-cmd.js of npm 11.19. `issuer` and `audience` are ours, for type `oidc`. */
export function trustShape({
  id,
  type,
  issuer,
  audience,
  claims,
  permissions,
}: Omit<TrustedPublisher, 'packageId'>): Record<string, unknown> {
  return {
    id,
    type,
    ...(type === 'oidc' && { issuer, ...(audience !== null && { audience }) }),
    claims,
    permissions,
  };
}

/** What `npm trust` sends: a list of one. Fault `bad_request`; what the rule says is not judged here. */
export function readTrustBody(body: unknown): TrustRequest {
  const [request, ...more] = Array.isArray(body) ? (body as unknown[]) : [];
  if (request === undefined || more.length > 0) {
    throw new Fault('bad_request', 'Send a list with one trusted publisher in it.');
  }
  if (!isObject(request) || typeof request['type'] !== 'string' || !isObject(request['claims'])) {
    throw new Fault('bad_request', 'A trusted publisher has a type, claims and permissions.');
  }
  const { type, claims, issuer, audience, permissions } = request;
  return {
    type,
    claims,
    issuer: optionalText(issuer, 'issuer'),
    audience: optionalText(audience, 'audience'),
    // Before npm knew permissions, trust meant publishing.
    permissions: permissions === undefined ? ['createPackage'] : texts(permissions),
  };
}

function optionalText(value: unknown, name: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new Fault('bad_request', `The ${name} of a trusted publisher is a text.`);
}

function texts(value: unknown): string[] {
  if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string')) return value;
  throw new Fault('bad_request', 'The permissions of a trusted publisher are a list of words.');
}
