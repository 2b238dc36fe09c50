import { sha256Hex } from '../../kernel/index.ts';

/**
 * The UUID under which Vais clients know something of ours, always the same one for the same words (RFC 9562 section 5.8, version 8).
 */
export function stableId(...words: (string | number)[]): string {
  const hex = sha256Hex(JSON.stringify(words));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
