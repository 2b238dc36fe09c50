import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { sha256Hex } from '../../kernel/index.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Begins the tokens of users. */
const USER_PREFIX = 'ktr_';
/** Begins those of trusted publishers, which are no users. */
export const MACHINE_PREFIX = 'ktm_';
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
const SHAPE = new RegExp(`^[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

/**
 * A fresh secret: the prefix, 30 random base62 characters (178 bits), and the CRC-32 of these 30 in six. Prefix and checksum
 * let secret scanners find a leaked token without false alarms.
 */
export function newToken(prefix = USER_PREFIX): string {
  let random = '';
  for (let i = 0; i < RANDOM_LENGTH; i++) random += ALPHABET.charAt(randomInt(ALPHABET.length));
  return prefix + random + checksum(random);
}

/** True if the checksum fits: garbage then costs no query. Says nothing about whether the token was ever issued. */
export function looksLikeToken(text: string, prefix = USER_PREFIX): boolean {
  const secret = text.slice(prefix.length);
  if (!text.startsWith(prefix) || !SHAPE.test(secret)) return false;
  return checksum(secret.slice(0, RANDOM_LENGTH)) === secret.slice(RANDOM_LENGTH);
}

/** True for what can be no other credentials than a token of ours, of a user or a trusted publisher. */
export function isToken(text: string): boolean {
  return looksLikeToken(text) || looksLikeToken(text, MACHINE_PREFIX);
}

/** What is stored instead of the token: SHA-256 hex. A token is random enough to need no slow hash. */
export function hashToken(token: string): string {
  return sha256Hex(token);
}

/** The first characters, by which a person tells tokens apart in lists; 36 bits of the secret at most. */
export function tokenPrefix(token: string): string {
  return token.slice(0, USER_PREFIX.length + 6);
}

/** CRC-32 in base62, most significant digit first; 62^6 exceeds 2^32. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = ALPHABET.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
