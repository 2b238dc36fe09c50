import { printableLines } from '../../kernel/light/index.ts';
import type { Io } from '../io.ts';

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

export type Paint = Record<keyof typeof CODES, (text: string) => string>;

/**
 * Whether to colour what a person sees on a terminal, or not. The option counts most, then FORCE_COLOR (0 forces colours off), NO_COLOR
 * (https://no-color.org: any text but none), and a terminal that calls itself dumb.
 */
export function isColoured(env: Io['env'], terminal: boolean, option?: string): boolean {
  if (option === 'always' || option === 'never') return option === 'always';
  const force = env['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return terminal;
}

/** A text in which nothing reaches a terminal but colours of ours, and these only if it is `coloured`. */
export function safeText(text: string, coloured: boolean): string {
  if (!coloured) return printableLines(text);
  return text
    .split(OURS)
    .map((part, index) => (index % 2 === 0 ? printableLines(part) : part))
    .join('');
}

const OURS = new RegExp(`(\u001B\\[(?:${Object.values(CODES).flat().join('|')})m)`);

export function painter(coloured: boolean): Paint {
  const paint =
    (name: keyof typeof CODES) =>
    (text: string): string =>
      coloured ? `\u001B[${CODES[name][0]}m${text}\u001B[${CODES[name][1]}m` : text;
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
    cyan: paint('cyan'),
  };
}
