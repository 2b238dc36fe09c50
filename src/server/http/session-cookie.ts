import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Fault } from '../../kernel/index.ts';
import { SAFE } from './safe-methods.ts';

/** What browsers keep a session in. Only pages and the API look at it: a door's clients have tokens. */
const NAME = 'kontor_session';

/** `Set-Cookie` for a session (RFC 6265 section 4.1); no script reads it, and no other site's form sends it. */
export function sessionCookie(
  { token, seconds }: { token: string; seconds: number },
  { secure }: { secure: boolean },
): string {
  return `${NAME}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** `Set-Cookie` that takes it away. */
export function noSessionCookie(options: { secure: boolean }): string {
  return sessionCookie({ token: '', seconds: 0 }, options);
}

/**
 * The session of a browser that asks for a page or the API; undefined without one. Fault `forbidden` where something is to be changed, and the
 * browser does not say that a page of ours wants it: SameSite lets other ports and subdomains of the same site through.
 */
export function sessionFromCookie(request: IncomingMessage, path: string): string | undefined {
  const { cookie } = request.headers;
  if (cookie === undefined || !path.startsWith('/-/')) return undefined;
  const token = cookieValue(cookie);
  if (token === undefined || token === '') return undefined;
  if (!SAFE.has(request.method ?? '') && !isSameOrigin(request.headers)) {
    throw new Fault(
      'forbidden',
      'This was sent from a page of another site, or without saying from which: send «Authorization: Bearer», or use our pages.',
    );
  }
  return token;
}

function cookieValue(header: string): string | undefined {
  const own = header.split(';').find((pair) => pair.trimStart().startsWith(`${NAME}=`));
  return own?.slice(own.indexOf('=') + 1).trim();
}

/**
 * Browsers that are too old for `Sec-Fetch-Site`, or talk plain HTTP, send `Origin` with every POST. A page of another site cannot choose either
 * of them, nor `Host`.
 */
function isSameOrigin({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site !== undefined) return site === 'same-origin';
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}
