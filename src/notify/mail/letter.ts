/** What stands in a mail, below the greeting. */
export type Block =
  | string
  /** A link on a line of its own. */
  | { label: string; url: string }
  /** What and its value, in a small table. */
  | { facts: readonly (readonly [string, string])[] };

/** A mail before it has a form. Its words may come from anybody: names, descriptions, addresses. */
export interface Letter {
  to: { name: string; address: string };
  subject: string;
  blocks: readonly Block[];
}

export interface RenderedLetter {
  subject: string;
  text: string;
  html: string;
}

/** Longest text of somebody else's that is shown, characters. */
const LONGEST = 300;

/** Two forms with the same words, and a subject of one line. No image and no script: nothing is fetched when it is read. */
export function renderLetter({ to, subject, blocks }: Letter, server: string): RenderedLetter {
  const greeting = `Hello ${oneLine(to.name)},`;
  const signature = `This mail comes from Kontor at ${oneLine(server)}. Nobody reads answers to it.`;
  const all: readonly Block[] = [greeting, ...blocks];
  const title = oneLine(subject);
  return {
    subject: title,
    text: `${[...all.map(textOf), `-- \n${signature}`].join('\n\n')}\n`,
    html: [
      '<!doctype html>',
      `<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title></head>`,
      '<body style="margin:2em auto;max-width:40em;padding:0 1em;font:16px/1.5 sans-serif;color:#222;background:#fff">',
      ...all.map(htmlOf),
      `<p style="color:#666;font-size:14px">${escape(signature)}</p>`,
      '</body></html>',
      '',
    ].join('\n'),
  };
}

/**
 * Somebody's words fit for a line: without what starts a new one, what turns the direction of writing around (Unicode
 * Standard Annex 9) and what does not show.
 */
export function oneLine(words: string): string {
  const clean = words
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST).toWellFormed()}…` : clean;
}

function textOf(block: Block): string {
  if (typeof block === 'string') return oneLine(block);
  if ('url' in block) return `${oneLine(block.label)}:\n${block.url}`;
  return block.facts.map(([what, value]) => `  ${what}: ${oneLine(value)}`).join('\n');
}

function htmlOf(block: Block): string {
  if (typeof block === 'string') return `<p>${escape(oneLine(block))}</p>`;
  if ('url' in block) {
    const url = escape(block.url);
    // The address is shown too: whoever wants to know where a link leads must not have to trust its label.
    return `<p><a href="${url}">${escape(oneLine(block.label))}</a><br><span style="color:#666;font-size:14px">${url}</span></p>`;
  }
  const rows = block.facts.map(
    ([what, value]) =>
      `<tr><th align="left" style="padding-right:1em">${escape(what)}</th><td>${escape(oneLine(value))}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
