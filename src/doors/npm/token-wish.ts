import { Fault } from '../../kernel/index.ts';

/** A token as a client asks for it: protocols/npm 4.6. */
export interface TokenWish {
  password: string;
  name: string;
  description: string | null;
  readonly: boolean;
  /** Whole days, or null for ever. */
  days: number | null;
}

const LONGEST_LIFE = 3650;

/** What a token here cannot be limited or raised to; an older or a granular token of npmjs can. */
const UNSUPPORTED: Record<string, string> = {
  cidr_whitelist: 'to addresses',
  packages: 'to single packages',
  scopes: 'to scopes',
  orgs: 'to organisations',
};

/** Reads the body of `npm token create`. Fault `bad_request` for what makes no sense and for what would be ignored. */
export function tokenWish(body: unknown): TokenWish {
  if (typeof body !== 'object' || body === null) throw refuse('The body must be a JSON object.');
  const wish = body as Record<string, unknown>;
  for (const [field, what] of Object.entries(UNSUPPORTED)) {
    if (isAsked(wish[field])) throw refuse(`Tokens cannot be limited ${what} here: leave out ${field}.`);
  }
  if (isAsked(wish['bypass_2fa'])) {
    throw refuse('There are no second factors here that a token could bypass: leave out bypass_2fa.');
  }
  if (isAsked(wish['orgs_permission']) && wish['orgs_permission'] !== 'no-access') {
    throw refuse('There are no organisations here: leave out orgs_permission.');
  }
  const { password, name, description } = wish;
  if (typeof password !== 'string') throw refuse('A new token needs your password, as password.');
  return {
    password,
    name: optionalText('name', name) ?? 'npm token',
    description: optionalText('description', description),
    readonly: isReadonly(wish),
    days: days(wish['expires']),
  };
}

/** Two generations of clients: `readonly`, or a permission that counts for all packages. */
function isReadonly(wish: Record<string, unknown>): boolean {
  const { readonly, packages_all: all, packages_and_scopes_permission: permission } = wish;
  if (isAsked(readonly) && readonly !== true) throw refuse('readonly must be true or false.');
  if (!isAsked(all) && !isAsked(permission)) return readonly === true;
  if (all !== true || (permission !== 'read-only' && permission !== 'read-write')) {
    throw refuse(
      'Tokens are for all packages here: ask for packages_all with packages_and_scopes_permission read-only or read-write.',
    );
  }
  return permission === 'read-only' || readonly === true;
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

/** Clients send empty fields too; those ask for nothing. */
function isAsked(value: unknown): boolean {
  return !(value === undefined || value === null || value === false || isEmptyList(value));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function refuse(sentence: string): Fault {
  return new Fault('bad_request', sentence);
}
