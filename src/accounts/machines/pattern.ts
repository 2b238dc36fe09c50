import { Fault } from '../../kernel/index.ts';

/** Few enough that no text makes matching slow. */
const MOST_WILDCARDS = 4;

/** Fault `trust_invalid` for more wildcards than anybody needs. */
export function checkPattern(claim: string, pattern: string): void {
  if ((pattern.match(/\*+/g) ?? []).length <= MOST_WILDCARDS) return;
  throw new Fault(
    'trust_invalid',
    `The pattern of the claim ${claim} has more than ${MOST_WILDCARDS} wildcards.`,
  );
}

export function isLiteral(pattern: string): boolean {
  return !pattern.includes('*');
}

/** `*` stands for any characters but a slash, `**` for any; all else for itself. */
export function matches(pattern: string, text: string): boolean {
  if (isLiteral(pattern)) return pattern === text;
  const source = pattern
    .split(/(\*+)/)
    .map((part) => (part === '*' ? '[^/]*' : part.startsWith('*') ? '.*' : escape(part)))
    .join('');
  return new RegExp(`^${source}$`, 'su').test(text);
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
