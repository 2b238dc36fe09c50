import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { RegistrationMode } from '../../accounts/index.ts';

/** What the form of a web login shows. */
export interface LoginForm {
  /** The registry that a client wants a token for. */
  base: string;
  /** What the client calls itself: anything at all. */
  client: string;
  /** May who fills it in become a user by it? A mode: no, although the client asked for that. */
  register: boolean | Exclude<RegistrationMode, 'open'>;
  /** What was typed last time, and what was wrong with it. */
  name?: string;
  problem?: string;
}

const NOT_HERE: Record<Exclude<RegistrationMode, 'open'>, string> = {
  off: 'New users are made by the administrators of this registry; who is one already can log in.',
  invite:
    'New users need an invitation by an administrator and open its link; who is one already can log in.',
};

/** A form that works without script; it posts to its own URL, which nobody else knows. */
export function loginForm({ base, client, register: asked, name = '', problem }: LoginForm): string {
  const register = asked === true;
  const title = register ? 'Register or log in' : 'Log in';
  const password = register ? 'Password (of a new user: at least 8 characters)' : 'Password';
  return page(
    title,
    `<p>A client asks for access to <b>${escape(base)}</b>${client === '' ? '' : `: <code>${escape(client)}</code>`}.</p>
<p>Go on only if you have started this login yourself just now: the client will act in your name.</p>
${typeof asked === 'string' ? `<p>${NOT_HERE[asked]}</p>` : ''}
${problem === undefined ? '' : `<p role="alert"><b>${escape(problem)}</b></p>`}
<form method="post">
<p><label>User name<br><input name="name" value="${escape(name)}" required autocomplete="username" autocapitalize="none" spellcheck="false"></label></p>
<p><label>${password}<br><input name="password" type="password" required autocomplete="current-password"></label></p>
${register ? '<p><label>E-mail of a new user, if you like<br><input name="email" type="email" autocomplete="email"></label></p>' : ''}
<p><button>${title}</button></p>
</form>`,
  );
}

/** A page that says one thing. */
export function notice(title: string, sentence: string): string {
  return page(title, `<p>${escape(sentence)}</p>`);
}

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:10vh auto;padding:0 1rem}input,button{font:inherit;padding:.4rem;box-sizing:border-box}input{width:100%}code{overflow-wrap:anywhere}';

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · Kontor</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
${content}
</main>
</body>
</html>
`;
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // Nothing is loaded, nobody frames it, and a password goes nowhere else; the one style is named by its digest.
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply.code(status).headers(HEADERS).send(html);
}

/**
 * False if a browser says that a page of another site sent the form. The secret in the URL is what keeps such pages out;
 * this is the second lock. `Origin` is `null` where the referrer policy is ours and the browser too old, or the
 * connection too plain, for `Sec-Fetch-Site` (Fetch, «append a request Origin header»).
 */
export function isFromOurPage(headers: IncomingHttpHeaders, base: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || origin === 'null' || origin === new URL(base).origin;
}
