import { Fault } from '../../kernel/light/index.ts';

/**
 * The one spelling of a registry's base URL: no slash at its end, none doubled, host in lower case, no default port. Two texts name the
 * same registry if this gives the same for both. Fault `bad_request` for what is no http or https URL, and for one with a password in it.
 */
export function registryBase(text: string): string {
  const url = URL.parse(text.trim());
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
