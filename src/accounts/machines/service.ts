import { Fault, sha256Hex, type Clock } from '../../kernel/index.ts';
import { MACHINE_PREFIX, hashToken, looksLikeMachineToken, newToken } from '../tokens/secret.ts';
import { claimedIssuer, verifyIdentityToken, type IssuerKeys } from './identity-token.ts';
import { labelOf, tellingClaims } from './label.ts';
import { lastingId, unmetClaim, type Claims } from './match.ts';
import type { Machine } from './principal.ts';
import type { MachineStore, TrustedPublisher } from './store.ts';

/** Milliseconds: a publish takes minutes at most, a release of many packages may take an hour. */
export const MACHINE_TOKEN_LIFE = 3_600_000;

/** A job's identity token, and what it wants to publish. */
export interface Exchange {
  identityToken: string;
  packageName: string;
  /** Null: every registry that has a package of this name; npm does not say which one it means. */
  registryId: number | null;
  /** What the token must have been made for, one of these, unless a rule says otherwise. */
  audiences: readonly string[];
  address: string | null;
}

/** Jobs of a continuous integration, which publish without a token that anybody could lose. */
export interface Machines {
  /**
   * A short-lived token for a job that a package trusts. Faults `identity_invalid` (forged, expired, foreign or used before),
   * `not_trusted` and `issuer_failed`.
   */
  exchange(exchange: Exchange): Promise<{ token: string; expiresAt: number }>;
  /** Fault `token_invalid`, the same for an unknown or expired token and one of which no rule is left. */
  authenticate(token: string, address: string | null): Promise<Machine>;
}

/** True for what is a machine's token or nothing: which service to ask. */
export function isMachineToken(token: string): boolean {
  return token.startsWith(MACHINE_PREFIX);
}

export function createMachines(store: MachineStore, issuers: IssuerKeys, clock: Clock): Machines {
  return {
    async exchange({ identityToken, packageName, registryId, audiences, address }) {
      const issuer = await claimedIssuer(identityToken);
      const rules = (await store.trustIn(packageName, registryId)).filter((rule) => rule.issuer === issuer);
      // Before the issuer is asked: nobody makes us ask one that no rule names.
      if (rules.length === 0) throw notTrusted(packageName, STRANGER);
      const now = clock();
      const asked = { identityToken, audiences, now, packageName };
      const { claims, met } = await firstMet(rules, asked, issuers).catch((cause: unknown) => {
        // What is wrong with a token would tell its sender that there is a package which they may not know of.
        throw rules.every(({ isPublic }) => isPublic) ? cause : notTrusted(packageName, STRANGER, cause);
      });
      const [first] = met;
      if (first === undefined) throw new Error('no rule was met');
      const token = newToken(MACHINE_PREFIX);
      const expiresAt = now + MACHINE_TOKEN_LIFE;
      const label = labelOf(first, claims);
      const told = tellingClaims(claims);
      const outcome = await store.issueMachineToken({
        hash: hashToken(token),
        trust: met.map((rule) => ({ id: rule.id, lastingId: lastingId(rule.type, claims) ?? null })),
        label,
        claims: told,
        ...usedUp(issuer, packageName, claims, now),
        at: now,
        expiresAt,
        events: met.map((rule) => ({
          type: 'machine.token',
          at: now,
          actor: { userId: null, name: label, via: `trusted:${rule.id}`, address },
          registry: rule.registry,
          package: rule.packageName,
          version: null,
          detail: { ...told },
        })),
      });
      if (outcome === 'issued') return { token, expiresAt };
      throw outcome === 'replayed'
        ? new Fault(
            'identity_invalid',
            `This identity token has been used for ${packageName} before: ask the issuer for a new one.`,
          )
        : notTrusted(packageName, 'its trusted publisher has just been changed');
    },

    async authenticate(token, address) {
      const found = looksLikeMachineToken(token)
        ? await store.machineByToken(hashToken(token), clock())
        : undefined;
      if (found !== undefined) return { kind: 'machine', ...found, address };
      throw new Fault(
        'token_invalid',
        'This token of a trusted publisher is not valid (any more): exchange a new identity token.',
      );
    },
  };
}

/** The rules that the token meets; those with an audience of their own by themselves, since a token has one meaning. */
async function firstMet(
  rules: TrustedPublisher[],
  { identityToken, audiences, now, packageName }: Omit<Exchange, 'registryId' | 'address'> & { now: number },
  issuers: IssuerKeys,
): Promise<{ claims: Claims; met: TrustedPublisher[] }> {
  let refusal: unknown;
  for (const [own, same] of Map.groupBy(rules, (rule) => rule.audience)) {
    const [{ issuer } = { issuer: '' }] = same;
    const wanted = own === null ? audiences : [own];
    try {
      const claims = await verifyIdentityToken(identityToken, { issuer, audiences: wanted, now }, issuers);
      const met = same.filter(
        (rule) => unmetClaim(rule, claims) === undefined && isSameProject(rule, claims),
      );
      if (met.length > 0) return { claims, met };
      refusal = notTrusted(packageName, reasonFor(same, claims));
    } catch (error) {
      refusal ??= error;
    }
  }
  throw refusal;
}

function isSameProject({ type, lastingId: known }: TrustedPublisher, claims: Claims): boolean {
  return known === null || known === lastingId(type, claims);
}

function reasonFor(rules: TrustedPublisher[], claims: Claims): string {
  const [rule] = rules;
  const unmet = rule && rules.length === 1 ? unmetClaim(rule, claims) : undefined;
  if (unmet !== undefined) return `the claim ${unmet} is not what its trusted publisher says`;
  return rules.length === 1
    ? 'the repository was made anew under an old name; remove the trusted publisher and add it again'
    : 'this job is none of its trusted publishers';
}

/** The same token may be used for every package of a repository, and once for each. */
function usedUp(
  issuer: string,
  packageName: string,
  { jti, exp }: Claims,
  now: number,
): { seen: string | null; seenUntil: number } {
  if (typeof jti !== 'string' || typeof exp !== 'number') return { seen: null, seenUntil: now };
  // Longer than the tolerance for clocks.
  return { seen: sha256Hex(JSON.stringify([issuer, jti, packageName])), seenUntil: exp * 1000 + 300_000 };
}

/** Said of a package that is not here too. */
const STRANGER = 'none of its trusted publishers is this job, or its identity token is not good';

function notTrusted(packageName: string, reason: string, cause?: unknown): Fault {
  return new Fault(
    'not_trusted',
    `${packageName} does not let this job publish: ${reason}. Its owners can see and change that with npm trust.`,
    { cause },
  );
}
