import type { Place } from './place.ts';
import { readFlag, readText } from './fields.ts';

/** The value of a variable of the environment, where a secret may be taken from one. */
export type SecretLookup = (variable: string) => string | undefined;

const PLACEHOLDER = /^<.*>$|^\$(\{\w+\}|\(\w+\))$/;
const VISIBLE = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/;

/** The keys that give credentials, with those that name a variable if a secret may be taken from one. */
export function credentialKeys(lookup: SecretLookup | undefined): string[] {
  const from = lookup ? ['tokenFrom', 'passwordFrom', 'authorizationFrom'] : [];
  return ['token', 'username', 'password', 'authorization', 'credentials', ...from];
}

export interface ReadCredentials {
  /** Value of the `Authorization` header; undefined: none was given. */
  authorization?: string;
  /** True: those of before are to be kept; false: to be forgotten. */
  credentials?: boolean;
}

/** A token, or user name and password (RFC 7617), or the whole header. */
export function readCredentials(
  place: Place,
  given: Readonly<Record<string, unknown>>,
  lookup: SecretLookup | undefined,
): ReadCredentials {
  const credentials = readFlag(place.at('credentials'), given['credentials']);
  const secret = (key: string): string | undefined => readSecret(place, key, given, lookup);
  const [token, authorization, password] = [secret('token'), secret('authorization'), secret('password')];
  const username = readText(place.at('username'), given['username']);
  const ways = [token, authorization, username ?? password].filter((way) => way !== undefined);
  if (ways.length > 1) {
    place.complain(
      'has more than one kind of credentials: keep token, or username and password, or authorization.',
    );
    return {};
  }
  if ((username === undefined) !== (password === undefined)) {
    if (given['password'] === undefined && given['passwordFrom'] === undefined) {
      place.complain('has a username without a password: give both.');
    } else if (username === undefined) place.complain('has a password without a username: give both.');
    return {};
  }
  if (ways.length > 0 && credentials === false) {
    place.complain('has credentials, and credentials: false: leave one out.');
    return {};
  }
  if (username?.includes(':')) {
    place.at('username').complain('holds a colon, which a user name cannot: write it without.');
    return {};
  }
  const value =
    authorization ??
    (token === undefined
      ? username === undefined
        ? undefined
        : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
      : `Bearer ${token}`);
  return {
    ...(value !== undefined && { authorization: value }),
    ...(credentials !== undefined && { credentials }),
  };
}

function readSecret(
  place: Place,
  key: string,
  given: Readonly<Record<string, unknown>>,
  lookup: SecretLookup | undefined,
): string | undefined {
  const own = readText(place.at(key), given[key]);
  const from = lookup && readText(place.at(`${key}From`), given[`${key}From`]);
  if (own !== undefined && from !== undefined) {
    return place.complain(`has ${key} and ${key}From: leave one out.`);
  }
  const at = place.at(from === undefined ? key : `${key}From`);
  const secret = from === undefined ? own : lookup?.(from);
  if (secret === undefined) {
    return from === undefined ? undefined : at.complain(`names ${from}, which is not set: set it.`);
  }
  if (PLACEHOLDER.test(secret)) {
    return at.complain('still has the placeholder of a sample: put the real secret there.');
  }
  // What goes into a header must not end it (RFC 9110 section 5.5).
  if (key !== 'password' && !VISIBLE.test(secret)) {
    return at.complain(
      'holds a character that cannot be sent: take blanks, line ends and letters with accents out.',
    );
  }
  return secret;
}
