import { Fault } from '../../kernel/light/index.ts';
import { rangeCovers, readAddressRange } from './addresses.ts';

/** What narrows a token beyond its scopes. A list that is not there narrows nothing; none is ever empty. */
export interface TokenLimits {
  /** Names of registries. */
  registries?: string[];
  /** Names of packages, or `@scope/*` for all names of a scope. */
  packages?: string[];
  /** Organisations whose packages it is for: with `packages`, those as well. */
  organisations?: string[];
  /** Ranges of addresses that it may be used from, as `readAddressRange` writes them. */
  addresses?: string[];
}

const MOST = 100;
const REGISTRY = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const PACKAGE = /^(?:@[^\s/*@]{1,200}\/\*|[^\s*\p{Cc}\p{Cs}]{1,214})$/u;
const ORGANISATION = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

/**
 * Limits as somebody asked for them, checked and in one form: null if they limit nothing. Fault `bad_request` names what
 * cannot be understood.
 */
export function readLimits(wanted: TokenLimits): TokenLimits | null {
  const { registries, packages, organisations, addresses } = wanted;
  const limits: TokenLimits = {
    ...list('registries', registries, (name) => matching(REGISTRY, 'the name of a registry', name)),
    ...list('packages', packages, (name) => matching(PACKAGE, 'a name such as demo, or @acme/*', name)),
    ...list('organisations', organisations, (name) =>
      matching(ORGANISATION, 'the name of an organisation', name.replace(/^@/, '')).toLowerCase(),
    ),
    ...list('addresses', addresses, readAddressRange),
  };
  return Object.keys(limits).length === 0 ? null : limits;
}

/** True if a token with the limits `inner` reaches nothing that one with `outer` does not. */
export function limitsCover(outer: TokenLimits | null, inner: TokenLimits | null): boolean {
  if (outer === null) return true;
  const { registries, addresses } = outer;
  return (
    everyOneIn(inner?.registries, registries, (name, allowed) => name === allowed) &&
    everyOneIn(inner?.addresses, addresses, (range, allowed) => rangeCovers(allowed, range)) &&
    namesCover(outer, inner)
  );
}

/** True if the limits say which packages a token is for: it is then no key to its owner's account. */
export function limitsNames({ registries, packages, organisations }: TokenLimits): boolean {
  return registries !== undefined || packages !== undefined || organisations !== undefined;
}

/** True if `name` is `pattern`, or of the scope that the pattern `@scope/*` names. */
export function matchesPackage(pattern: string, name: string): boolean {
  return pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** The names of packages that belong to an organisation whatever else is known of them: those of its scope. */
export function scopePattern(organisation: string): string {
  return `@${organisation}/*`;
}

function namesCover(outer: TokenLimits, inner: TokenLimits | null): boolean {
  const { packages = [], organisations = [] } = outer;
  if (outer.packages === undefined && outer.organisations === undefined) return true;
  if (inner?.packages === undefined && inner?.organisations === undefined) return false;
  const patterns = [...packages, ...organisations.map(scopePattern)];
  return (
    (inner.organisations ?? []).every((name) => organisations.includes(name)) &&
    (inner.packages ?? []).every((name) => patterns.some((pattern) => matchesPackage(pattern, name)))
  );
}

/** A list that is not there means everything, which only everything covers. */
function everyOneIn(
  inner: string[] | undefined,
  outer: string[] | undefined,
  fits: (one: string, allowed: string) => boolean,
): boolean {
  if (outer === undefined) return true;
  return inner !== undefined && inner.every((one) => outer.some((allowed) => fits(one, allowed)));
}

function list<K extends keyof TokenLimits>(
  key: K,
  wanted: string[] | undefined,
  read: (text: string) => string,
): { [key in K]?: string[] } {
  if (wanted === undefined || wanted.length === 0) return {};
  if (wanted.length > MOST) {
    throw new Fault('bad_request', `A token can be limited to at most ${MOST} ${key}.`);
  }
  return { [key]: [...new Set(wanted.map(read))] } as { [key in K]?: string[] };
}

function matching(shape: RegExp, what: string, text: string): string {
  if (shape.test(text)) return text;
  throw new Fault(
    'bad_request',
    `A token cannot be limited to ${JSON.stringify(text.slice(0, 80))}: it must be ${what}.`,
  );
}
