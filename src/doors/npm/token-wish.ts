import { EVERYDAY_SCOPES, type TokenLimits, type TokenScope } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';

/** A token as a client asks for it: protocols/npm 4.6. */
export interface TokenWish {
  password: string;
  name: string;
  description: string | null;
  scopes: readonly TokenScope[];
  limits: TokenLimits;
  bypassSecondFactor: boolean;
  /** Whole days, or null for ever. */
  days: number | null;
}

const LONGEST_LIFE = 3650;

const PACKAGES = 'packages_and_scopes_permission';
const ORGANISATIONS = 'orgs_permission';
type Permission = 'read-only' | 'read-write';

/** Reads the body of `npm token create`. Fault `bad_request` for what makes no sense and for what would be ignored. */
export function tokenWish(body: unknown): TokenWish {
  if (typeof body !== 'object' || body === null) throw refuse('The body must be a JSON object.');
  const wish = body as Record<string, unknown>;
  const { password, name, description } = wish;
  if (typeof password !== 'string') throw refuse('A new token needs your password, as password.');
  return {
    password,
    name: optionalText('name', name) ?? 'npm token',
    description: optionalText('description', description),
    scopes: isReadonly(wish) ? ['read'] : EVERYDAY_SCOPES,
    limits: limits(wish),
    bypassSecondFactor: flag('bypass_2fa', wish['bypass_2fa']),
    days: days(wish['expires']),
  };
}

/** npm has a permission for packages and one for organisations; a token here has one for all that it reaches. */
function limits(wish: Record<string, unknown>): TokenLimits {
  const scopes = texts('scopes', wish['scopes']).map((scope) => `@${scope.replace(/^@/, '')}/*`);
  const packages = [...texts('packages', wish['packages']), ...scopes];
  const organisations = texts('orgs', wish['orgs']);
  const all = flag('packages_all', wish['packages_all']);
  if ([all, packages.length > 0, organisations.length > 0].filter(Boolean).length > 1) {
    throw refuse(
      'Ask for packages_all, for packages and scopes, or for orgs: a token for an organisation reaches all its packages here.',
    );
  }
  const addresses = texts('cidr_whitelist', wish['cidr_whitelist']);
  return { packages, organisations, addresses };
}

/** Two generations of clients: `readonly`, or a permission, which a token with limits must name. */
function isReadonly(wish: Record<string, unknown>): boolean {
  const readonly = flag('readonly', wish['readonly']);
  const reach = limits(wish);
  const forPackages = (reach.packages?.length ?? 0) > 0 || flag('packages_all', wish['packages_all']);
  const forOrganisations = (reach.organisations?.length ?? 0) > 0;
  const permission =
    permissionFor(PACKAGES, wish[PACKAGES], forPackages, 'packages, scopes or packages_all') ??
    permissionFor(ORGANISATIONS, wish[ORGANISATIONS], forOrganisations, 'orgs');
  return readonly || permission === 'read-only';
}

function permissionFor(
  field: string,
  value: unknown,
  reaches: boolean,
  what: string,
): Permission | undefined {
  if (value === undefined || value === null || value === 'no-access') {
    if (!reaches) return undefined;
    throw refuse(`Say what the token may do: ${field} must be read-only or read-write.`);
  }
  if (value !== 'read-only' && value !== 'read-write') {
    throw refuse(`${field} must be read-only, read-write or no-access.`);
  }
  if (!reaches) throw refuse(`Say what ${field} is for: name ${what}.`);
  return value;
}

function days(expires: unknown): number | null {
  if (expires === undefined) return null;
  if (Number.isInteger(expires) && Number(expires) >= 1 && Number(expires) <= LONGEST_LIFE) {
    return Number(expires);
  }
  throw refuse(`expires must be a whole number of days from 1 to ${LONGEST_LIFE}.`);
}

function optionalText(field: string, value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  throw refuse(`${field} must be a text.`);
}

/** A list, or one text with commas, as settings of npm come. */
function texts(field: string, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every((text) => typeof text === 'string')) throw refuse(`${field} must be a list of texts.`);
  return list.flatMap((text) => text.split(',').map((part) => part.trim())).filter((text) => text !== '');
}

function flag(field: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (value === true) return true;
  throw refuse(`${field} must be true or false.`);
}

function refuse(sentence: string): Fault {
  return new Fault('bad_request', sentence);
}
