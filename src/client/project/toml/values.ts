/** The offset behind the value, or the quoted key, at an offset. */
export function valueEnd(text: string, at: number): number {
  const first = text[at];
  if (first === '"' || first === "'") return stringEnd(text, at, first);
  if (first === '[' || first === '{') return nestedEnd(text, at);
  const plain = /[^,\]}#\r\n]*/y;
  plain.lastIndex = at;
  plain.test(text);
  return at + text.slice(at, plain.lastIndex).trimEnd().length;
}

/** What lies between brackets may hold strings with brackets, and comments with anything. */
function nestedEnd(text: string, at: number): number {
  let depth = 0;
  for (let next = at; next < text.length; next++) {
    const unit = text[next];
    if (unit === '"' || unit === "'") next = stringEnd(text, next, unit) - 1;
    else if (unit === '#') next = (text.indexOf('\n', next) + 1 || text.length + 1) - 1;
    else if (unit === '[' || unit === '{') depth++;
    else if (unit === ']' || unit === '}') depth--;
    if (depth === 0) return next + 1;
  }
  return text.length;
}

function stringEnd(text: string, at: number, quote: string): number {
  const isLong = text.startsWith(quote.repeat(3), at);
  const close = isLong ? quote.repeat(3) : quote;
  for (let next = at + close.length; next < text.length; next++) {
    if (text[next] === '\\' && quote === '"') next++;
    else if (text.startsWith(close, next)) return isLong ? lastQuote(text, next, quote) : next + 1;
  }
  return text.length;
}

/** A long string may end with two quotes of its own before the three that close it. */
function lastQuote(text: string, at: number, quote: string): number {
  let end = at + 3;
  while (end < at + 5 && text[end] === quote) end++;
  return end;
}

/** What a field of a dependency may say. */
export type TomlValue = string | boolean | readonly string[];

/** A value as TOML writes it. */
export function tomlText(value: TomlValue): string {
  if (typeof value === 'object') return `[${value.map(tomlText).join(', ')}]`;
  return JSON.stringify(value).replaceAll('\u007F', '\\u007F');
}
