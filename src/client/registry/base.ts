import { Fault } from '../../kernel/light/index.ts';

/** Blanks, what does something to a terminal, and what a shell reads as more than text. */
const AMBIGUOUS = /[\p{C}\p{Z}`$;&|<>()'"\\{}*!^]/u;

/**
 * The one spelling of a registry's base URL: no slash at its end, none doubled, host in lower case, no default port. Two texts name the
 * same registry if this gives the same for both. Fault `bad_request` for what is no http or https URL, for one with a password in it, and
 * for one that could mean more than an address where it is printed: it ends up in lines to paste into a shell, and a manifest of somebody
 * else may have named it.
 */
export function registryBase(text: string): string {
  const typed = text.trim();
  if (AMBIGUOUS.test(typed)) {
    throw new Fault(
      'bad_request',
      `${JSON.stringify(text.slice(0, 200))} is no address of a registry: there is a blank, a quotation mark or another character in it that means something to a shell or a terminal; write it percent-encoded if it is meant.`,
    );
  }
  const url = URL.parse(typed);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Fault(
      'bad_request',
      `${JSON.stringify(text)} is no address of a registry: give its http or https URL, such as http://localhost:3000.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new Fault(
      'bad_request',
      `The address of ${url.host} has a name or password in it: take it out and log in instead.`,
    );
  }
  return `${url.origin}${url.pathname.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '')}`;
}

/** A base as one word of a command line: an IPv6 address has brackets, which some shells take for a pattern. */
export function asWord(base: string): string {
  return /^[\w.:/%~=,+@-]+$/.test(base) ? base : `'${base}'`;
}
