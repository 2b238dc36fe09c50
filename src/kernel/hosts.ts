import { isIP } from 'node:net';
import { Fault } from './errors.ts';

/** Hosts that an operator allows: one, or all below a domain. */
export interface HostPattern {
  /** In the URL standard's own notation, IPv6 in brackets; without a trailing dot. */
  host: string;
  /** `*.example.com`: what is below the domain, not itself. */
  isDomain: boolean;
  /** Null: the default port of the URL's scheme. */
  port: string | null;
}

/** Reads `host`, `host:port`, `*.domain` or `*.domain:port`; Fault `config_invalid`. */
export function readHostPattern(text: string): HostPattern {
  const parts = /^(\*\.)?(\[[0-9a-f:.]+\]|[^\s/:@?#\\[\]*%]+)(?::(\d{1,5}))?$/i.exec(text);
  const [, wildcard, host = '', port] = parts ?? [];
  const url = URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`) : undefined;
  const isDomain = wildcard !== undefined;
  const number = Number(port ?? 1);
  if (!parts || !url || (isDomain && isAddress(url.hostname)) || number < 1 || number > 65_535) {
    throw new Fault(
      'config_invalid',
      `${JSON.stringify(text)} in allowHosts of an upstream is no host: write cdn.example.com, cdn.example.com:8443 or *.example.com.`,
    );
  }
  return { host: nameOf(url), isDomain, port: port === undefined ? null : String(number) };
}

/** True if one of the patterns means the URL's host and port. */
export function isAllowedHost(url: URL, patterns: readonly HostPattern[]): boolean {
  const host = nameOf(url);
  const usual = url.protocol === 'https:' ? '443' : '80';
  return patterns.some((pattern) => {
    if ((pattern.port ?? usual) !== (url.port || usual)) return false;
    return pattern.isDomain ? host.endsWith(`.${pattern.host}`) : host === pattern.host;
  });
}

/** `cdn.example.com.` and `cdn.example.com` are one name (RFC 1034 section 3.1). */
function nameOf({ hostname }: URL): string {
  return hostname.replace(/\.$/, '');
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}
