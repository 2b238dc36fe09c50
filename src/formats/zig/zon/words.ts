/** The keywords of Zig 0.16, which are no names unless they are quoted. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'addrspace align allowzero and anyframe anytype asm break callconv catch comptime const continue defer else enum ' +
    'errdefer error export extern fn for if inline linksection noalias noinline nosuspend opaque or orelse packed pub ' +
    'resume return struct suspend switch test threadlocal try union unreachable var volatile while'
  ).split(' '),
);

/** Keywords of earlier versions, which are quoted for those who still use them. */
const FORMER = new Set(['async', 'await', 'usingnamespace']);

/** A name as it is written behind a dot: `demo`, or `@"my-demo"` if it is none otherwise. */
export function writeIdentifier(name: string): string {
  const bare = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !KEYWORDS.has(name) && !FORMER.has(name);
  return bare ? name : `@${writeString(name)}`;
}

/** A text as a string literal. */
export function writeString(text: string): string {
  const escaped = text.replaceAll(/["\\\p{Cc}]/gu, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    if (character === '\n') return '\\n';
    return `\\u{${character.charCodeAt(0).toString(16)}}`;
  });
  return `"${escaped}"`;
}
