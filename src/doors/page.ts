import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';

/** A page that says one thing. */
export function notice(title: string, sentence: string): string {
  return page(title, `<p>${escape(sentence)}</p>`);
}

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:10vh auto;padding:0 1rem}input,button{font:inherit;padding:.4rem;box-sizing:border-box}input{width:100%}code{overflow-wrap:anywhere}';

/** A whole page around `content`, which is HTML; `script` is one that `sendPage` is told of too. */
export function page(title: string, content: string, script?: string): string {
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
${script === undefined ? '' : `<script>${script}</script>`}
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

/** Text as it may stand in HTML, also in an attribute between double quotes. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** Nothing is loaded, nobody frames it, and a password goes nowhere else; style and script are named by their digests. */
function policy(script: string | undefined): string {
  const scripts = script === undefined ? '' : ` script-src '${digest(script)}';`;
  return `default-src 'none'; style-src '${digest(STYLE)}';${scripts} form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Sends a page; `script` is what stands in it. */
export function sendPage(reply: FastifyReply, status: number, html: string, script?: string): FastifyReply {
  return reply
    .code(status)
    .headers({ ...HEADERS, 'content-security-policy': policy(script) })
    .send(html);
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
