import { checkUserName } from '../users/names.ts';

/** Room for `-99` in 64 characters. */
const LONGEST = 60;

/**
 * Names for somebody whom the provider calls so, best first: letters of other alphabets, which could look like somebody else's
 * name, are left out.
 */
export function* namesFor(claims: Readonly<Record<string, unknown>>): Generator<string> {
  const { preferred_username: preferred, email, sub } = claims;
  const wanted = [preferred, typeof email === 'string' ? email : undefined, sub]
    .filter((text): text is string => typeof text === 'string')
    .map(plain)
    .find((name) => name.length >= 2);
  const name = wanted ?? 'user-1';
  checkUserName(name);
  yield name;
  for (let number = 2; number < 100; number += 1) yield `${name}-${number}`;
}

function plain(text: string): string {
  return text
    .replace(/@.*/s, '')
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]/g, '')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, LONGEST);
}
